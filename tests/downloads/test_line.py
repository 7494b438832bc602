"""Who comes when: priority, then age, within the limits of owners and sites."""

import threading
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from downloads.models import Download, SeenVideo, SiteCookies, Subscription
from downloads.pipeline import following, jar, means, partials
from downloads.pipeline.inspecting import Looked
from downloads.services import downloads, subscriptions
from downloads.sources.video import Entry, Playlist
from streamfetch.accounts.models import User
from streamfetch.jobs.models import LeaseLost, Priority, State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits(settings: Any, tmp_path: Any) -> None:
    settings.DOWNLOADS_PER_USER = 3
    settings.DOWNLOADS_PER_SITE = 3
    settings.DOWNLOADS_ROOT = tmp_path / "downloads"


def waiting(
    owner: User, number: int, *, site: str = "a.test", priority: str = "normal"
) -> Download:
    return Download.objects.create(
        owner=owner,
        video_id=f"v{number}",
        video_title=f"Video {number}",
        video_url=f"https://{site}/{number}.mp4",
        site=site,
        priority=priority,
    )


def test_a_hundred_downloads_with_three_slots(alice: User) -> None:
    order = ["low", "normal", "high"]
    made = [waiting(alice, n, priority=order[n % 3]) for n in range(100)]
    taken: list[Download] = []
    most = 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal most
        try:
            while True:
                job = Download.take("any")
                if job is None:
                    return
                running = Download.objects.filter(state=State.RUNNING).count()
                with lock:
                    taken.append(job)
                    most = max(most, running)
                job.finish()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(job.pk for job in taken) == Counter(job.pk for job in made)
    assert most <= 3
    ranks = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 2}
    taken.sort(key=lambda job: job.started_at or job.created_at)
    keys = [(ranks[Priority(job.priority)], job.created_at) for job in taken]
    assert keys == sorted(keys)


def test_owners_and_sites_have_so_many_slots(
    alice: User, charlie: User, settings: Any
) -> None:
    settings.DOWNLOADS_PER_SITE = 2
    for number in range(4):
        waiting(alice, number, site="a.test")
    waiting(alice, 5, site="b.test")
    waiting(alice, 6, site="c.test")
    waiting(charlie, 7, site="c.test")
    taken = [Download.take("any") for _each in range(6)]
    found = [job.video_id for job in taken if job]
    assert found == ["v0", "v1", "v5", "v7"]


def test_the_same_token_takes_the_same_download(alice: User) -> None:
    waiting(alice, 1)
    waiting(alice, 2)
    token = uuid4()
    first, again = (Download.take("any", token=token) for _each in range(2))
    assert first is not None
    assert again is not None
    assert first.pk == again.pk


def test_a_paused_download_waits_until_it_is_told(alice: User, api: APIClient) -> None:
    job = waiting(alice, 1)
    one = f"/api/v1/downloads/{job.pk}/"
    running = Download.take("any")
    assert running is not None
    with partials.held(job.pk) as directory:
        (directory / "part-0.partial").write_bytes(b"half")
    answer = api.post(f"{one}pause/").json()
    assert (answer["state"], answer["paused"]) == ("queued", True)
    assert answer["attempts"] == 0
    assert Download.take("any") is None
    with pytest.raises(LeaseLost):
        running.report(percent=50)
    assert (partials.directory_of(job.pk) / "part-0.partial").exists()
    answer = api.post(f"{one}resume/").json()
    assert (answer["state"], answer["paused"]) == ("queued", False)
    assert api.post(f"{one}resume/").json()["code"] == "not_paused"
    assert Download.take("any") is not None
    api.post(f"{one}pause/")
    assert api.post(f"{one}cancel/").json()["state"] == "cancelled"
    assert not partials.directory_of(job.pk).exists()
    assert api.post(f"{one}pause/").status_code == 409


def test_what_nobody_goes_on_with_is_swept(alice: User) -> None:
    kept, gone = waiting(alice, 1), waiting(alice, 2)
    for job in (kept, gone):
        with partials.held(job.pk):
            pass
    with partials.held(uuid4()):
        pass
    gone.cancel()
    assert partials.sweep() == 2
    assert partials.directory_of(kept.pk).exists()


