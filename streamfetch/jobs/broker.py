"""The Redis broker, with a number of messages in hand for each queue.

Dramatiq fetches as many messages of each queue as `prefetch` says, those being
worked on included, and starts the most urgent of those it has in hand. So a
queue's number bounds how many of its messages run at once in one process, and a
message that is in hand is out of reach for other workers.
"""

from typing import Any

import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import q_name
from dramatiq.message import Message

IN_HAND = {
    # The next urgent one must be in hand when the one before it ends, or a render
    # is started instead. A consumer looks once a second: enough for that long.
    "ffmpeg-high": 8,
    # A render in hand waits for this worker while another may be idle. The sweeper
    # sends again what is kept in hand for long.
    "ffmpeg": 1,
    # With webhooks, fewer than the threads that serve them: slow sites must not keep
    # the sweeper from its work.
    "network": 3,
    # Addresses that do not answer must not keep the sweeper from it either.
    "webhooks": 2,
    # As many as the threads that serve it: mostly they wait for an engine.
    "dubbing": 2,
    "quick": 2,
}

PAGE = 1000


class JobBroker(RedisBroker):
    """OPTIONS are RedisBroker's; unlike there, those of the connection count."""

    def __init__(
        self,
        *,
        url: str,
        middleware: list[Any] | None = None,
        namespace: str,
        maintenance_chance: int,
        heartbeat_timeout: int,
        dead_message_ttl: int,
        **connection: Any,
    ) -> None:
        pool = redis.ConnectionPool.from_url(url, **connection)
        super().__init__(  # type: ignore[no-untyped-call]
            client=redis.Redis(connection_pool=pool),
            middleware=middleware,
            namespace=namespace,
            maintenance_chance=maintenance_chance,
            heartbeat_timeout=heartbeat_timeout,
            dead_message_ttl=dead_message_ttl,
        )

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Any:
        """Messages of a queue; those of a delay queue are only kept until due."""
        if queue_name == q_name(queue_name):
            prefetch = IN_HAND.get(queue_name, prefetch)
        return super().consume(queue_name, prefetch, timeout)

    def ids_within_reach(self, queue_name: str) -> set[str]:
        """First arguments of the messages that any worker may still fetch.

        Raises `redis.RedisError`.
        """
        waiting: list[Any] = self.client.lrange(f"{self.namespace}:{queue_name}", 0, -1)
        ids: set[str] = set()
        for start in range(0, len(waiting), PAGE):
            page: list[Any] = self.client.hmget(
                f"{self.namespace}:{queue_name}.msgs", waiting[start : start + PAGE]
            )
            for data in page:
                if data is not None:
                    ids.update(map(str, Message.decode(data).args[:1]))
        return ids
