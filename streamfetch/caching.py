"""The cache: what is kept, for how long, under which key. Keys are made only here.

Redis holds it. While Redis is away every process keeps its own short-lived copy,
and deletions that Redis missed are made up for when it is back, so that nobody
is served a document that was changed meanwhile. Job state is never cached.
"""

import logging
import threading
import time
from collections.abc import Callable
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


def replace(key: str, value: object, ttl_s: int) -> None:
    """Store what was just written, so that no reader can bring back the old."""
    cache.set(key, value, ttl_s)


def forget(*keys: str) -> None:
    """Drop entries after a write."""
    cache.delete_many(list(keys))


class FallbackRedisCache(BaseCache):
    """Redis while it answers, this process's memory while it does not."""

    RETRY_AFTER_S = 2.0
    FALLBACK_TTL_S = 60

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(location, params)
        self._memory = LocMemCache(f"fallback-{location}", {})
        self._away_until = 0.0
        self._missed_deletes: set[tuple[str, int | None]] = set()
        self._lock = threading.Lock()

    def _run(self, on_redis: Callable[[], T], on_memory: Callable[[], T]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                self._catch_up()
                return on_redis()
            except (RedisError, ConnectionInterrupted, OSError) as error:
                if self._away_until == 0.0:
                    logger.warning("Redis is away, caching in this process: %s", error)
                self._away_until = time.monotonic() + self.RETRY_AFTER_S
                CACHE_OUTAGES.inc()
        return on_memory()

    def _catch_up(self) -> None:
        """Delete in Redis what was deleted while it was away."""
        with self._lock:
            while self._missed_deletes:
                key, version = next(iter(self._missed_deletes))
                self._redis.delete(key, version=version)
                self._missed_deletes.discard((key, version))
            if self._away_until:
                logger.warning("Redis is back")
                self._memory.clear()
                self._away_until = 0.0

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
        return self._run(
            lambda: self._redis.set(key, value, timeout, version=version),
            lambda: self._memory.set(key, value, self._short(timeout), version),
        )

    def touch(self, key: str, timeout: Any = 300, version: Any = None) -> Any:
        return self._run(
            lambda: self._redis.touch(key, timeout, version=version),
            lambda: self._memory.touch(key, self._short(timeout), version),
        )

    def delete(self, key: str, version: Any = None) -> Any:
        def in_memory() -> bool:
            with self._lock:
                self._missed_deletes.add((key, version))
            return self._memory.delete(key, version)

        return self._run(lambda: self._redis.delete(key, version=version), in_memory)

    def incr(self, key: str, delta: int = 1, version: Any = None) -> Any:
        return self._run(
            lambda: self._redis.incr(key, delta, version=version),
            lambda: self._memory.incr(key, delta, version),
        )

    def clear(self) -> None:
        self._run(self._redis.clear, self._memory.clear)

    def close(self, **kwargs: Any) -> None:
        self._redis.close(**kwargs)
