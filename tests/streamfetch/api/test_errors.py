"""Whatever goes wrong, the answer is a problem document that says what to do."""

import json
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.api.throttling import WorkThrottle
from tests.streamfetch.api.conftest import assert_problem
from tests.streamfetch.belongings import asset_of, project_of
from uploads.services.sessions import SINGLE_UP_TO_BYTES

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"
PROJECTS = "/api/v1/video-projects/"
UPLOAD = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 10}


def post_raw(api: APIClient, body: bytes | str, kind: str = "application/json") -> Any:
    return api.generic("POST", UPLOADS, body, content_type=kind)


def test_malformed_json(api: APIClient) -> None:
    for body in (
        "{",
        "{'a': 1}",
        '{"size_bytes": NaN}',
        '{"size_bytes": Infinity}',
        b"\xff\xfe",
        '{"filename": "\\ud800"}',
        '{"\\ud800": 1}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"size_bytes": ' + "9" * 5000 + "}",
    ):
        problem = assert_problem(post_raw(api, body), 400)
        assert problem["code"] == "parse_error", body[:20]


def test_json_that_is_no_object(api: APIClient) -> None:
    for body in ("null", "[]", '"text"', "1", "true", ""):
        problem = assert_problem(post_raw(api, body), 400)
        assert problem["code"] == "invalid", body
        assert problem["errors"]


def test_unknown_fields_are_named(api: APIClient) -> None:
    problem = assert_problem(api.post(UPLOADS, {**UPLOAD, "colour": 1}), 400)
    assert problem["errors"][0]["field"] == "colour"
    many = {f"f{n}{'x' * 1000}": 1 for n in range(2000)}
    problem = assert_problem(api.post(UPLOADS, many), 400)
    assert len(json.dumps(problem)) < 50_000


def test_wrong_values_are_named(api: APIClient) -> None:
    for field, value in (
        ("filename", {"a": 1}),
        ("filename", None),
        ("filename", "x" * 300),
        ("filename", "a\0b.mp4"),
        ("size_bytes", "many"),
        ("size_bytes", 0),
        ("size_bytes", -1),
        ("size_bytes", 1.5),
        ("size_bytes", 2**63),
        ("size_bytes", 10**400),
        ("content_type", ["video/mp4"]),
        ("content_type", "x" * 200),
    ):
        answer = api.post(UPLOADS, {**UPLOAD, field: value})
        assert answer.status_code in {400, 413}, (field, value)
        problem = assert_problem(answer, answer.status_code)
        assert [error["field"] for error in problem["errors"]] == [field]


def test_paths_inside_documents_are_named(api: APIClient, alice: User) -> None:
    project = project_of(alice, asset_of(alice))
    clip = {"asset": str(uuid4()), "start_time": 2, "end_time": 1}
    answer = api.patch(
        f"{PROJECTS}{project.pk}/",
        {"revision": 1, "timeline": {"clips": [clip, {"asset": "x"}]}},
    )
    fields = {error["field"] for error in assert_problem(answer, 400)["errors"]}
    assert "timeline.clips[0]" in fields
    assert "timeline.clips[1].asset" in fields
    assert "timeline.clips[1].end_time" in fields


def test_a_very_wrong_document_gets_a_short_answer(api: APIClient) -> None:
    timeline = {"clips": [{"asset": "x", "surprise": n} for n in range(2000)]}
    answer = api.post(PROJECTS, {"name": "P", "timeline": timeline})
    assert len(assert_problem(answer, 400)["errors"]) == 100


def test_addresses_that_do_not_exist(api: APIClient, client: Client) -> None:
    assert_problem(api.get("/api/v1/nothing/"), 404)
    assert_problem(api.get("/api/v2/"), 404)
    assert_problem(api.get("/api/v1/assets/not-a-uuid/"), 404)
    assert_problem(api.get(f"/api/v1/assets/{uuid4()}/"), 404)
    page = client.get("/nothing/")
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")


def test_methods_and_types_that_are_not_served(api: APIClient) -> None:
    assert_problem(api.put(UPLOADS, {}), 405)
    assert_problem(api.delete("/api/v1/jobs/"), 405)
    assert_problem(api.post("/api/v1/events/"), 405)
    assert_problem(post_raw(api, "a=1", "application/x-www-form-urlencoded"), 415)
    assert_problem(post_raw(api, "<a/>", "text/xml"), 415)
    assert_problem(api.get("/api/v1/jobs/", HTTP_ACCEPT="text/html"), 406)


def test_a_bug_is_a_problem_that_says_nothing_of_the_server(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret words in /some/path")

    monkeypatch.setattr("uploads.services.sessions.start", bug)
    api.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        answer = api.post(UPLOADS, UPLOAD)
    problem = assert_problem(answer, 500)
    assert problem["code"] == "server_error"
    assert b"secret" not in answer.content
    assert b"RuntimeError" not in answer.content
    assert "secret words" in caplog.text


def test_a_bug_in_middleware_is_a_problem_too(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*args: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("streamfetch.accounts.middleware.may_sign_in", bug)
    api.raise_request_exception = False
    answer = api.get("/api/v1/jobs/")
    assert_problem(answer, 500)
    assert b"secret" not in answer.content


def test_a_wrong_host_is_a_problem(api: APIClient, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["media.example.org"]
    assert_problem(api.get("/api/v1/jobs/", HTTP_HOST="evil.example"), 400)


def test_limits_say_how_long_to_wait(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WorkThrottle, "get_rate", lambda self: "3/min")
    answers = [api.post(UPLOADS, UPLOAD) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert assert_problem(answers[3], 429)["code"] == "throttled"
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    # Reading is not starting work.
    assert api.get("/api/v1/jobs/").status_code == 200


def test_too_large_files_are_refused_with_the_limit(
    api: APIClient, settings: Settings
) -> None:
    settings.MAX_VIDEO_BYTES = SINGLE_UP_TO_BYTES
    body = {**UPLOAD, "size_bytes": SINGLE_UP_TO_BYTES + 1}
    problem = assert_problem(api.post(UPLOADS, body), 413)
    assert "100 MB" in problem["detail"]
