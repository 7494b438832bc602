"""Requests in threads: what waits, what does not, and what ends."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from streamfetch.handler import ThreadedHandler

release = threading.Event()
entered = threading.Event()
ended: list[str] = []


def waits(request: HttpRequest) -> HttpResponse:
    entered.set()
    assert release.wait(20)
    return HttpResponse("waited")


def echoes(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


async def endless(request: HttpRequest) -> StreamingHttpResponse:
    async def lines() -> AsyncIterator[str]:
        try:
            while True:
                yield "line\n"
                await asyncio.sleep(0.01)
        finally:
            ended.append("lines")

    return StreamingHttpResponse(lines())


urlpatterns = [path("waits", waits), path("echoes", echoes), path("endless", endless)]


class Client:
    """One request, sent and answered message by message."""

    def __init__(self, handler: ThreadedHandler, where: str) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {
            "type": "http",
            "method": "POST",
            "path": f"/{where}",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"text/plain")],
            "client": ("127.0.0.1", 1),
        }
        self.task = asyncio.create_task(
            handler(scope, self.to_server.get, self.from_server.put)
        )

    def send(self, body: bytes, *, more: bool = False) -> None:
        self.to_server.put_nowait(
            {"type": "http.request", "body": body, "more_body": more}
        )

    def hang_up(self) -> None:
        self.to_server.put_nowait({"type": "http.disconnect"})

    async def answer(self) -> bytes:
        start = await asyncio.wait_for(self.from_server.get(), 20)
        assert start["status"] == 200, start
        return bytes((await self.from_server.get())["body"])


@pytest.fixture
def handler() -> Any:
    release.clear()
    entered.clear()
    ended.clear()
    csrf = "django.middleware.csrf.CsrfViewMiddleware"
    names = [name for name in settings.MIDDLEWARE if name != csrf]
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=names):
        yield ThreadedHandler(threads=1)


async def test_a_slow_sender_holds_no_thread(handler: ThreadedHandler) -> None:
    slow, quick = Client(handler, "echoes"), Client(handler, "echoes")
    slow.send(b"half of ", more=True)
    quick.send(b"all")
    assert await quick.answer() == b"all"
    slow.send(b"it")
    assert await slow.answer() == b"half of it"


async def test_requests_beyond_the_threads_wait_for_one(
    handler: ThreadedHandler,
) -> None:
    first, second = Client(handler, "waits"), Client(handler, "echoes")
    first.send(b"")
    await asyncio.to_thread(entered.wait, 20)
    second.send(b"later")
    await asyncio.sleep(0.05)
    assert second.from_server.empty()
    release.set()
    assert await first.answer() == b"waited"
    assert await second.answer() == b"later"


async def test_a_stream_ends_when_its_reader_hangs_up(
    handler: ThreadedHandler,
) -> None:
    reader = Client(handler, "endless")
    reader.send(b"")
    assert await reader.answer() == b"line\n"
    other = Client(handler, "echoes")
    other.send(b"meanwhile")
    assert await other.answer() == b"meanwhile"
    reader.hang_up()
    await asyncio.wait_for(reader.task, 20)
    assert ended == ["lines"]
