"""Uploads from start to asset on every storage, with real requests to it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from streamfetch.storage.contract import MEBIBYTE, MediaStorage
from tests import media
from tests.uploads.sending import UPLOADS, Browser, stored_keys
from uploads.models import Asset, AssetProcessing, UploadSession
from uploads.pipeline.retention import abort_expired_uploads, remove_strays

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Parted:
    """A file of three parts, as large as the storage demands."""

    content: bytes
    part_size: int

    def part(self, number: int) -> bytes:
        return self.content[(number - 1) * self.part_size : number * self.part_size]


@pytest.fixture
def parted(
    browser: Browser, storage: MediaStorage, monkeypatch: pytest.MonkeyPatch, settings
) -> Parted:
    """Everything is sent in parts: of 1 MiB to disk, of 5 MiB to a bucket."""
    is_local = settings.STORAGE_PROVIDER == "local"
    part_size = MEBIBYTE if is_local else 5 * MEBIBYTE
    monkeypatch.setattr("uploads.services.sessions.SINGLE_UP_TO_BYTES", 1)
    monkeypatch.setattr("streamfetch.storage.contract.PART_SIZE_BYTES", part_size)
    video = media.video(duration_s=1).read_bytes()
    room = 2 * part_size + 1000 - len(video)
    # A box of free space (ISO/IEC 14496-12, 8.1.2) changes nothing.
    padding = room.to_bytes(4, "big") + b"free" + bytes(room - 8)
    return Parted(content=video + padding, part_size=part_size)


@pytest.fixture
def started(browser: Browser, parted: Parted) -> dict:
    upload = browser.start("Trip to the sea.mp4", len(parted.content))
    assert (upload["mode"], upload["part_count"]) == ("multipart", 3)
    assert upload["part_size"] == parted.part_size
    assert [row["number"] for row in upload["urls"]] == [1, 2, 3]
    return upload


def asset_of(upload: dict) -> Asset:
    return Asset.objects.get(pk=upload["asset"])


def test_parts_in_any_order_and_at_once_become_one_asset(
    browser: Browser, storage: MediaStorage, parted: Parted, started: dict
) -> None:
    with ThreadPoolExecutor(3) as pool:
        sent = pool.map(
            lambda row: browser.put(row, parted.part(row["number"])),
            reversed(started["urls"]),
        )
        assert all(answer.is_success for answer in sent)
    answer = browser.complete(started)
    assert answer.status_code == 202, answer.content
    asset = asset_of(started)
    assert (asset.status, asset.kind, asset.title) == (
        Asset.Status.PROCESSING,
        "video",
        "Trip to the sea",
    )
    assert answer.data["asset"]["status"] == "processing"
    assert stored_keys() == [asset.source_key]
    assert storage.read_range(asset.source_key, 0, 100) == parted.content[:100]
    stored = storage.head(asset.source_key)
    assert stored is not None
    assert (stored.size_bytes, stored.content_type) == (
        len(parted.content),
        "video/mp4",
    )
    assert AssetProcessing.objects.filter(asset_id=asset.pk).count() == 1


def test_missing_parts_are_named_and_can_still_be_sent(
    browser: Browser, parted: Parted, started: dict
) -> None:
    browser.send_parts(started, parted.content, but=2)
    answer = browser.complete(started)
    assert (answer.status_code, answer.data["code"]) == (409, "parts_missing")
    assert answer.json()["numbers"] == [2]
    url = f"{UPLOADS}{started['id']}/parts/"
    assert [part["number"] for part in browser.api.get(url).data["parts"]] == [1, 3]
    assert asset_of(started).status == Asset.Status.PENDING_UPLOAD

    rows = browser.api.post(url, {"numbers": [2]}).json()["urls"]
    browser.send_parts(started, parted.content, rows=rows)
    assert browser.complete(started).status_code == 202


def test_completing_twice_or_at_once_makes_one_asset(
    browser: Browser, parted: Parted, started: dict, api: APIClient
) -> None:
    browser.send_parts(started, parted.content)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: browser.complete(started), range(4)))
    assert 202 in {answer.status_code for answer in answers}
    assert all(answer.status_code < 500 for answer in answers)
    again = browser.complete(started)
    assert again.status_code == 202
    assert again.data["asset"]["id"] == started["asset"]
    assert Asset.objects.count() == 1
    assert AssetProcessing.objects.count() == 1
    assert stored_keys() == [asset_of(started).source_key]


def test_an_upload_that_is_given_up_leaves_nothing(
    browser: Browser, storage: MediaStorage, parted: Parted, started: dict
) -> None:
    browser.send_parts(started, parted.content, but=3)
    url = f"{UPLOADS}{started['id']}/"
    assert browser.api.delete(url).status_code == 204
    assert not Asset.objects.exists()
    assert stored_keys() == []
    assert not browser.put(started["urls"][2], parted.part(3)).is_success
    # Whatever comes afterwards is told so, and never an error of the server.
    assert browser.api.delete(url).status_code == 404
    assert browser.complete(started).status_code == 404
    assert browser.api.get(f"{url}parts/").status_code == 404
    assert browser.api.post(f"{url}parts/", {"numbers": [1]}).status_code == 404


def test_a_completed_upload_is_not_given_up(
    browser: Browser, parted: Parted, started: dict
) -> None:
    browser.send_parts(started, parted.content)
    assert browser.complete(started).status_code == 202
    url = f"{UPLOADS}{started['id']}/"
    answer = browser.api.delete(url)
    assert (answer.status_code, answer.data["code"]) == (409, "upload_ended")
    answer = browser.api.post(f"{url}parts/", {"numbers": [1]})
    assert (answer.status_code, answer.data["code"]) == (409, "upload_ended")
    assert stored_keys() == [asset_of(started).source_key]


def test_parts_that_do_not_exist_are_not_signed(
    browser: Browser, started: dict
) -> None:
    url = f"{UPLOADS}{started['id']}/parts/"
    for numbers in ([4], [0], [-1], [10**30]):
        answer = browser.api.post(url, {"numbers": numbers})
        assert (answer.status_code, answer.data["code"]) == (400, "part_out_of_range")
    for numbers in ([], ["one"], None, 1, list(range(1, 200))):
        answer = browser.api.post(url, {"numbers": numbers})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"].startswith("numbers")


def test_what_is_not_media_is_removed_at_once(
    browser: Browser, parted: Parted, started: dict
) -> None:
    browser.send_parts(started, bytes(len(parted.content)))
    answer = browser.complete(started)
    assert (answer.status_code, answer.data["code"]) == (422, "not_media")
    assert answer.json()["errors"][0]["field"] == "file"
    assert "MP4" in answer.json()["detail"]
    assert not Asset.objects.exists()
    assert not AssetProcessing.objects.exists()
    assert stored_keys() == []


def test_nobody_else_has_this_upload(
    browser: Browser, parted: Parted, started: dict, stranger_api: APIClient
) -> None:
    browser.send_parts(started, parted.content)
    url = f"{UPLOADS}{started['id']}/"
    assert stranger_api.get(f"{url}parts/").status_code == 404
    assert stranger_api.get(f"{url}status/").status_code == 404
    assert stranger_api.post(f"{url}parts/", {"numbers": [1]}).status_code == 404
    assert stranger_api.post(f"{url}complete/").status_code == 404
    assert stranger_api.delete(url).status_code == 404
    assert browser.complete(started).status_code == 202


def let_expire(upload: dict, *, since: timedelta = timedelta(minutes=1)) -> None:
    then = timezone.now() - since
    UploadSession.objects.filter(pk=upload["id"]).update(
        expires_at=then, created_at=then
    )


def test_an_abandoned_upload_is_removed(
    browser: Browser, parted: Parted, started: dict
) -> None:
    browser.send_parts(started, parted.content, but=2)
    assert abort_expired_uploads() == 0
    # Nobody starts from zero: what has arrived is kept for a week.
    let_expire(started)
    assert abort_expired_uploads() == 0
    let_expire(started, since=timedelta(days=8))
    assert abort_expired_uploads() == 1
    assert abort_expired_uploads() == 0
    assert not Asset.objects.exists()
    assert not UploadSession.objects.exists()
    assert stored_keys() == []


def test_a_small_file_goes_in_one_request(
    browser: Browser, storage: MediaStorage
) -> None:
    answer = browser.upload(media.video(duration_s=1), name="../../Møte 🎬.MP4")
    assert answer.status_code == 202, answer.content
    asset = Asset.objects.get()
    assert (asset.title, asset.file_name) == ("Møte 🎬", "Møte 🎬.MP4")
    assert stored_keys() == [asset.source_key]


def test_a_small_file_that_did_not_come_is_missing(
    browser: Browser, storage: MediaStorage
) -> None:
    upload = browser.start("a.mp4", 1000)
    assert upload["mode"] == "single"
    answer = browser.complete(upload)
    assert (answer.status_code, answer.json()["numbers"]) == (409, [1])
    assert browser.api.get(f"{UPLOADS}{upload['id']}/parts/").data == {"parts": []}
    # Neither more nor fewer bytes than were announced are taken.
    for body in (bytes(999), bytes(1001)):
        sent = browser.put(upload["urls"][0], body)
        if sent.is_success:
            # moto checks no signed length; a bucket of S3 does.
            assert browser.complete(upload).data["code"] == "size_mismatch"
        else:
            assert browser.complete(upload).data["code"] == "parts_missing"
    assert Asset.objects.get().status == Asset.Status.PENDING_UPLOAD


def test_bytes_that_come_after_the_end_are_swept(
    browser: Browser, storage: MediaStorage
) -> None:
    """The address of a small file works for an hour, whatever became of it."""
    upload, other = (browser.start("a.mp4", 1000) for _ in range(2))
    assert browser.api.delete(f"{UPLOADS}{upload['id']}/").status_code == 204
    assert browser.put(upload["urls"][0], bytes(1000)).is_success
    assert browser.put(other["urls"][0], bytes(1000)).is_success
    assert remove_strays() == 1
    assert stored_keys() == [f"quarantine/{other['id']}"]


BAD_ANNOUNCEMENTS: list[tuple[dict[str, Any], int, str]] = [
    ({"size_bytes": 0}, 400, "size_bytes"),
    ({"size_bytes": -5}, 400, "size_bytes"),
    ({"size_bytes": 10**30}, 413, "size_bytes"),
    ({"size_bytes": 500 * 1024 * 1024 + 1}, 413, "size_bytes"),
    ({"size_bytes": "large"}, 400, "size_bytes"),
    ({"size_bytes": None}, 400, "size_bytes"),
    ({"filename": ""}, 400, "filename"),
    ({"filename": "x" * 256}, 400, "filename"),
    ({"filename": "a\x00.mp4"}, 400, "filename"),
    ({"content_type": "x" * 101}, 400, "content_type"),
    ({"key": "assets/../../etc/passwd"}, 400, "key"),
]


def test_bad_announcements_are_refused_by_field(api: APIClient) -> None:
    good = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 1000}
    for body, status, field in BAD_ANNOUNCEMENTS:
        answer = api.post(UPLOADS, good | body)
        assert answer.status_code == status, (body, answer.content)
        assert field in [error["field"] for error in answer.json()["errors"]], body
    assert not Asset.objects.exists()
    assert not UploadSession.objects.exists()


CLAIMED_TYPES = {
    "video/mp4": "video/mp4",
    "VIDEO/MP4": "video/mp4",
    "": "application/octet-stream",
    "text/html\r\nX-Evil: 1": "application/octet-stream",
    "vidéo/mp4": "application/octet-stream",
    "video/mp4; codecs=avc1": "application/octet-stream",
}


def test_a_claimed_type_never_breaks_a_header(browser: Browser) -> None:
    content = media.video(duration_s=1).read_bytes()
    for claimed, used in CLAIMED_TYPES.items():
        upload = browser.start("a.mp4", len(content), content_type=claimed)
        assert upload["urls"][0]["headers"]["Content-Type"] == used
    browser.send_parts(upload, content)
    assert browser.complete(upload).status_code == 202


def test_the_same_announcement_twice_is_one_upload(api: APIClient) -> None:
    body = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 1000}
    headers = {"Idempotency-Key": "drop-1"}
    first, second = (api.post(UPLOADS, body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert UploadSession.objects.count() == 1


TITLES = {
    "C:\\Users\\me\\My film.mp4": "My film",
    "/home/me/a.b.c.mkv": "a.b.c",
    ".mp4": "mp4",
    "...": "Untitled",
    "/": "Untitled",
    "\u202etxt.4pm": "txt",
}


def test_titles_are_readable(browser: Browser) -> None:
    for name, title in TITLES.items():
        assert asset_of(browser.start(name, 1000)).title == title
