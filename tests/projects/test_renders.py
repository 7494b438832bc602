"""A render's life: asked for, done once, shown, told to its project, removed."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from projects.models import Render, RenderChunk, VideoProject
from projects.pipeline import chunks
from projects.pipeline.render import render as render_work
from projects.pipeline.retention import KEPT, remove_old_outputs
from projects.services import renders
from streamfetch.accounts.models import User
from streamfetch.events.bus import stream_key
from streamfetch.jobs import queue
from streamfetch.jobs.models import JobError, LeaseLost, State
from streamfetch.jobs.running import Run, run_job
from streamfetch.storage.backends import media_storage
from tests.projects.conftest import outputs
from tests.projects.rendering import lumas
from uploads.models import Asset

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
REASON = JobError(code="x", message="It broke.")


def told(owner: User, name: str) -> list[dict[str, Any]]:
    """Events of one kind that the owner's pages got."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    events = [fields for _id, fields in client.xrange(stream_key(owner.pk))]
    client.close()
    return [
        json.loads(fields[b"data"])
        for fields in events
        if fields[b"name"].decode() == name
    ]


def do(render: Render) -> Render:
    run_job(Render, str(render.pk), render_work)
    render.refresh_from_db()
    return render


def status_of(project: VideoProject) -> str:
    project.refresh_from_db()
    return str(project.status)


def test_a_render_from_request_to_file(
    api: APIClient, alice: User, project: VideoProject, work: Work, clean_storage: Path
) -> None:
    url = f"/api/v1/video-projects/{project.pk}/"
    asked = api.post(f"{url}renders/", {}, headers={"Idempotency-Key": "once"})
    assert asked.status_code == 202
    again = api.post(f"{url}renders/", {}, headers={"Idempotency-Key": "once"})
    assert again.json() == asked.json()
    assert api.get(url).data["status"] == "processing"
    work()
    found = api.get(f"/api/v1/renders/{asked.data['id']}/").data
    assert (found["state"], found["percent"], found["error"]) == (
        "succeeded",
        100,
        None,
    )
    assert found["duration_ms"] == 600
    assert found["project_revision"] == project.revision
    render = Render.objects.get()
    path = clean_storage / render.output_key
    assert found["size_bytes"] == path.stat().st_size
    assert len(lumas(path)) == 15
    saved = api.get(found["file_url"])
    assert saved.status_code == 302
    assert saved["Location"].startswith("/media/")
    assert api.get(url).data["status"] == "completed"
    states = [event["state"] for event in told(alice, "job")]
    assert states[0] == "queued"
    assert states[-1] == "succeeded"
    assert [event["status"] for event in told(alice, "project")][-1] == "completed"
    assert [row["id"] for row in api.get(f"{url}renders/").data["results"]] == [
        found["id"]
    ]


def test_strangers_see_no_render(
    stranger_api: APIClient, project: VideoProject
) -> None:
    render = renders.request(project)
    for address in ("", "file/"):
        answer = stranger_api.get(f"/api/v1/renders/{render.pk}/{address}")
        assert answer.status_code == 404
    assert stranger_api.post(f"/api/v1/renders/{render.pk}/cancel/").status_code == 404
    mine = f"/api/v1/video-projects/{project.pk}/renders/"
    assert stranger_api.get(mine).status_code == 404
    assert stranger_api.post(mine, {}).status_code == 404


def test_a_file_that_is_not_there_yet_is_not_found(
    api: APIClient, project: VideoProject
) -> None:
    render = renders.request(project)
    answer = api.get(f"/api/v1/renders/{render.pk}/file/")
    assert answer.status_code == 404
    assert "Render the project again" in answer.json()["detail"]


