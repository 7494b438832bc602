"""What is remembered, and what happens to it when Redis goes and comes back."""

import os
import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis
from django.core.cache import cache
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings

from streamfetch import caching
from streamfetch.caching import FallbackRedisCache
from streamfetch.embedded.services import EmbeddedServices, Service
from tests.streamfetch.private_server import wait_until


def lookups(kind: str, outcome: str) -> float:
    name = "streamfetch_cache_lookups_total"
    return REGISTRY.get_sample_value(name, {"kind": kind, "outcome": outcome}) or 0.0


def test_hits_and_misses_are_counted_by_kind() -> None:
    key = caching.video_key(uuid4().hex)
    hits, misses = lookups("video", "hit"), lookups("video", "miss")
    assert caching.remember(key, 60, lambda: {"title": "A"}) == ({"title": "A"}, False)
    assert caching.remember(key, 60, lambda: {"title": "B"}) == ({"title": "A"}, True)
    assert lookups("video", "hit") == hits + 1
    assert lookups("video", "miss") == misses + 1
    caching.forget(key)
    assert caching.remember(key, 60, lambda: {"title": "C"}) == ({"title": "C"}, False)


def test_nothing_is_something_to_remember() -> None:
    key = caching.stats_key(uuid4().hex)
    assert caching.remember(key, 60, lambda: None) == (None, False)
    assert caching.remember(key, 60, lambda: "other") == (None, True)


def test_a_slow_reader_does_not_undo_a_write() -> None:
    key = caching.project_key(uuid4())

    def read_while_somebody_writes() -> str:
        caching.replace(key, "new", 60)
        return "old"

    assert caching.remember(key, 60, read_while_somebody_writes) == ("old", False)
    assert caching.remember(key, 60, lambda: "old") == ("new", True)


def test_keys_say_what_they_are_of() -> None:
    project = uuid4()
    assert caching.video_key("v") == "video:v"
    assert caching.format_key("v", "22") == "format:v:22"
    assert caching.project_key(project) == f"project:{project}"
    assert caching.stats_key("downloads:daily") == "stats:downloads:daily"


def test_clearing_leaves_the_queue_alone(settings: Settings) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.set("sf:a-message", "1")
    cache.set("mine", 1)
    cache.clear()
    assert cache.get("mine") is None
    assert client.get("sf:a-message") == b"1"
    client.delete("sf:a-message")
    client.close()


@pytest.fixture
def own_redis(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Service]]:
    """The address of a Redis to break, and the service to break it with."""
    monkeypatch.setattr(caching._Outage, "RETRY_AFTER_S", 0.05)
    services = EmbeddedServices(
        data_dir=tmp_path_factory.mktemp("redis"), environ={"MONGODB_URI": "none"}
    )
    with services:
        yield services.redis_url, services.services[0]


def new_cache(url: str) -> FallbackRedisCache:
    """As Django makes one for every thread."""
    options = {"SOCKET_CONNECT_TIMEOUT": 0.2, "SOCKET_TIMEOUT": 0.2}
    return FallbackRedisCache(url, {"KEY_PREFIX": "sf", "OPTIONS": options})


def test_while_redis_is_away_the_process_remembers(
    own_redis: tuple[str, Service],
) -> None:
    url, service = own_redis
    new_cache(url).set("before", "kept", 60)
    service.process.kill()
    assert new_cache(url).get("before") is None
    assert new_cache(url).add("meanwhile", 1, 60)
    assert not new_cache(url).add("meanwhile", 2, 60)
    assert new_cache(url).incr("meanwhile") == 2
    assert new_cache(url).touch("meanwhile", 30)
    assert new_cache(url).get("meanwhile") == 2
    service.start()
    assert service.wait_until_ready()
    wait_until(lambda: new_cache(url).get("before") == "kept")
    # What one process remembered is not what all of them agreed on.
    assert new_cache(url).get("meanwhile") is None


@pytest.mark.parametrize("way", ["is killed", "stops answering"])
def test_what_redis_missed_is_dropped_from_it(
    own_redis: tuple[str, Service], way: str
) -> None:
    url, service = own_redis
    for key in ("deleted", "changed", "untouched"):
        new_cache(url).set(key, "old", 60)
    pid = service.process.pid
    assert pid is not None
    if way == "is killed":
        service.process.kill()
    else:
        os.kill(pid, signal.SIGSTOP)
    new_cache(url).delete("deleted")
    new_cache(url).set("changed", "new", 60)
    assert new_cache(url).get("changed") == "new"
    if way == "is killed":
        service.start()
        assert service.wait_until_ready()
    else:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: new_cache(url).get("untouched") == "old")
    assert new_cache(url).get("deleted") is None
    assert new_cache(url).get("changed") is None


def test_after_too_many_missed_writes_all_is_dropped(
    own_redis: tuple[str, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, service = own_redis
    monkeypatch.setattr(caching._Outage, "MAX_MISSED_WRITES", 3)
    new_cache(url).set("untouched", "old", 60)
    service.process.kill()
    for number in range(10):
        new_cache(url).set(f"key-{number}", "new", 60)
    service.start()
    assert service.wait_until_ready()
    wait_until(lambda: not caching._outages[url].is_on or new_cache(url).get("x"))
    assert new_cache(url).get("untouched") is None
    new_cache(url).set("untouched", "newer", 60)
    assert new_cache(url).get("untouched") == "newer"
