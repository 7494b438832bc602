"""Server-Sent Events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from uuid import UUID

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from redis.exceptions import RedisError

from streamfetch.events.bus import stream_key
from streamfetch.problems import problem

logger = logging.getLogger(__name__)

KEEP_ALIVE_S = 15
RECONNECT_S = 2
# A stream ends by itself now and then, so that a signed-out browser stops
# hearing events; EventSource reconnects with the last id on its own.
MAX_STREAM_S = 30 * 60

_EVENT_ID = re.compile(r"^\d{1,20}-\d{1,20}$")


def _frame(event_id: str, name: str, data: str) -> str:
    return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n"


def _order(event_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = event_id.partition("-")
    return int(milliseconds), int(sequence)


async def _start_id(
    client: "redis.asyncio.Redis", key: str, last_id: str | None
) -> tuple[str, bool]:
    """Where to read from, and whether the page missed events for good.

    Events are missed when the stream was trimmed past `last_id`, or when Redis
    came back empty (its newest id is older than what the page has seen).
    """
    try:
        info = await client.xinfo_stream(key)
    except redis.exceptions.ResponseError:
        return "0-0", last_id is not None
    newest = info["last-generated-id"]
    if last_id is None:
        return newest, False
    first = info["first-entry"]
    trimmed = first is not None and _order(first[0]) > _order(last_id)
    lost = _order(newest) < _order(last_id)
    if lost:
        return newest, True
    return last_id, trimmed and info["entries-added"] > info["length"]


async def event_stream(user_id: UUID, last_id: str | None) -> AsyncIterator[str]:
    """Frames for one page; outlives a Redis restart. Ends after MAX_STREAM_S."""
    key = stream_key(user_id)
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=KEEP_ALIVE_S + 5,
    )
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + MAX_STREAM_S
    position: str | None = None
    yield "retry: 2000\n: connected\n\n"
    try:
        while loop.time() < ends_at:
            try:
                if position is None:
                    position, missed = await _start_id(client, key, last_id)
                    if missed:
                        yield _frame(position, "reset", "{}")
                answer = await client.xread(
                    {key: position}, count=100, block=KEEP_ALIVE_S * 1000
                )
            except (RedisError, OSError) as error:
                logger.warning("Events are interrupted: %s", error)
                last_id, position = position or last_id, None
                yield ": waiting\n\n"
                await asyncio.sleep(RECONNECT_S)
                continue
            if not answer:
                yield ": alive\n\n"
                continue
            for event_id, fields in answer[0][1]:
                position = event_id
                yield _frame(event_id, fields["name"], fields["data"])
    finally:
        await client.aclose()


async def events(request: HttpRequest) -> HttpResponseBase:
    """The signed-in user's events, resumed from `Last-Event-ID`."""
    user = await sync_to_async(lambda: request.user)()
    authenticated = await sync_to_async(lambda: user.is_authenticated)()
    if not authenticated:
        return problem(
            status=401, code="not_authenticated", detail="Sign in to follow events."
        )
    last_id = request.headers.get("Last-Event-ID", "")
    response = StreamingHttpResponse(
        event_stream(user.pk, last_id if _EVENT_ID.match(last_id) else None),
        content_type="text/event-stream",
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
