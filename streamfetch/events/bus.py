"""Publishes events to a user's Redis stream. Losing one must never lose work.

An event is a hint that something changed; the truth is in MongoDB. So a Redis
outage is logged and forgotten, and a page that missed events reads again.
"""

import json
import logging
from functools import cache
from typing import Any, Literal
from uuid import UUID

import redis
from django.conf import settings
from rest_framework.utils.encoders import JSONEncoder

logger = logging.getLogger(__name__)

EventName = Literal["job", "asset", "project", "pdf_project", "pdf_annotations"]

KEPT_EVENTS = 1000
KEPT_S = 24 * 3600


def stream_key(user_id: UUID) -> str:
    return f"sf:events:{user_id}"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )


def publish(user_id: UUID, name: EventName, data: dict[str, Any]) -> None:
    """Append one event for the pages of `user_id`. Never raises."""
    append(stream_key(user_id), name, data)


def append(key: str, name: str, data: dict[str, Any]) -> None:
    """Append one event to a stream of any subject. Never raises."""
    try:
        pipeline = _client().pipeline(transaction=False)
        pipeline.xadd(
            key,
            {"name": name, "data": json.dumps(data, cls=JSONEncoder)},
            maxlen=KEPT_EVENTS,
            approximate=True,
        )
        pipeline.expire(key, KEPT_S)
        pipeline.execute()
    except redis.RedisError as error:
        logger.warning("An event was not published: %s", error)
