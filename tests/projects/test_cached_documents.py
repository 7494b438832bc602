"""The cached document of a project is never older than the last write."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from projects.models import VideoProject
from projects.services import projects
from projects.timeline.document import Timeline
from streamfetch import caching
from streamfetch.accounts.models import User

pytestmark = pytest.mark.django_db


def url_of(project: VideoProject) -> str:
    return f"/api/v1/video-projects/{project.pk}/"


def test_reading_twice_asks_the_database_once(
    api: APIClient, project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = api.get(url_of(project))
    monkeypatch.setattr(projects, "find", lambda *_: pytest.fail("asked"))
    assert api.get(url_of(project)).data == first.data


def test_every_write_is_seen_by_the_next_read(
    api: APIClient, project: VideoProject
) -> None:
    url = url_of(project)
    for revision, name in enumerate(["One", "Two", "Three"], 1):
        assert api.patch(url, {"name": name, "revision": revision}).status_code == 200
        found = api.get(url)
        assert (found.data["name"], found["ETag"]) == (name, f'"{revision + 1}"')
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert api.post(f"{url}restore/").status_code == 200
    assert api.get(url).data["name"] == "Three"


def test_a_writer_that_is_overtaken_does_not_leave_its_document(
    api: APIClient, project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another edit happens after this one was read and before it is cached."""
    replace = caching.replace
    others = iter([2])

    def overtaken(key: str, value: Any, ttl_s: int) -> None:
        for revision in others:
            other = VideoProject.objects.get(pk=project.pk)
            projects.edit(other, revision=revision, name="Theirs")
        replace(key, value, ttl_s)

    monkeypatch.setattr(caching, "replace", overtaken)
    mine = VideoProject.objects.get(pk=project.pk)
    projects.edit(mine, revision=1, name="Mine")
    assert api.get(url_of(project)).data["name"] == "Theirs"


def test_a_cached_document_is_its_owners_alone(
    api: APIClient, stranger_api: APIClient, project: VideoProject, alice: User
) -> None:
    assert api.get(url_of(project)).status_code == 200
    assert stranger_api.get(url_of(project)).status_code == 404
    assert api.get(url_of(project)).status_code == 200


def test_a_timeline_that_is_replaced_is_not_read(
    api: APIClient, project: VideoProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading and checking a long one takes most of an autosave's time."""
    document = api.get(url_of(project)).data
    body = {"timeline": document["timeline"], "revision": 1}
    # The first edit reads what it replaces, and keeps it as a version.
    assert api.patch(url_of(project), body, format="json").status_code == 200
    checked: list[Any] = []
    check = Timeline.model_validate

    def counted(value: Any) -> Timeline:
        checked.append(value)
        return check(value)

    monkeypatch.setattr(Timeline, "model_validate", counted)
    body["revision"] = 2
    answer = api.patch(url_of(project), body, format="json")
    assert (answer.status_code, answer.data["name"]) == (200, "Trip")
    assert len(checked) == 1
