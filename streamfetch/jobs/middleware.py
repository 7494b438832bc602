"""Lets /readyz see that workers are alive."""

import logging
import threading
import time
from typing import Any

import redis
from django.conf import settings
from dramatiq import Broker, Middleware, Worker

logger = logging.getLogger(__name__)

KEY = "sf:workers"
BEAT_S = 5
ALIVE_FOR_S = 20


class WorkerHeartbeat(Middleware):  # type: ignore[misc]
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


def live_queues() -> set[str]:
    """Queues that a worker serves at the moment. Raises `redis.RedisError`."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )
    since = time.time() - ALIVE_FOR_S
    try:
        stamps = client.hgetall(KEY)
    finally:
        client.close()
    return {name.decode() for name, at in stamps.items() if float(at) >= since}
