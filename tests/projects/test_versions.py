"""Versions, captions and templates: what else people do with a project."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from projects.models import ProjectVersion, VideoProject
from projects.services import versions

pytestmark = pytest.mark.django_db

SRT = "1\n00:00:00,500 --> 00:00:01,250\nHello\nthere\n\n"


def url_of(project: VideoProject) -> str:
    return f"/api/v1/video-projects/{project.pk}/"


def edited(api: APIClient, project: VideoProject, **changes: Any) -> dict[str, Any]:
    project.refresh_from_db()
    answer = api.patch(url_of(project), {"revision": project.revision, **changes})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.data
    return found


def listed(api: APIClient, project: VideoProject) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{url_of(project)}revisions/").data[
        "results"
    ]
    return found


def test_a_version_is_kept_by_name_and_taken_back(
    api: APIClient, project: VideoProject
) -> None:
    before = api.get(url_of(project)).data
    answer = api.post(f"{url_of(project)}revisions/", {"name": "First cut"})
    assert answer.status_code == 201
    assert answer.data["clip_count"] == 1
    edited(api, project, timeline={"clips": []}, settings={"frame_rate": 60})
    restored = api.post(f"{url_of(project)}revisions/{answer.data['id']}/restore/")
    assert restored.status_code == 200
    assert restored.data["timeline"] == before["timeline"]
    assert restored.data["settings"] == before["settings"]
    assert restored.data["revision"] == 3
    assert api.get(url_of(project)).data["revision"] == 3
    names = [row["name"] for row in listed(api, project)]
    # What the edit replaced, and what the restoring did.
    assert sorted(names) == ["", "", "First cut"]


def test_versions_are_kept_by_themselves_now_and_then(
    api: APIClient, project: VideoProject
) -> None:
    for name in ("One", "Two", "Three"):
        edited(api, project, name=name)
    (only,) = listed(api, project)
    assert (only["is_automatic"], only["project_revision"]) == (True, 1)
    old = timezone.now() - versions.KEPT_EVERY - timedelta(seconds=1)
    VideoProject.objects.filter(pk=project.pk).update(versioned_at=old)
    edited(api, project, name="Four")
    assert [row["project_revision"] for row in listed(api, project)] == [4, 1]


def test_old_versions_without_a_name_go(
    api: APIClient, project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MAX_AUTOMATIC", 2)
    api.post(f"{url_of(project)}revisions/", {"name": "Kept"})
    for _ in range(4):
        versions.keep_now(VideoProject.objects.get(pk=project.pk))
    assert sorted(row["name"] for row in listed(api, project)) == ["", "", "Kept"]


def test_a_project_has_a_limited_number_of_named_versions(
    api: APIClient, project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MAX_NAMED", 1)
    assert api.post(f"{url_of(project)}revisions/", {"name": "a"}).status_code == 201
    answer = api.post(f"{url_of(project)}revisions/", {"name": "b"})
    assert (answer.status_code, answer.data["code"]) == (409, "too_many_versions")


def test_versions_of_another_project_are_not_found(
    api: APIClient, project: VideoProject
) -> None:
    api.post(f"{url_of(project)}revisions/", {"name": "Mine"})
    copy = api.post(f"{url_of(project)}duplicate/").data
    version = ProjectVersion.objects.get()
    answer = api.post(f"/api/v1/video-projects/{copy['id']}/revisions/{version.pk}"
                      "/restore/")  # fmt: skip
    assert answer.status_code == 404


def test_captions_come_in_and_go_out(api: APIClient, project: VideoProject) -> None:
    url = f"{url_of(project)}captions/"
    answer = api.post(url, {"text": SRT, "language": "de-CH"})
    assert answer.status_code == 200, answer.content
    captions = answer.data["timeline"]["captions"]
    assert captions["language"] == "de-CH"
    (cue,) = captions["cues"]
    assert (cue["start_time"], cue["end_time"]) == (0.5, 1.25)
    assert cue["text"] == "Hello\nthere"
    exported = api.get(f"{url}?format=srt")
    assert exported.content.decode() == SRT
    assert 'filename="captions.de-CH.srt"' in exported["Content-Disposition"]
    vtt = api.get(f"{url}?format=vtt").content.decode()
    assert vtt.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nHello\nthere")
    assert api.get(f"{url}?format=exe").status_code == 400


def test_captions_that_are_none_change_nothing(
    api: APIClient, project: VideoProject
) -> None:
    url = f"{url_of(project)}captions/"
    answer = api.post(url, {"text": "hello"})
    assert (answer.status_code, answer.data["code"]) == (400, "invalid_subtitles")
    stale = api.post(url, {"text": SRT, "revision": 7})
    assert stale.status_code == 409
    assert api.get(url_of(project)).data["revision"] == 1


@pytest.mark.parametrize(
    ("template", "width", "height"),
    [("16:9", 1920, 1080), ("9:16", 1080, 1920), ("1:1", 1080, 1080)],
)
def test_a_template_gives_the_frame_its_shape(
    api: APIClient, template: str, width: int, height: int
) -> None:
    answer = api.post("/api/v1/video-projects/", {"name": "New", "template": template})
    assert answer.status_code == 201
    assert answer.data["settings"]["resolution"] == {"width": width, "height": height}


def test_an_unknown_template_is_refused(api: APIClient) -> None:
    answer = api.post("/api/v1/video-projects/", {"name": "New", "template": "2:1"})
    assert answer.json()["errors"][0]["field"] == "template"


def test_the_place_of_a_transition_follows_from_its_clips(
    api: APIClient, project: VideoProject
) -> None:
    clip = api.get(url_of(project)).data["timeline"]["clips"][0]
    second = {**clip, "id": str(project.pk), "position": 0.6}
    transition = {
        "type": "wipe",
        "direction": "up",
        "duration": 0.5,
        "from_clip": clip["id"],
        "to_clip": second["id"],
        "position": 77,
    }
    timeline = {"clips": [clip, second], "transitions": [transition]}
    found = edited(api, project, timeline=timeline)
    assert found["timeline"]["transitions"][0]["position"] == 0.6
