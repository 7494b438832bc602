"""A receiver on loopback that remembers what it was sent."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from streamfetch.accounts.models import User
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint
from streamfetch.webhooks.services import endpoints

EVERYTHING = ["asset.uploaded", "asset.playable", "asset.ready", "asset.failed"]
SECRET_ANSWER = b"internal-words-of-the-receiver"


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers` are the statuses to give, in turn; then 200 for ever."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    location: str = ""
    delay_s: float = 0.0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    released: threading.Event = field(default_factory=threading.Event)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            receiver.connections += 1
            super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received(self.path, dict(self.headers), body))
            if receiver.delay_s:
                receiver.released.wait(receiver.delay_s)
            status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(SECRET_ANSWER)))
            self.end_headers()
            self.wfile.write(SECRET_ANSWER)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler


@pytest.fixture
def make_receiver() -> Iterator[Callable[[], Receiver]]:
    running: list[tuple[ThreadingHTTPServer, threading.Thread, Receiver]] = []

    def make() -> Receiver:
        receiver = Receiver()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread, receiver))
        return receiver

    yield make
    for server, thread, receiver in running:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def receiver(make_receiver: Callable[[], Receiver]) -> Receiver:
    return make_receiver()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a day for a test: three retries, a fifth of a second apart."""
    monkeypatch.setattr(WebhookDelivery, "RETRY_DELAYS_S", (0.2, 0.2, 0.2))


@dataclass(frozen=True)
class Hook:
    endpoint: WebhookEndpoint
    secret: str


@pytest.fixture
def hook(alice: User, receiver: Receiver) -> Hook:
    """Alice's endpoint at the receiver, for every event."""
    return Hook(*endpoints.create(alice, url=receiver.url, events=EVERYTHING))


@pytest.fixture(scope="session")
def verify() -> Callable[..., bool]:
    """The function that docs/webhooks.md gives to receivers."""
    text = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102
    function: Callable[..., bool] = names["verify"]
    return function