def test_the_history_is_searched_and_exported(alice: User, api: APIClient) -> None:
    job = waiting(alice, 1)
    Download.objects.filter(pk=job.pk).update(
        video_title="=1+1", state=State.SUCCEEDED, video_channel="Hills"
    )
    waiting(alice, 2)

    def ids(**query: str) -> list[str]:
        results = api.get("/api/v1/downloads/", query).json()["results"]
        return [row["id"] for row in results]

    assert len(ids()) == 2
    assert ids(q="hILLs") == [str(job.pk)]
    assert ids(state="succeeded") == [str(job.pk)]
    assert ids(state="failed") == ids(q=".*") == []
    assert api.get("/api/v1/downloads/", {"state": "x"}).status_code == 400
    answer = api.get("/downloads/history.csv", {"state": "succeeded"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    # A spreadsheet must not work a title out.
    assert "'=1+1" in lines[1]
    assert api.delete(f"/api/v1/downloads/{job.pk}/").status_code == 204
    assert len(ids()) == 1


def test_statistics_count_what_ended(alice: User, api: APIClient) -> None:
    for number in range(3):
        job = waiting(alice, number % 2)
        state = State.FAILED if number == 2 else State.SUCCEEDED
        Download.objects.filter(pk=job.pk).update(state=state, bytes_downloaded=100)
    stats = api.get("/api/v1/downloads/stats/").json()
    assert stats["totals"] == {"succeeded": 2, "failed": 1, "size_bytes": 200}
    assert stats["days"][-1]["succeeded"] == 2
    assert len(stats["days"]) == 30
    assert stats["sites"][0]["site"] == "a.test"
    # What failed was not fetched.
    counts = {row["video_id"]: row["count"] for row in stats["popular"]}
    assert counts == {"v0": 1, "v1": 1}


COOKIE = ".example.org\tTRUE\t/\tTRUE\t1900000000\tsession\tverysecret"


def test_cookies_are_kept_encrypted_and_never_shown(
    api: APIClient, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    url = "/api/v1/downloads/cookies/"
    other = COOKIE.replace("example.org", "other.test")
    kept = api.post(url, {"site": "www.example.org", "cookies": f"{COOKIE}\n{other}"})
    assert kept.status_code == 201
    assert (kept.json()["site"], kept.json()["cookie_count"]) == ("example.org", 1)
    stored = SiteCookies.objects.get()
    assert "verysecret" not in stored.encrypted
    assert "verysecret" in jar.decrypt(stored.encrypted)
    assert "other.test" not in jar.decrypt(stored.encrypted)
    assert b"verysecret" not in api.get(url).content
    for host, is_theirs in (("m.example.org", True), ("example.net", False)):
        text = means.cookies_for(alice.pk, means.parse(f"https://{host}/v"))
        assert ("verysecret" in text) == is_theirs
    assert means.cookies_for(uuid4(), means.parse("https://example.org/")) == ""
    assert "verysecret" not in caplog.text
    for bad in ("", "not a cookie file", other):
        answer = api.post(url, {"site": "example.org", "cookies": bad})
        assert answer.status_code == 400
    assert api.delete(f"{url}{kept.json()['id']}/").status_code == 204


def test_a_subscription_fetches_each_new_video_once(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [Entry(id=str(n), url=f"https://a.test/{n}") for n in range(3)]

    def look_up(url: Any, *, owner_id: Any) -> Any:
        found = Playlist(id="p", url=str(url), extractor="x", title="A", entries=listed)
        return Looked(found, was_hit=False, cache_id="p")

    monkeypatch.setattr(following.inspecting, "look_up", look_up)
    made = subscriptions.subscribe(alice, url="https://a.test/feed")
    assert SeenVideo.objects.count() == 3
    assert following.check(made.pk) == 0  # not due
    subscriptions.check_now(made)
    assert following.due() == [made.pk]
    assert following.check(made.pk) == 0
    listed.insert(0, Entry(id="9", url="https://a.test/9", title="New"))
    listed.insert(0, Entry(id="8", url="http://127.0.0.9/8", title="Inside"))
    subscriptions.check_now(made)
    assert following.check(made.pk) == 1
    subscriptions.check_now(made)
    assert following.check(made.pk) == 0
    fetched = Download.objects.get()
    assert (fetched.video_title, fetched.subscription_id) == ("New", made.pk)
    assert Subscription.objects.get().fetched_count == 1


def test_options_that_do_not_exist_are_named(api: APIClient) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"preset": "8k"}, "preset"),
        ({"then": "fly"}, "then"),
        ({"sponsorblock": "x"}, "sponsorblock"),
        ({"priority": "now"}, "priority"),
        ({"subtitles": [{"language": "x" * 30}]}, "subtitles"),
    ]
    for body, name in bad:
        answer = api.post("/api/v1/downloads/", {"url": "https://a.test/x.mp4"} | body)
        assert answer.status_code == 400, body
        fields = [error["field"] for error in answer.json()["errors"]]
        assert any(field.startswith(name) for field in fields), (body, fields)
    assert not Download.objects.exists()
    assert downloads.read_options({}).chapters
