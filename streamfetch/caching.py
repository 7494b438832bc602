"""The cache: what is kept, for how long, under which key. Keys are made only here.

Redis holds it. While Redis is away every process keeps its own short-lived copy,
and what Redis missed is dropped from it when it is back, so that nobody is served
a document that was changed meanwhile. Job state is never cached.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from streamfetch.metrics import CACHE_LOOKUPS, CACHE_OUTAGES

logger = logging.getLogger(__name__)
T = TypeVar("T")

VIDEO_METADATA_TTL_S = 3600
FORMAT_URL_TTL_S = 900
PROJECT_TTL_S = 300
STATS_TTL_S = 3600
LOOK_AGAIN_S = 0.05
TRY_AGAIN_S = 0.01

_MISSING = object()


def video_key(video_id: str) -> str:
    return f"video:{video_id}"


def format_key(video_id: str, format_id: str) -> str:
    return f"format:{video_id}:{format_id}"


def project_key(project_id: UUID) -> str:
    return f"project:{project_id}"


def stats_key(name: str) -> str:
    return f"stats:{name}"


def remember(key: str, ttl_s: int, load: Callable[[], T]) -> tuple[T, bool]:
    """The value under `key`, loading and keeping it when missing.

    Returns (value, was it a hit). The part before the first colon is the kind
    under which hits and misses are counted.
    """
    kind = key.split(":", 1)[0]
    value = cache.get(key, _MISSING)
    hit = value is not _MISSING
    CACHE_LOOKUPS.labels(kind=kind, outcome="hit" if hit else "miss").inc()
    if not hit:
        value = load()
        # `add`, not `set`: a writer that stored a newer value meanwhile wins.
        cache.add(key, value, ttl_s)
    return value, hit


def remember_once(
    key: str, load: Callable[[], tuple[T, int]], *, wait_s: float
) -> tuple[T, bool]:
    """Like `remember` for what is slow to load: callers that ask for the same key
    together, in whatever process, cause one `load()` and share its value.

    `load` returns the value and for how many seconds it is kept. Raises
    `TimeoutError` when another caller is still loading after `wait_s`.
    """
    kind = key.split(":", 1)[0]
    value = cache.get(key, _MISSING)
    hit = value is not _MISSING
    CACHE_LOOKUPS.labels(kind=kind, outcome="hit" if hit else "miss").inc()
    loading = f"loading:{key}"
    give_up = time.monotonic() + wait_s
    while value is _MISSING:
        if cache.add(loading, True, int(wait_s) + 1):
            try:
                # It may have been loaded since the look-up above.
                value = cache.get(key, _MISSING)
                if value is _MISSING:
                    value, ttl_s = load()
                    cache.set(key, value, ttl_s)
            finally:
                cache.delete(loading)
            break
        if time.monotonic() > give_up:
            raise TimeoutError(key)
        time.sleep(LOOK_AGAIN_S)
        value = cache.get(key, _MISSING)
    return value, hit


@contextmanager
def alone(name: str, *, wait_s: float, hold_s: int) -> Iterator[bool]:
    """Run the block while nobody else runs one of this name, in whatever process.

    Yields False when others did not end within `wait_s`. Who stays longer than
    `hold_s` may get company: what must never happen twice needs a check of its own.
    """
    key = f"alone:{name}"
    give_up = time.monotonic() + wait_s
    while not (mine := bool(cache.add(key, True, hold_s))):
        if time.monotonic() > give_up:
            break
        time.sleep(TRY_AGAIN_S)
    try:
        yield mine
    finally:
        if mine:
            cache.delete(key)


def lookup(key: str) -> Any:
    """The value under `key`, or None. Counted like `remember`, nothing is loaded."""
    value = cache.get(key)
    outcome = "miss" if value is None else "hit"
    CACHE_LOOKUPS.labels(kind=key.split(":", 1)[0], outcome=outcome).inc()
    return value


def peek(key: str) -> Any:
    """The value under `key`, or None. Not counted."""
    return cache.get(key)


def replace(key: str, value: object, ttl_s: int) -> None:
    """Store what was just written, so that no reader can bring back the old."""
    cache.set(key, value, ttl_s)


def forget(*keys: str) -> None:
    """Drop entries after a write."""
    cache.delete_many(list(keys))


class _Outage:
    """What one process knows of Redis being away. Django makes a cache object per
    thread, so this is shared by all of them."""

    RETRY_AFTER_S = 2.0
    MAX_MISSED_WRITES = 10_000

    def __init__(self) -> None:
        self.is_on = False
        self.lock = threading.Lock()
        self.missed_writes: set[tuple[str, int | None]] = set()
        self.missed_too_many = False
        self._retry_at = 0.0

    def is_time_to_try(self) -> bool:
        return not self.is_on or time.monotonic() >= self._retry_at

    def begin(self, error: Exception) -> None:
        """Redis did not answer: leave it alone for a moment."""
        if not self.is_on:
            logger.warning("Redis is away, caching in this process: %s", error)
        self._retry_at = time.monotonic() + self.RETRY_AFTER_S
        self.is_on = True
        CACHE_OUTAGES.inc()

    def miss_write(self, key: str, version: int | None) -> None:
        with self.lock:
            if len(self.missed_writes) >= self.MAX_MISSED_WRITES:
                self.missed_writes.clear()
                self.missed_too_many = True
            if not self.missed_too_many:
                self.missed_writes.add((key, version))


_outages: dict[str, _Outage] = {}


class FallbackRedisCache(BaseCache):
    """Redis while it answers, this process's memory while it does not."""

    FALLBACK_TTL_S = 60
    FALLBACK_ENTRIES = 10_000

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(location, params)
        self._memory = LocMemCache(
            f"fallback-{location}", {"OPTIONS": {"MAX_ENTRIES": self.FALLBACK_ENTRIES}}
        )
        self._outage = _outages.setdefault(location, _Outage())

    def _run(self, on_redis: Callable[[], T], on_memory: Callable[[], T]) -> T:
        if self._outage.is_time_to_try():
            try:
                if self._outage.is_on:
                    self._come_back()
                return on_redis()
            except (RedisError, ConnectionInterrupted, OSError) as error:
                self._outage.begin(error)
        return on_memory()

    def _come_back(self) -> None:
        """Drop from Redis what was written while it was away: its copy is older.

        Raises what Redis raises when it still is away.
        """
        outage = self._outage
        with outage.lock:
            if not outage.is_on:
                return
            self._redis.get("is-back")
            if outage.missed_too_many:
                self._redis.delete_pattern("*")
                outage.missed_too_many = False
            while outage.missed_writes:
                key, version = next(iter(outage.missed_writes))
                self._redis.delete(key, version=version)
                outage.missed_writes.discard((key, version))
            self._memory.clear()
            outage.is_on = False
        logger.warning("Redis is back")

    def _short(self, timeout: Any) -> int:
        if isinstance(timeout, int):
            return min(timeout, self.FALLBACK_TTL_S)
        return self.FALLBACK_TTL_S

    def add(self, key: str, value: Any, timeout: Any = 300, version: Any = None) -> Any:
        return self._run(
            lambda: self._redis.add(key, value, timeout, version=version),
            lambda: self._memory.add(key, value, self._short(timeout), version),
        )

    def get(self, key: str, default: Any = None, version: Any = None) -> Any:
        return self._run(
            lambda: self._redis.get(key, default, version=version),
            lambda: self._memory.get(key, default, version),
        )

    def set(self, key: str, value: Any, timeout: Any = 300, version: Any = None) -> Any:
        def in_memory() -> None:
            self._outage.miss_write(key, version)
            self._memory.set(key, value, self._short(timeout), version)

        return self._run(
            lambda: self._redis.set(key, value, timeout, version=version), in_memory
        )

    def touch(self, key: str, timeout: Any = 300, version: Any = None) -> Any:
        return self._run(
            lambda: self._redis.touch(key, timeout, version=version),
            lambda: self._memory.touch(key, self._short(timeout), version),
        )

    def delete(self, key: str, version: Any = None) -> Any:
        def in_memory() -> bool:
            self._outage.miss_write(key, version)
            return self._memory.delete(key, version)

        return self._run(lambda: self._redis.delete(key, version=version), in_memory)

    def incr(self, key: str, delta: int = 1, version: Any = None) -> Any:
        return self._run(
            lambda: self._redis.incr(key, delta, version=version),
            lambda: self._memory.incr(key, delta, version),
        )

    def clear(self) -> None:
        # Only the cache's own keys: jobs and events live in the same Redis.
        self._run(lambda: self._redis.delete_pattern("*"), self._memory.clear)

    def close(self, **kwargs: Any) -> None:
        self._redis.close(**kwargs)
