"""What goes wrong on the way in: each fault has its answer, and no asset is made of
what was not looked at."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.config import Config
from pytest_httpserver import HTTPServer
from rest_framework.test import APIClient
from werkzeug import Request, Response

from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import MEBIBYTE, MediaStorage
from tests import media
from tests.cut_link import CutLink
from tests.uploads.conftest import _use_bucket
from tests.uploads.sending import UPLOADS, Browser, stored_keys
from uploads import sniffing
from uploads.models import Asset

pytestmark = pytest.mark.django_db
PART_BYTES = 5 * MEBIBYTE


@pytest.fixture
def film(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A video of three parts, of which the last is small."""
    monkeypatch.setattr("uploads.services.sessions.SINGLE_UP_TO_BYTES", 1)
    monkeypatch.setattr("streamfetch.storage.contract.PART_SIZE_BYTES", PART_BYTES)
    video = media.video(duration_s=1).read_bytes()
    room = 2 * PART_BYTES + 1000 - len(video)
    return video + room.to_bytes(4, "big") + b"free" + bytes(room - 8)


@pytest.fixture
def link(
    settings,
    own_folders: object,
    bucket_server: str,
) -> Iterator[CutLink]:
    """The way to the bucket that is in use."""
    parts = urlsplit(bucket_server)
    assert parts.hostname
    assert parts.port
    with CutLink((parts.hostname, parts.port)) as link:
        _use_bucket(settings, f"http://127.0.0.1:{link.port}", region="us-east-1")
        yield link


def put_and_cut(
    browser: Browser, link: CutLink, row: dict[str, Any], body: bytes, *, at: int
) -> None:
    """Send a part whose line breaks after `at` bytes."""

    def blocks() -> Iterator[bytes]:
        yield body[:at]
        # What was written is on its way only once the link has seen it.
        deadline = time.monotonic() + 10
        seen = link.sent_bytes
        while link.sent_bytes - seen < at and time.monotonic() < deadline:
            time.sleep(0.01)
        link.cut()
        yield body[at:]

    headers = row["headers"] | {"Content-Length": str(len(body))}
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.TransportError):
        client.request("PUT", row["url"], content=blocks(), headers=headers)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_line_that_is_cut_costs_one_part(
    browser: Browser, film: bytes, link: CutLink, share: float
) -> None:
    upload = browser.start("film.mp4", len(film))
    first, second, third = upload["urls"]
    assert browser.put(first, film[:PART_BYTES]).is_success
    body = film[PART_BYTES : 2 * PART_BYTES]
    put_and_cut(browser, link, second, body, at=int(share * len(body)))
    assert browser.put(third, film[2 * PART_BYTES :]).is_success

    answer = browser.complete(upload)
    assert (answer.status_code, answer.data["code"]) == (409, "parts_missing")
    assert answer.json()["numbers"] == [2]
    assert browser.put(second, body).is_success
    assert browser.complete(upload).status_code == 202
    asset = Asset.objects.get(pk=upload["asset"])
    assert media_storage().read_range(asset.source_key, PART_BYTES, PART_BYTES) == body


@pytest.fixture
def failing(
    settings, own_folders: object, bucket_server: str, httpserver: HTTPServer
) -> Callable[[Callable[[Request], Response]], None]:
    """Have a storage in place of the bucket, which answers as it is told."""
    _use_bucket(settings, bucket_server, region="us-east-1")

    def fail(answer: Callable[[Request], Response]) -> None:
        httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
        stored = settings.STORAGES["default"]
        options = stored["OPTIONS"] | {
            "endpoint_url": httpserver.url_for("").rstrip("/"),
            "client_config": Config(
                connect_timeout=1, read_timeout=1, retries={"max_attempts": 0}
            ),
        }
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {**stored, "OPTIONS": options},
        }

    return fail


@pytest.mark.parametrize("fault", ["error", "slow"])
def test_a_storage_that_fails_at_the_end_is_asked_again(
    failing: Callable[[Callable[[Request], Response]], None],
    browser: Browser,
    settings,
    fault: str,
) -> None:
    working = settings.STORAGES
    content = media.video(duration_s=1).read_bytes()
    upload = browser.start("film.mp4", len(content))
    browser.send_parts(upload, content)

    def answer(_request: Request) -> Response:
        if fault == "slow":
            time.sleep(1.5)
        return Response(status=500)

    failing(answer)
    began_at = time.monotonic()
    refused = browser.complete(upload)
    assert refused.status_code == 503, refused.content
    assert (time.monotonic() - began_at > 0.9) == (fault == "slow")
    asset = Asset.objects.get(pk=upload["asset"])
    assert asset.status == Asset.Status.PENDING_UPLOAD

    settings.STORAGES = working
    assert browser.complete(upload).status_code == 202


def test_an_object_swapped_after_signing_is_looked_at_as_it_is(
    browser: Browser, storage: MediaStorage
) -> None:
    content = media.video(duration_s=1).read_bytes()
    upload = browser.start("film.mp4", len(content))
    (row,) = upload["urls"]
    assert browser.put(row, content).is_success
    page = b"<html><script>alert(1)</script>".ljust(len(content))
    assert browser.put(row, page).is_success
    answer = browser.complete(upload)
    assert answer.status_code == 422
    assert not Asset.objects.filter(pk=upload["asset"]).exists()
    assert stored_keys() == []


def test_an_object_swapped_while_it_is_looked_at_is_refused(
    browser: Browser, storage: MediaStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = media.video(duration_s=1).read_bytes()
    upload = browser.start("film.mp4", len(content))
    (row,) = upload["urls"]
    assert browser.put(row, content).is_success
    looked = sniffing.sniff

    def swap(head: bytes) -> Any:
        found = looked(head)
        # Disks tell contents apart by time, to the nanosecond.
        time.sleep(0.01)
        assert browser.put(row, b"<html>".ljust(len(content))).is_success
        return found

    monkeypatch.setattr(sniffing, "sniff", swap)
    answer = browser.complete(upload)
    assert (answer.status_code, answer.data["code"]) == (409, "object_changed")
    asset = Asset.objects.get(pk=upload["asset"])
    assert asset.status == Asset.Status.PENDING_UPLOAD
    assert not [key for key in stored_keys() if key.startswith("assets/")]


def test_a_quota_is_said_before_a_byte_is_sent(api: APIClient, settings) -> None:
    settings.USER_QUOTA_BYTES = 1000
    body = {"filename": "film.mp4", "content_type": "video/mp4", "size_bytes": 1001}
    answer = api.post(UPLOADS, body)
    assert (answer.status_code, answer.data["code"]) == (413, "quota_reached")
    assert not Asset.objects.exists()
    assert api.post(UPLOADS, body | {"size_bytes": 1000}).status_code == 201
