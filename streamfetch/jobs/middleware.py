"""What worker processes do besides their messages: signs of life, a tidy end."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from dramatiq import Broker, Middleware, Worker

logger = logging.getLogger(__name__)

KEY = "sf:workers"
BEAT_S = 5
ALIVE_FOR_S = 20


class WorkerHeartbeat(Middleware):
    """Each worker process writes the time under its queues, every few seconds."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        thread = threading.Thread(
            target=self._beat, args=(worker,), name="worker-heartbeat", daemon=True
        )
        thread.start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        self._stop.set()

    def _beat(self, worker: Worker) -> None:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2
        )
        while not self._stop.is_set():
            try:
                stamp: dict[Any, Any] = dict.fromkeys(worker.consumers, time.time())
                client.hset(KEY, mapping=stamp)
            except redis.RedisError as error:
                logger.warning("The worker's heartbeat was not stored: %s", error)
            self._stop.wait(BEAT_S)


_at_shutdown: list[Callable[[], None]] = []


@contextmanager
def at_shutdown(action: Callable[[], None]) -> Iterator[None]:
    """Within the block, have `action` called if this worker process ends."""
    _at_shutdown.append(action)
    try:
        yield
    finally:
        _at_shutdown.remove(action)


class LastActions(Middleware):
    """Calls what `at_shutdown` holds when the worker's time to stop is over.

    An actor is told to stop by an exception, which does not reach it while it
    waits for storage or the like: its job would count as crashed.
    """

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        for action in list(_at_shutdown):
            action()


def live_queues() -> set[str]:
    """Queues that a worker serves at the moment. Raises `redis.RedisError`."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )
    since = time.time() - ALIVE_FOR_S
    try:
        stamps: dict[Any, Any] = client.hgetall(KEY)
    finally:
        client.close()
    return {name.decode() for name, at in stamps.items() if float(at) >= since}
