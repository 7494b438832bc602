"""Live events over real HTTP, with a Redis that may be restarted."""

import base64
import json
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
import redis

from streamfetch.events.bus import KEPT_EVENTS, stream_key
from tests.streamfetch.events.conftest import URL, listening
from tests.streamfetch.private_server import PrivateServer, wait_until

Publish = Callable[[UUID, int], None]


def user_of(client: httpx.Client) -> UUID:
    """Whose token it is."""
    payload = client.headers["Authorization"].split(".")[1]
    return UUID(json.loads(base64.urlsafe_b64decode(payload + "=="))["user_id"])


def numbers(texts: list[str]) -> list[int]:
    return [json.loads(text)["number"] for text in texts]


def listeners(store: redis.Redis) -> int:
    """Connections of the web server that wait for events, or once did."""
    return sum(each["cmd"] == "xread" for each in store.client_list())


@pytest.fixture
def store(private_server: PrivateServer) -> redis.Redis:
    return redis.Redis.from_url(private_server.redis_url)


def test_events_arrive_as_they_happen(
    private_server: PrivateServer, publish: Publish
) -> None:
    with private_server.program("alice") as alice, listening(alice) as page:
        publish(user_of(alice), 1)
        publish(user_of(alice), 2)
        page.wait_for(2)
        assert page.names() == ["job", "job"]
        assert numbers(page.datas()) == [1, 2]


def test_what_happened_in_between_is_made_up_for(
    private_server: PrivateServer, publish: Publish
) -> None:
    with private_server.program("alice") as alice:
        with listening(alice) as page:
            publish(user_of(alice), 1)
            page.wait_for(1)
        last_id = page.frames[-1][0]
        publish(user_of(alice), 2)
        publish(user_of(alice), 3)
        with listening(alice, last_id) as page:
            publish(user_of(alice), 4)
            page.wait_for(3)
            assert numbers(page.datas()) == [2, 3, 4]
            assert "reset" not in page.names()


def test_a_new_page_hears_nothing_of_the_past(
    private_server: PrivateServer, publish: Publish
) -> None:
    with private_server.program("alice") as alice:
        publish(user_of(alice), 1)
        for made_up in ("", "1-2-3", "9" * 40 + "-0"):
            with listening(alice, made_up) as page:
                publish(user_of(alice), 2)
                page.wait_for(1)
                assert numbers(page.datas()) == [2]


def test_pages_hear_only_of_their_own_user(
    private_server: PrivateServer, publish: Publish
) -> None:
    with (
        private_server.program("alice") as alice,
        private_server.program("charlie") as charlie,
        listening(charlie) as page,
    ):
        publish(user_of(alice), 1)
        publish(user_of(charlie), 2)
        page.wait_for(1)
        assert numbers(page.datas()) == [2]


def test_a_page_that_missed_too_much_is_told(
    private_server: PrivateServer, publish: Publish, store: redis.Redis
) -> None:
    with private_server.program("alice") as alice:
        key = stream_key(user_of(alice))
        with listening(alice) as page:
            publish(user_of(alice), 1)
            page.wait_for(1)
        last_id = page.frames[-1][0]
        for number in range(2, 6):
            publish(user_of(alice), number)
        store.xtrim(key, maxlen=2, approximate=False)
        with listening(alice, last_id) as page:
            page.wait_for(3)
            assert page.names() == ["reset", "job", "job"]
            assert numbers(page.datas()) == [4, 5]
        # Emptied: nothing is left of what the page has seen.
        store.delete(key)
        with listening(alice, last_id) as page:
            page.wait_for(1)
            assert page.names() == ["reset"]
            publish(user_of(alice), 6)
            page.wait_for(2)
            assert numbers(page.datas()) == [6]
        # Only what the page has seen was trimmed: it missed nothing.
        newest = page.frames[-1][0]
        store.xtrim(key, maxlen=0, approximate=False)
        with listening(alice, newest) as page:
            publish(user_of(alice), 7)
            page.wait_for(1)
            assert page.names()[-1] == "job"


def test_streams_are_bounded(
    private_server: PrivateServer, publish: Publish, store: redis.Redis
) -> None:
    with private_server.program("charlie") as charlie:
        for number in range(KEPT_EVENTS + 300):
            publish(user_of(charlie), number)
        key = stream_key(user_of(charlie))
        assert KEPT_EVENTS <= store.xlen(key) < KEPT_EVENTS + 200
        assert 0 < store.ttl(key) <= 24 * 3600


def test_a_stream_outlives_a_restart_of_redis(
    private_server: PrivateServer, publish: Publish
) -> None:
    with private_server.program("alice") as alice, listening(alice) as page:
        publish(user_of(alice), 1)
        page.wait_for(1)
        private_server.kill("redis")
        # Nobody is held up, and the page is told that it has to wait.
        publish(user_of(alice), 2)
        page.wait_for_comment("waiting")
        private_server.restart("redis")

        def is_heard_again() -> bool:
            publish(user_of(alice), 3)
            return 3 in numbers(page.datas())

        wait_until(is_heard_again, timeout_s=15)
        assert numbers(page.datas())[0] == 1
        assert 2 not in numbers(page.datas())


def test_pages_that_hang_up_between_events_leave_nothing_behind(
    private_server: PrivateServer, publish: Publish, store: redis.Redis
) -> None:
    with private_server.program("alice") as alice:
        for _ in range(5):
            with alice.stream("GET", URL) as answer:
                next(answer.iter_text())
                for number in range(200):
                    publish(user_of(alice), number)
        wait_until(lambda: listeners(store) == 0)


def test_quiet_streams_are_kept_alive_and_end_with_the_page(
    private_server: PrivateServer, store: redis.Redis
) -> None:
    wait_until(lambda: listeners(store) == 0)
    with private_server.browser("alice") as alice:
        with listening(alice) as one, listening(alice) as other:
            one.wait_for_comment("alive")
            other.wait_for_comment("alive")
            assert listeners(store) == 2
        wait_until(lambda: listeners(store) == 0)
    assert "Traceback" not in private_server.log()


def test_the_answer_is_a_stream_that_nobody_keeps(
    private_server: PrivateServer,
) -> None:
    with (
        private_server.program("alice") as alice,
        alice.stream("GET", URL) as answer,
    ):
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert next(answer.iter_text()).startswith("retry: ")


def test_strangers_are_turned_away(private_server: PrivateServer) -> None:
    for headers in ({}, {"Authorization": "Bearer made.up.token"}):
        answer = httpx.get(private_server.url + URL, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_authenticated"
