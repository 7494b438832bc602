"""A job survives the death of its worker, and is done once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from downloads.models import Download
from projects.models import CachedChunk, Render, RenderChunk, VideoProject
from projects.services import renders
from projects.timeline.document import Clip, Resolution, Settings, Timeline
from streamfetch.accounts.models import User
from streamfetch.jobs import queue
from streamfetch.jobs.models import MAX_CRASHES, Job, State
from streamfetch.jobs.sweeping import sweep, sweep_expired_leases
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.workspace import sweep_stale
from tests import media
from tests.flows.worker_process import (
    WorkerProcess,
    processes_in_workspaces,
    wait_for,
    workspaces,
)
from tests.uploads.library import ready_asset

pytestmark = pytest.mark.django_db

StartWorker = Callable[[], WorkerProcess]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        worker = WorkerProcess(
            "ffmpeg-high", "ffmpeg", log_path=tmp_path / "worker.log"
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.__exit__(None, None, None)


@pytest.fixture
def render(alice: User) -> Render:
    """A render that takes some seconds, in pieces that are all different."""
    asset = ready_asset(alice, media.image())
    clips = [
        Clip(asset=asset.pk, position=begin, end_time=end - begin)
        for begin, end in pairwise((0, 7, 15, 30))
    ]
    project = VideoProject.objects.create(
        owner=alice,
        name="A picture",
        timeline=Timeline(clips=clips),
        settings=Settings(resolution=Resolution(width=1280, height=720)),
    )
    return renders.request(project)


def is_encoding(render: Render) -> bool:
    render.refresh_from_db()
    assert render.state in (State.QUEUED, State.RUNNING), render.error
    return render.stage == "encode" and render.percent > 8


def has_finished_a_piece(render: Render) -> bool:
    """And works on another."""
    pieces = RenderChunk.objects.filter(render_id=render.pk)
    return (
        is_encoding(render)
        and pieces.filter(part="picture", state=State.SUCCEEDED).exists()
        and pieces.filter(state=State.RUNNING).exists()
    )


def written_at(chunks: Iterable[CachedChunk]) -> dict[str, int]:
    """When the file of each was written, in nanoseconds."""
    root = settings.MEDIA_ROOT
    return {each.key: (root / each.key).stat().st_mtime_ns for each in chunks}


def leases_run_out(*kinds: type[Job]) -> None:
    """Half a minute later, as far as the sweeper can tell."""
    past = timezone.now() - timedelta(seconds=1)
    running = [kind.objects.filter(state=State.RUNNING) for kind in kinds]
    held = sum(each.update(lease_expires_at=past) for each in running)
    assert held > 0
    assert sweep_expired_leases() == held


def has_ended(job: Job) -> bool:
    job.refresh_from_db()
    return not job.is_active


def test_killed_in_a_render_ends_in_one_finished_render(
    render: Render, start_worker: StartWorker
) -> None:
    first = start_worker()
    wait_for(lambda: has_finished_a_piece(render))
    first.kill()
    wait_for(lambda: processes_in_workspaces() == [], within_s=5)
    render.refresh_from_db()
    assert render.state == State.RUNNING
    finished = list(CachedChunk.objects.filter(owner_id=render.owner_id))
    before = written_at(finished)
    left_behind = sorted(workspaces())

    start_worker()
    leases_run_out(Render, RenderChunk)
    wait_for(lambda: has_ended(render))
    assert (render.state, render.error) == (State.SUCCEEDED, None)
    assert (render.attempts, render.crashes) == (2, 1)
    assert render.duration_ms == 30_000
    assert written_at(finished) == before
    stored = list(media_storage().list_prefix(keys.render(render.pk)))
    assert [each.key for each in stored] == [render.output_key]
    assert render.project.status == VideoProject.Status.COMPLETED

    wait_for(lambda: sorted(workspaces()) == left_behind, within_s=5)
    assert sweep_stale(older_than_s=0) == len(left_behind)
    assert workspaces() == []


def test_asked_to_stop_the_worker_gives_its_job_to_another(
    render: Render, start_worker: StartWorker
) -> None:
    first = start_worker()
    wait_for(lambda: is_encoding(render))
    first.ask_to_stop()
    render.refresh_from_db()
    assert (render.state, render.attempts, render.crashes) == (State.QUEUED, 0, 0)
    assert workspaces() == []
    assert processes_in_workspaces() == []

    start_worker()
    wait_for(lambda: has_ended(render))
    assert (render.state, render.attempts) == (State.SUCCEEDED, 1)


def test_a_job_that_kills_its_workers_is_given_up(alice: User, tmp_path: Path) -> None:
    download = Download.objects.create(
        owner=alice, video_id="v", video_title="Poison", video_url="http://x.test/a"
    )
    queue.send(download)
    for deaths in range(1, MAX_CRASHES + 1):
        with WorkerProcess(
            "network",
            log_path=tmp_path / "worker.log",
            module="tests.flows.poisoned_worker",
        ) as worker:
            wait_for(worker.has_ended)
        download.refresh_from_db()
        assert (download.state, download.stage) == (State.RUNNING, "swallow")
        leases_run_out(Download)
        download.refresh_from_db()
        assert download.crashes == deaths
    assert download.state == State.FAILED
    assert download.error.code == "worker_died"
    assert "3 times" in download.error.message
    assert sweep() == 0
