"""A POST that is sent twice starts its work once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.api.models import IdempotencyRecord
from streamfetch.mongo.database import database
from tests.streamfetch.api.conftest import assert_problem

pytestmark = pytest.mark.django_db
URL = "/api/v1/downloads/"
BODY = {"url": "https://videos.example.org/talk.mp4"}


def start(api: APIClient, key: str, body: dict[str, Any] | None = None) -> Any:
    return api.post(URL, body or BODY, HTTP_IDEMPOTENCY_KEY=key)


def test_the_same_request_is_answered_from_the_first(api: APIClient) -> None:
    first = start(api, "k1")
    second = start(api, "k1")
    assert first.status_code == second.status_code == 202
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Download.objects.count() == 1


def test_other_keys_and_no_keys_start_work(api: APIClient) -> None:
    start(api, "k1")
    start(api, "k2")
    api.post(URL, BODY)
    api.post(URL, BODY)
    assert Download.objects.count() == 4


def test_a_key_belongs_to_one_request(api: APIClient) -> None:
    start(api, "k1")
    other = {"url": "https://videos.example.org/other.mp4"}
    problem = assert_problem(start(api, "k1", other), 400)
    assert problem["code"] == "idempotency_key_reused"
    assert Download.objects.count() == 1


def test_a_key_belongs_to_one_user_and_one_route(
    api: APIClient, stranger_api: APIClient
) -> None:
    start(api, "k1")
    assert "Idempotency-Replayed" not in start(stranger_api, "k1")
    project = api.post(
        "/api/v1/video-projects/", {"name": "P"}, HTTP_IDEMPOTENCY_KEY="k1"
    )
    assert project.status_code == 201
    assert Download.objects.count() == 2


def test_a_refused_request_gives_its_key_back(api: APIClient) -> None:
    assert_problem(start(api, "k1", {"url": "nonsense"}), 400)
    assert start(api, "k1").status_code == 202


def test_keys_that_are_no_keys(api: APIClient) -> None:
    for key in ("x" * 256, "with space", "tab\t"):
        problem = assert_problem(start(api, key), 400)
        assert problem["errors"][0]["field"] == "Idempotency-Key"


def test_two_at_once_have_one_effect(alice: User) -> None:
    together = threading.Barrier(4)
    answers: list[Any] = []

    def send() -> None:
        client = APIClient()
        client.force_authenticate(alice)
        together.wait(timeout=10)
        answers.append(start(client, "k1"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Download.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {202, 409}
    started = {answer.data["id"] for answer in answers if answer.status_code == 202}
    assert len(started) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "idempotency_in_progress"


def test_a_request_that_died_is_taken_over_once(api: APIClient) -> None:
    start(api, "k1")
    long_ago = timezone.now() - timedelta(minutes=5)
    IdempotencyRecord.objects.update(status=None, body=None, created_at=long_ago)
    again = start(api, "k1")
    assert again.status_code == 202
    assert "Idempotency-Replayed" not in again
    assert start(api, "k1")["Idempotency-Replayed"] == "true"
    assert Download.objects.count() == 2


def test_a_request_that_is_being_answered_is_waited_for(api: APIClient) -> None:
    start(api, "k1")
    IdempotencyRecord.objects.update(status=None, body=None)
    assert assert_problem(start(api, "k1"), 409)["code"] == "idempotency_in_progress"


def test_answers_are_forgotten_after_a_day() -> None:
    indexes = database()["idempotency_records"].index_information()
    assert indexes["idempotency_expiry"]["expireAfterSeconds"] == 24 * 3600
