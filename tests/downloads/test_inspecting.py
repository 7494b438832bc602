"""Looking an address up: what the cache does, who asks the site, what is warmed."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from downloads.models import Download
from downloads.pipeline import glancing, inspecting, means, warming
from downloads.services import downloads
from streamfetch.accounts.models import User
from streamfetch.jobs.models import Priority
from tests import media
from tests.downloads.shelf import Shelf, serving

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
URL = "/api/v1/downloads/inspect/"
HERE = {"HTTP_HOST": "localhost:8000", "REMOTE_ADDR": "127.0.0.1"}
COUNTER = 'streamfetch_cache_lookups_total{{kind="video",outcome="{}"}}'


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    """The same film with its index in front and at the end, and as no film."""
    fast = media.video(duration_s=2, faststart=True).read_bytes()
    slow = media.video(duration_s=8)
    files = {
        "/fast.mp4": ("video/mp4", fast),
        "/slow.mp4": ("video/mp4", slow.read_bytes()),
        "/claims.mp4": ("video/mp4", b"\0\0\0\x18ftypmp42" + bytes(3000)),
    }
    with serving(files) as shelf:
        yield shelf


def counted(outcome: str) -> float:
    text = Client().get("/metrics", **HERE).content.decode()
    rows = [row for row in text.splitlines() if row.startswith(COUNTER.format(outcome))]
    return float(rows[0].rpartition(" ")[2]) if rows else 0.0


def test_the_second_look_is_a_hit_and_is_counted(api: APIClient, shelf: Shelf) -> None:
    shelf.asked.clear()
    hits, misses = counted("hit"), counted("miss")
    answers = [api.post(URL, {"url": shelf.url("/fast.mp4")}) for _each in range(3)]
    assert [answer.json()["cache"] for answer in answers] == ["MISS", "HIT", "HIT"]
    assert [answer["X-Cache"] for answer in answers] == ["MISS", "HIT", "HIT"]
    assert (counted("hit") - hits, counted("miss") - misses) == (2, 1)
    # Where it was shared from does not matter.
    shared = api.post(URL, {"url": shelf.url("/fast.mp4?utm_source=x")})
    assert shared.json()["cache"] == "HIT"
    assert len(shelf.asked) == 2


@pytest.mark.parametrize(
    ("path", "length_ms", "height"),
    [("/fast.mp4", 2000, 180), ("/slow.mp4", 8000, 180)],
)
def test_a_plain_file_is_described_before_it_is_fetched(
    api: APIClient,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    *,
    path: str,
    length_ms: int,
    height: int,
) -> None:
    # Less than the file, so that an index at its end is asked for by itself.
    monkeypatch.setattr(glancing, "HEAD_BYTES", 40_000)
    video = api.post(URL, {"url": shelf.url(path)}).json()["video"]
    one = video["formats"][0]
    assert video["duration_ms"] == pytest.approx(length_ms, abs=50)
    assert (one["height"], one["video_codec"], one["fps"]) == (height, "h264", 25)
    assert one["audio_codec"] == "aac"
    assert one["plays_as_is"]
    assert video["presets"][0]["height"] == height
    assert video["thumbnail"].startswith("data:image/jpeg;base64,")


def test_what_only_claims_to_be_a_film_is_shown_as_far_as_it_is_known(
    api: APIClient, shelf: Shelf
) -> None:
    video = api.post(URL, {"url": shelf.url("/claims.mp4")}).json()["video"]
    assert (video["duration_ms"], video["thumbnail"]) == (None, "")
    assert video["formats"][0]["size_bytes"] == 3012


def test_those_who_ask_together_cause_one_look(shelf: Shelf, alice: User) -> None:
    url = means.parse(shelf.url("/fast.mp4?together"))
    shelf.asked.clear()
    together = threading.Barrier(6)

    def look() -> str:
        try:
            together.wait(10)
            return inspecting.look_up(url, owner_id=alice.pk).found.title
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        looks = [pool.submit(look) for _each in range(6)]
        assert {each.result() for each in looks} == {"fast"}
    assert len(shelf.asked) == 2


def test_a_refusal_says_how_long_to_wait(api: APIClient) -> None:
    refusals = {"/busy": (429, {"Retry-After": "50"}), "/gone": (410, {})}
    with serving({}, refusals=refusals) as busy:
        answers = [api.post(URL, {"url": busy.url("/busy")}) for _each in range(2)]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (422, "rate_limited")
            assert answer["Retry-After"] == "50"
        gone = api.post(URL, {"url": busy.url("/gone")})
        assert (gone.status_code, gone.json()["code"]) == (422, "removed")
        assert "Retry-After" not in gone
        # A site that wants to be left alone is.
        assert [path for path, _range in busy.asked] == ["/busy", "/gone"]


def test_the_most_fetched_videos_are_looked_up_before_they_expire(
    api: APIClient, alice: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = shelf.url("/fast.mp4?popular")
    for _each in range(2):
        downloads.request(alice, url=url)
    shelf.asked.clear()
    assert warming.warm() == 1
    assert len(shelf.asked) == 2
    assert api.post(URL, {"url": url}).json()["cache"] == "HIT"
    assert warming.warm() == 0
    monkeypatch.setattr(warming, "RENEWED_AFTER_S", -1)
    assert warming.warm() == 1
    assert inspecting.age_s(means.parse(url)) < 30
    assert len(shelf.asked) == 4


def test_what_is_asked_for_before_it_expires_is_looked_up_again(
    api: APIClient, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    url = shelf.url("/fast.mp4?again")
    api.post(URL, {"url": url})
    shelf.asked.clear()
    assert api.post(URL, {"url": url}).json()["cache"] == "HIT"
    work()
    assert not shelf.asked, "it is new"
    monkeypatch.setattr(warming, "RENEWED_AFTER_S", 1)
    time.sleep(1.1)
    for _each in range(2):
        assert api.post(URL, {"url": url}).json()["cache"] == "HIT"
    work()
    assert len(shelf.asked) == 2, "one look, for two who asked"


def test_many_of_a_list_are_queued_at_once(api: APIClient) -> None:
    entries: list[dict[str, str]] = [
        {"url": f"https://a.test/{n}", "title": f"Part {n}"} for n in range(3)
    ]
    entries.insert(1, {"url": "http://10.0.0.1/x"})
    body: dict[str, Any] = {"entries": entries, "preset": "720p", "priority": "low"}
    answer = api.post("/api/v1/downloads/many/", body)
    assert answer.status_code == 202
    titles = [each["title"] for each in answer.json()["downloads"]]
    assert titles == ["Part 0", "Part 1", "Part 2"]
    assert [each["url"] for each in answer.json()["refused"]] == ["http://10.0.0.1/x"]
    rows = Download.objects.order_by("created_at")
    assert [row.video_url for row in rows] == [f"https://a.test/{n}" for n in range(3)]
    assert {(row.priority, row.options.preset) for row in rows} == {
        (Priority.LOW, "720p")
    }
    # The site's own word for it is still wanted.
    assert not any(row.has_own_title for row in rows)
    too_many = {"entries": entries[:1] * 201}
    for bad in ({"entries": []}, too_many, {**body, "format_id": "18"}):
        assert api.post("/api/v1/downloads/many/", bad).status_code == 400