def test_a_run_that_died_before_it_could_say_so_leaves_one_file(
    project: VideoProject, clean_storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = renders.request(project)

    def die(self: Render, **results: Any) -> None:
        raise LeaseLost

    with monkeypatch.context() as patch:
        patch.setattr(Render, "finish", die)
        assert do(render).state == State.RUNNING
    first = outputs(render, clean_storage)
    assert len(first) == 1
    Render.objects.filter(pk=render.pk).update(state=State.QUEUED)
    assert do(render).state == State.SUCCEEDED
    assert outputs(render, clean_storage) == first
    assert render.output_key.endswith(first[0])


def test_a_worker_that_was_overtaken_leaves_the_pieces_to_its_successor(
    project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamfetch.jobs.running.HEARTBEAT_S", 0.1)
    render = renders.request(project)

    def sleep_too_long(run: Run[RenderChunk], *_: Any, **__: Any) -> float:
        Render.objects.filter(pk=render.pk).update(lease_token=uuid4())
        give_up = time.monotonic() + 10
        while not run.should_stop() and time.monotonic() < give_up:
            time.sleep(0.05)
        raise LeaseLost

    with monkeypatch.context() as patch:
        patch.setattr(chunks, "_encoded", sleep_too_long)
        assert do(render).state == State.RUNNING
    states = {each.state for each in RenderChunk.objects.filter(render_id=render.pk)}
    assert states == {State.QUEUED}
    Render.objects.filter(pk=render.pk).update(state=State.QUEUED)
    assert do(render).state == State.SUCCEEDED


def test_the_key_follows_from_what_is_seen(
    alice: User, project: VideoProject, asset: Asset
) -> None:
    def key() -> str:
        render = renders.request(project)
        do(render)
        assert render.state == State.SUCCEEDED, render.error
        return render.output_key.rpartition("/")[2]

    first = key()
    assert key() == first
    project.timeline.playhead_time = 0.3
    project.save()
    assert key() == first
    project.timeline.clips[0].volume = 0.5
    project.save()
    assert key() != first


def test_a_title_of_2000_hostile_characters_is_rendered(
    api: APIClient, project: VideoProject
) -> None:
    text = ('\'"quoted": %{pts} \\N {\\b1} 🎬\n' * 200)[:2000]
    timeline = project.timeline.model_dump(mode="json")
    timeline["text_overlays"] = [{"text": text, "end_time": 0.5}]
    url = f"/api/v1/video-projects/{project.pk}/"
    answer = api.patch(url, {"timeline": timeline, "revision": project.revision})
    assert answer.status_code == 200, answer.content
    assert answer.data["timeline"]["text_overlays"][0]["text"] == text
    asked = api.post(f"{url}renders/", {})
    assert do(Render.objects.get(pk=asked.data["id"])).state == State.SUCCEEDED


def test_a_source_that_is_gone_fails_in_plain_words(
    api: APIClient, project: VideoProject, asset: Asset, clean_storage: Path
) -> None:
    render = renders.request(project)
    media_storage().remove(asset.source_key)
    do(render)
    assert render.state == State.FAILED
    assert "not in storage any more" in render.error.message
    assert "/" not in render.error.message
    assert status_of(project) == "failed"
    # The cached document says so, too.
    url = f"/api/v1/video-projects/{project.pk}/"
    assert api.get(url).data["status"] == "failed"
    assert outputs(render, clean_storage) == []


@pytest.mark.parametrize(
    "address", ["/api/v1/renders/{}/cancel/", "/api/v1/jobs/{}/cancel/"]
)
def test_cancelling_frees_the_project(
    api: APIClient, alice: User, project: VideoProject, address: str
) -> None:
    render = renders.request(project)
    url = f"/api/v1/video-projects/{project.pk}/"
    assert api.get(url).data["status"] == "processing"
    answer = api.post(address.format(render.pk))
    assert (answer.status_code, answer.data["state"]) == (200, "cancelled")
    assert api.get(url).data["status"] == "draft"
    assert told(alice, "project")[-1]["status"] == "draft"
    assert api.post(f"/api/v1/jobs/{render.pk}/retry/").status_code == 200
    assert api.get(url).data["status"] == "processing"


def test_a_project_is_busy_as_long_as_one_of_its_renders_is(
    project: VideoProject,
) -> None:
    first, second = renders.request(project), renders.request(project)
    queue.cancel(first)
    assert status_of(project) == "processing"
    do(second)
    assert status_of(project) == "completed"


def test_a_render_keeps_the_project_as_it_was_asked_for(
    api: APIClient, project: VideoProject
) -> None:
    render = renders.request(project)
    url = f"/api/v1/video-projects/{project.pk}/"
    timeline = project.timeline.model_dump(mode="json")
    timeline["clips"][0]["end_time"] = 1.5
    answer = api.patch(url, {"timeline": timeline, "revision": project.revision})
    assert answer.status_code == 200
    do(render)
    assert render.duration_ms == 600
    assert render.project_revision == project.revision


def test_progress_goes_up_and_ends(
    alice: User, asset: Asset, project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamfetch.jobs.running.REPORT_EVERY_S", 0)
    render = renders.request(project)
    do(render)
    seen = [event["percent"] for event in told(alice, "job")]
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    stages = [event["stage"] for event in told(alice, "job")]
    assert [s for s in dict.fromkeys(stages) if s] == ["fetch", "encode", "store"]


def test_a_render_larger_than_allowed_says_so(
    project: VideoProject, clean_storage: Path, settings: Any
) -> None:
    settings.MAX_RENDER_BYTES = 1000
    render = do(renders.request(project))
    assert render.state == State.FAILED
    assert render.error.code == "output_too_large"
    assert outputs(render, clean_storage) == []


def ended_before(render: Render, age: timedelta) -> None:
    then = timezone.now() - age
    Render.objects.filter(pk=render.pk).update(created_at=then, finished_at=then)


def test_files_are_removed_after_thirty_days(
    api: APIClient, project: VideoProject, clean_storage: Path
) -> None:
    old, young = (do(renders.request(project)) for _ in range(2))
    ended_before(old, KEPT + timedelta(minutes=1))
    ended_before(young, KEPT - timedelta(minutes=1))
    assert remove_old_outputs() == 1
    assert remove_old_outputs() == 0
    assert outputs(old, clean_storage) == []
    assert len(outputs(young, clean_storage)) == 1
    found = api.get(f"/api/v1/renders/{old.pk}/").data
    assert (found["state"], found["file_url"]) == ("succeeded", None)
    assert found["playback_url"] is None
    assert api.get(f"/api/v1/renders/{old.pk}/file/").status_code == 404


def test_what_a_failed_render_left_is_removed_too(
    project: VideoProject, clean_storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was cancelled when its file was stored already."""
    render = renders.request(project)

    def store_then_cancel(run: Run[Render]) -> dict[str, Any]:
        results = render_work(run)
        queue.cancel(Render.objects.get(pk=render.pk))
        return results

    run_job(Render, str(render.pk), store_then_cancel)
    assert status_of(project) == "draft"
    assert len(outputs(render, clean_storage)) == 1
    ended_before(render, KEPT + timedelta(minutes=1))
    assert remove_old_outputs() == 1
    assert outputs(render, clean_storage) == []
    # Started again, it has a file again.
    render.refresh_from_db()
    queue.retry(render)
    do(render)
    assert renders.has_file(render)


def test_all_old_files_go_in_one_night(
    project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.pipeline.retention.BATCH", 2)
    for _ in range(5):
        render = renders.request(project)
        queue.cancel(render)
        ended_before(render, KEPT + timedelta(days=1))
    assert remove_old_outputs() == 5
