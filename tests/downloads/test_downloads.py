"""Fetching from an address: what arrives, what is refused, what is tried again."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from downloads.models import Download
from downloads.pipeline.fetch import fetch
from streamfetch.jobs import queue
from streamfetch.jobs.models import LeaseLost
from streamfetch.jobs.running import run_job
from tests import media
from tests.downloads.site import Site, serving
from uploads.models import Asset, AssetProcessing

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
URL = "/api/v1/downloads/"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORKSPACES_ROOT = tmp_path / "workspaces"
    settings.DOWNLOADS_ROOT = tmp_path / "downloads"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }
    return tmp_path


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once; how long they wait is tested with jobs."""
    monkeypatch.setattr(Download, "RETRY_DELAYS_S", (0, 0, 0))


@pytest.fixture(scope="module")
def content() -> bytes:
    return media.video(duration_s=1).read_bytes()


@pytest.fixture
def site(content: bytes) -> Iterator[Site]:
    with serving(content) as site:
        yield site


def ask(api: APIClient, url: str, **values: Any) -> dict[str, Any]:
    answer = api.post(URL, {"url": url} | values)
    assert answer.status_code == 202, answer.content
    found: dict[str, Any] = answer.json()
    return found


def result(api: APIClient, download: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"{URL}{download['id']}/").json()
    return found


def test_a_file_becomes_an_asset(
    api: APIClient, site: Site, content: bytes, work: Work, own_folders: Path
) -> None:
    asked = ask(api, site.url("/video.mp4?key=secret"))
    assert (asked["state"], asked["title"]) == ("queued", "video.mp4")
    work()
    found = result(api, asked)
    assert (found["state"], found["error"]) == ("succeeded", None)
    assert found["bytes_downloaded"] == found["total_bytes"] == len(content)
    assert found["download_duration_ms"] >= 0
    asset = api.get(f"/api/v1/assets/{found['asset']}/").json()
    assert (asset["title"], asset["file_name"]) == ("video", "video.mp4")
    assert (asset["status"], asset["size_bytes"]) == ("ready", len(content))
    assert site.hits == {"/video.mp4": 1}
    assert list((own_folders / "workspaces").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "given", "title"),
    [
        ("/video.mp4", "Our trip", "Our trip"),
        # A title that happens to stand in the address is a title all the same.
        ("/video.mp4", "video", "video"),
        ("/my/cats%20at%20sea.mp4", "", "cats at sea"),
        ("/my/cats.mp4", "cat", "cat"),
        ("/named", "", "Møte 🎬"),
        ("/named", "Mine", "Mine"),
        ("/", "", "127.0.0"),
    ],
)
def test_titles(
    api: APIClient, site: Site, *, path: str, given: str, title: str
) -> None:
    asked = ask(api, site.url(path), title=given)
    run_job(Download, asked["id"], fetch)
    assert Asset.objects.get().title == title
    assert result(api, asked)["title"] == title


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/page.html", "unsupported"),
        ("/empty.mp4", "not_media"),
        ("/missing.mp4", "removed"),
        ("/huge.mp4", "too_large"),
        ("/endless.mp4", "too_large"),
        ("/inside.mp4", "blocked_address"),
        ("/file.mp4", "scheme_refused"),
        ("/loop", "too_many_redirects"),
    ],
)
def test_what_cannot_be_fetched_fails_with_a_reason(
    api: APIClient,
    site: Site,
    settings: Any,
    own_folders: Path,
    *,
    path: str,
    code: str,
) -> None:
    settings.MAX_VIDEO_BYTES = 2 * 1024 * 1024
    asked = ask(api, site.url(path))
    run_job(Download, asked["id"], fetch)
    found = result(api, asked)
    assert (found["state"], found["attempts"]) == ("failed", 1)
    assert found["error"]["code"] == code, found["error"]
    assert found["error"]["message"].endswith(".")
    assert found["asset"] is None
    assert not Asset.objects.exists()
    assert not (own_folders / "media" / "assets").exists()
    assert list((own_folders / "workspaces").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "tries", "hits"), [("/cut.mp4", 2, 3), ("/busy.mp4", 2, 2)]
)
def test_passing_trouble_is_tried_again(
    api: APIClient, site: Site, work: Work, *, path: str, tries: int, hits: int
) -> None:
    asked = ask(api, site.url(path))
    work()
    found = result(api, asked)
    assert (found["state"], found["attempts"]) == ("succeeded", tries)
    assert site.hits[path] == hits
    assert Asset.objects.get().size_bytes == len(site.content)


def test_a_site_that_wants_to_be_left_alone_is(api: APIClient, site: Site) -> None:
    asked = ask(api, site.url("/later.mp4"))
    before = timezone.now()
    run_job(Download, asked["id"], fetch)
    found = result(api, asked)
    assert (found["state"], found["error"]["code"]) == ("queued", "rate_limited")
    waits = Download.objects.get().not_before - before
    assert timedelta(seconds=89) < waits < timedelta(seconds=100)
    assert site.hits["/later.mp4"] == 1


