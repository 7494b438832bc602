"""Server-Sent Events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError, ResponseError
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from streamfetch.accounts.models import User
from streamfetch.events.bus import KEPT_EVENTS, stream_key
from streamfetch.problems import problem

logger = logging.getLogger(__name__)

KEEP_ALIVE_S = 15
RECONNECT_S = 2
# A stream ends by itself now and then, so that a signed-out browser stops
# hearing events; EventSource reconnects with the last id on its own.
MAX_STREAM_S = 30 * 60

BEGINNING = "0-0"

_EVENT_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


def _frame(event_id: str, name: str, data: str) -> str:
    return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n"


def _order(event_id: str) -> tuple[int, int]:
    milliseconds, _dash, sequence = event_id.partition("-")
    return int(milliseconds), int(sequence)


async def _start_id(
    client: "redis.asyncio.Redis", key: str, last_id: str | None
) -> tuple[str, bool]:
    """Where to read from, and whether the page missed events for good.

    Events are missed when the stream was trimmed past `last_id`, or when Redis
    came back with less than the page has seen.
    """
    try:
        info: dict[str, Any] = await client.xinfo_stream(key)
    except ResponseError:
        return BEGINNING, last_id not in {None, BEGINNING}
    newest = str(info["last-generated-id"])
    if last_id is None:
        return newest, False
    if last_id == BEGINNING:
        return last_id, int(info["length"]) >= KEPT_EVENTS
    if _order(newest) < _order(last_id):
        return newest, True
    first = info["first-entry"]
    trimmed = first is None or _order(first[0]) > _order(last_id)
    return last_id, trimmed and _order(newest) > _order(last_id)


async def _read(
    client: "redis.asyncio.Redis", key: str, position: str
) -> list[tuple[str, dict[str, str]]]:
    """Events after `position`; waits for one, and gives up with none."""
    answer: Any = await client.xread(
        {key: position}, count=100, block=KEEP_ALIVE_S * 1000
    )
    entries: list[tuple[str, dict[str, str]]] = answer[0][1] if answer else []
    return entries


def _has_hung_up() -> bool:
    """Whether this task was cancelled, as it is when its page goes away.

    The Redis client waits with `asyncio.wait_for`, which up to Python 3.11 loses a
    cancellation that comes when its wait is just over.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def event_stream(key: str, last_id: str | None) -> AsyncIterator[str]:
    """Frames of one stream; outlives a Redis restart. Ends after MAX_STREAM_S."""
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=KEEP_ALIVE_S + 5,
    )
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + MAX_STREAM_S
    position: str | None = None
    yield f"retry: {RECONNECT_S * 1000}\n: connected\n\n"
    try:
        while loop.time() < ends_at and not _has_hung_up():
            try:
                if position is None:
                    position, missed = await _start_id(client, key, last_id)
                    if missed:
                        yield _frame(position, "reset", "{}")
                entries = await _read(client, key, position)
            except (RedisError, OSError) as error:
                logger.warning("Events are interrupted: %s", error)
                last_id, position = position or last_id, None
                yield ": waiting\n\n"
                await asyncio.sleep(RECONNECT_S)
                continue
            if not entries:
                yield ": alive\n\n"
            for event_id, fields in entries:
                position = event_id
                yield _frame(event_id, fields["name"], fields["data"])
    finally:
        await client.aclose()


def listener(request: HttpRequest) -> UUID | None:
    """Who listens: the page's session, or a program's token."""
    try:
        signed_in = JWTAuthentication().authenticate(Request(request))
    except APIException:
        return None
    user = signed_in[0] if signed_in else request.user
    return user.pk if isinstance(user, User) and user.is_active else None


async def events(request: HttpRequest) -> HttpResponseBase:
    """The caller's events as they happen, resumed from `Last-Event-ID`."""
    if request.method != "GET":
        return problem(
            status=405,
            code="method_not_allowed",
            detail=_("Events are read with GET."),
            headers={"Allow": "GET"},
        )
    user_id = await sync_to_async(listener)(request)
    if user_id is None:
        return problem(
            status=401,
            code="not_authenticated",
            detail=_("Sign in to follow events."),
            headers={"WWW-Authenticate": "Bearer"},
        )
    return stream_response(request, stream_key(user_id))


def stream_response(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The events of the stream `key`, resumed from `Last-Event-ID`."""
    last_id = request.headers.get("Last-Event-ID", "")
    response = StreamingHttpResponse(
        event_stream(key, last_id if _EVENT_ID.fullmatch(last_id) else None),
        content_type="text/event-stream",
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
