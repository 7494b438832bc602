"""Listens to Server-Sent Events over real HTTP."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
from pytest_django.fixtures import Settings

from streamfetch.events import bus
from tests.streamfetch.private_server import PrivateServer, wait_until

URL = "/api/v1/events/"


@dataclass
class Listener:
    """What one page has heard; `frames` are (id, name, data)."""

    frames: list[tuple[str, str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    status: int = 0

    def names(self) -> list[str]:
        return [name for _id, name, _data in self.frames]

    def datas(self) -> list[str]:
        return [data for _id, name, data in self.frames if name != "reset"]

    def wait_for(self, count: int, *, timeout_s: float = 10.0) -> None:
        wait_until(lambda: len(self.frames) >= count, timeout_s=timeout_s)

    def wait_for_comment(self, text: str, *, timeout_s: float = 10.0) -> None:
        wait_until(lambda: text in self.comments, timeout_s=timeout_s)

    def hear(self, block: str) -> None:
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if line[:1] != ":"
        )
        self.comments += [line[2:] for line in block.splitlines() if line[:1] == ":"]
        if "event" in fields:
            self.frames.append((fields["id"], fields["event"], fields["data"]))


@contextmanager
def listening(client: httpx.Client, last_id: str = "") -> Iterator[Listener]:
    """Listens from a thread until the block ends, then hangs up."""
    listener = Listener()
    headers = {"Last-Event-ID": last_id} if last_id else {}
    done = threading.Event()

    def listen() -> None:
        with (
            httpx.Client(
                base_url=client.base_url,
                headers={**client.headers, **headers},
                cookies=client.cookies,
                timeout=httpx.Timeout(10, read=30),
            ) as own,
            own.stream("GET", URL) as answer,
        ):
            listener.status = answer.status_code
            rest = ""
            for text in answer.iter_text():
                *blocks, rest = (rest + text).split("\n\n")
                for block in blocks:
                    listener.hear(block)
                if done.is_set():
                    return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    wait_until(lambda: listener.status)
    if listener.status == httpx.codes.OK:
        listener.wait_for_comment("connected")
        # Until it waits in Redis; what comes before belongs to the past.
        time.sleep(0.2)
    try:
        yield listener
    finally:
        done.set()
        # The next keep-alive lets it notice.
        thread.join(timeout=5)


@pytest.fixture
def publish(
    private_server: PrivateServer, settings: Settings
) -> Iterator[Callable[[UUID, int], None]]:
    """Publishes an event as a worker of that server would."""
    settings.REDIS_URL = private_server.redis_url
    bus._client.cache_clear()
    yield lambda user_id, number: bus.publish(user_id, "job", {"number": number})
    bus._client.cache_clear()
