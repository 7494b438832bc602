"""Alive, ready, measured: for probes and for programs that watch."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from streamfetch import health
from streamfetch.accounts.models import User
from streamfetch.jobs.middleware import KEY

HERE = {"HTTP_HOST": "localhost:8000", "REMOTE_ADDR": "127.0.0.1"}
PARTS = {"mongodb", "redis", "storage", "ffmpeg", "workers"}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_S", 0.0)


@pytest.fixture
def _workers(db: None) -> Iterator[None]:
    """Workers of all queues, as Redis knows them."""
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.hset(KEY, mapping=dict.fromkeys(health.NEEDED_QUEUES, time.time()))
    yield
    client.delete(KEY)
    client.close()


def test_alive_needs_nothing(client: Client) -> None:
    answer = client.get("/livez", HTTP_HOST="10.0.0.7")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_probes_may_ask_by_any_name(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["media.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/livez", HTTP_HOST="10.0.0.7").status_code == 200


@pytest.mark.usefixtures("_workers")
def test_ready_says_so_part_by_part(client: Client) -> None:
    answer = client.get("/readyz")
    report = answer.json()
    assert answer.status_code == 200, report
    assert report["ready"]
    assert report["parts"].keys() == PARTS
    assert all(part["ok"] for part in report["parts"].values())
    assert report["parts"]["mongodb"]["detail"].startswith("MongoDB ")
    assert report["parts"]["ffmpeg"]["detail"].startswith("FFmpeg ")


@pytest.mark.usefixtures("_workers")
def test_each_part_is_red_on_its_own(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def unavailable(*args: Any, **kwargs: Any) -> Any:
        raise OSError("/secret/path is gone")

    def red_parts() -> set[str]:
        answer = client.get("/readyz")
        report = answer.json()
        red = {name for name, part in report["parts"].items() if not part["ok"]}
        assert answer.status_code == (503 if red else 200)
        assert report["ready"] is not bool(red)
        assert "secret" not in answer.content.decode()
        return red

    assert red_parts() == set()
    with monkeypatch.context() as patch:
        patch.setattr("streamfetch.health.database", unavailable)
        assert red_parts() == {"mongodb"}
    with monkeypatch.context() as patch:
        patch.setattr("streamfetch.storage.checks._round_trip", unavailable)
        assert red_parts() == {"storage"}
    with monkeypatch.context() as patch:
        patch.setenv("STREAMFETCH_FFMPEG", str(tmp_path / "no-ffmpeg"))
        assert red_parts() == {"ffmpeg"}
    address = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    # Workers are known through Redis.
    assert red_parts() == {"redis", "workers"}
    settings.REDIS_URL = address
    store = redis.Redis.from_url(address)
    store.hset(KEY, "network", str(time.time() - 60))
    assert red_parts() == {"workers"}
    assert "network" in client.get("/readyz").json()["parts"]["workers"]["detail"]
    store.close()


@pytest.mark.usefixtures("_workers")
def test_a_part_that_hangs_does_not_hang_the_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.3)
    monkeypatch.setitem(health.CHECKS, "ffmpeg", lambda: str(released.wait(10)))
    report = client.get("/readyz").json()
    released.set()
    assert report["parts"]["ffmpeg"] == {"ok": False, "detail": "no answer in time"}


def test_many_who_ask_at_once_share_an_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(health, "KEPT_S", 5.0)
    monkeypatch.setattr(health, "_readiness", health._Readiness())
    monkeypatch.setattr(health, "check_all", lambda: asked.append(1) or {})
    for _ in range(5):
        client.get("/readyz")
    assert len(asked) == 1


@pytest.mark.django_db
def test_measurements_are_for_this_machine_and_for_operators(
    client: Client, alice: User, settings: Settings
) -> None:
    answer = client.get("/metrics", **HERE)
    assert answer.status_code == 200
    assert b"streamfetch_request_seconds" in answer.content
    elsewhere = {"HTTP_HOST": "media.example.org", "REMOTE_ADDR": "192.168.1.9"}
    assert client.get("/metrics", **elsewhere).status_code == 404
    forwarded = {**HERE, "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    assert client.get("/metrics", **forwarded).status_code == 404
    client.force_login(alice)
    assert client.get("/metrics", **elsewhere).status_code == 404
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert client.get("/metrics", **elsewhere).status_code == 200


@pytest.mark.django_db
def test_requests_are_measured_by_route_not_by_address(api: APIClient) -> None:
    api.get("/api/v1/assets/00000000-0000-4000-8000-000000000000/")
    api.generic("FROBNICATE", "/nowhere/at/all/")
    text = api.get("/metrics", **HERE).content.decode()
    assert 'route="api/v1/assets/<uuid:asset_id>/"' in text
    assert 'method="other",route="unmatched"' in text
    assert "00000000-0000" not in text
    assert "FROBNICATE" not in text