def test_a_site_that_stays_away_is_given_up(api: APIClient, work: Work) -> None:
    with serving(b"") as gone:
        url = gone.url("/video.mp4")
    asked = ask(api, url)
    work()
    found = result(api, asked)
    assert (found["state"], found["attempts"]) == ("failed", 4)
    assert found["error"]["code"] == "connection_failed"


def test_a_redirect_is_followed(api: APIClient, site: Site) -> None:
    asked = ask(api, site.url("/moved"))
    run_job(Download, asked["id"], fetch)
    assert result(api, asked)["state"] == "succeeded"
    assert site.hits == {"/moved": 1, "/video.mp4": 1}


def test_work_that_is_done_twice_makes_one_asset(
    api: APIClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(api, site.url("/video.mp4"))

    def die(self: Download, **results: Any) -> None:
        raise LeaseLost

    with monkeypatch.context() as patch:
        patch.setattr(Download, "finish", die)
        run_job(Download, asked["id"], fetch)
    first = Asset.objects.get()
    Download.objects.filter(pk=asked["id"]).update(state="queued")
    run_job(Download, asked["id"], fetch)
    assert result(api, asked)["asset"] == str(first.pk)
    assert Asset.objects.count() == 1
    assert AssetProcessing.objects.count() == 1


def wait_for(condition: Callable[[], bool], *, within_s: float = 15) -> None:
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_a_cancel_reaches_a_download_from_a_silent_site(
    api: APIClient, site: Site, own_folders: Path
) -> None:
    worker = dramatiq.Worker(
        dramatiq.get_broker(), queues={"network"}, worker_threads=1
    )
    worker.start()
    try:
        asked = ask(api, site.url("/silent.mp4"))
        wait_for(lambda: site.hits["/silent.mp4"] == 1)
        workspaces = own_folders / "workspaces"
        wait_for(lambda: len(list(workspaces.iterdir())) == 1)
        answer = api.post(f"{URL}{asked['id']}/cancel/")
        assert (answer.status_code, answer.data["state"]) == (200, "cancelled")
        wait_for(lambda: not list(workspaces.iterdir()), within_s=6)
    finally:
        worker.stop()
    assert result(api, asked)["state"] == "cancelled"
    assert not Asset.objects.exists()
    assert api.post(f"{URL}{asked['id']}/cancel/").status_code == 409


def test_a_failed_download_can_be_started_again(
    api: APIClient, site: Site, work: Work
) -> None:
    asked = ask(api, site.url("/missing.mp4"))
    assert api.post(f"{URL}{asked['id']}/retry/").status_code == 409
    work()
    assert result(api, asked)["state"] == "failed"
    answer = api.post(f"{URL}{asked['id']}/retry/")
    assert (answer.status_code, answer.data["state"]) == (200, "queued")
    assert answer.data["error"] is None
    work()
    assert site.hits["/missing.mp4"] == 2


UNSAFE = [
    "",
    "not a url",
    "example.org/video.mp4",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:video/mp4;base64,AAAA",
    "ftp://example.org/video.mp4",
    "gopher://example.org/",
    "http://user:secret@example.org/video.mp4",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://10.0.0.1/video.mp4",
    "http://192.168.1.1/",
    "http://[::1]/video.mp4",
    "http://127.0.0.2/video.mp4",
    "http://0.0.0.0/",
    "http://example.org:22/",
    "http://example.org:6379/",
    "http://exam ple.org/",
    "http://example.org/\r\nHost: evil",
    "http://" + "a" * 9000,
    "http:///video.mp4",
]


def test_addresses_that_must_not_be_fetched_name_the_field(api: APIClient) -> None:
    for url in UNSAFE:
        answer = api.post(URL, {"url": url})
        assert answer.status_code == 400, (url, answer.content)
        assert "url" in [error["field"] for error in answer.json()["errors"]], url
        assert answer.json()["detail"]
    assert not Download.objects.exists()


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"title": "x" * 201}, "title"),
    ({"title": "\x00"}, "title"),
    ({"cookies": "x"}, "cookies"),
    ({"url": ["http://example.org/"]}, "url"),
    ({"url": None}, "url"),
]


def test_bad_fields_are_named(api: APIClient) -> None:
    for body, field in BAD_FIELDS:
        answer = api.post(URL, {"url": "https://example.org/a.mp4"} | body)
        assert answer.status_code == 400, body
        assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Download.objects.exists()


def test_downloads_of_others_do_not_exist(
    api: APIClient, stranger_api: APIClient, site: Site
) -> None:
    asked = ask(api, site.url("/video.mp4"))
    one = f"{URL}{asked['id']}/"
    assert stranger_api.get(one).status_code == 404
    assert stranger_api.post(f"{one}cancel/").status_code == 404
    assert stranger_api.post(f"{one}retry/").status_code == 404
    assert stranger_api.get(URL).data["results"] == []
    assert [row["id"] for row in api.get(URL).data["results"]] == [asked["id"]]


def test_the_same_request_twice_is_one_download(api: APIClient, site: Site) -> None:
    headers = {"Idempotency-Key": "paste-1"}
    body = {"url": site.url("/video.mp4")}
    first, second = (api.post(URL, body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert Download.objects.count() == 1
    queue.cancel(Download.objects.get())
