"""A web server over HTTP with a MongoDB and a Redis that a test may break."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from streamfetch.embedded import mongodb
from streamfetch.embedded.services import EmbeddedServices, Service

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 100.0


def wait_until(is_so: Callable[[], object], *, timeout_s: float = 15.0) -> None:
    """Raises AssertionError when it does not come true in time."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


class PrivateServer:
    """uvicorn, mongod and redis-server for as long as the `with` block lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._services = EmbeddedServices(data_dir=folder / "services", environ={})
        self._exit = ExitStack()
        self.url = ""
        self.redis_url = ""

    def __enter__(self) -> Self:
        self._exit.enter_context(self._services)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        # As tests.settings: the first worker's database.
        self.redis_url = self._services.redis_url.removesuffix("/0") + "/1"
        log = self._exit.enter_context((self._folder / "web.log").open("wb"))
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PYTEST_")
        }
        self._web = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn"),
                *("tests.streamfetch.private_app:application", "--port", str(port)),
                *("--timeout-graceful-shutdown", "1"),
            ],
            cwd=ROOT,
            env={
                **environ,
                "STREAMFETCH_TEST_DIR": str(self._folder),
                "MONGODB_URI": self._services.mongodb_uri,
                "REDIS_URL": self._services.redis_url,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self._exit.callback(self._stop_web)
        wait_until(self._is_up, timeout_s=START_TIMEOUT_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exit.close()

    def _stop_web(self) -> None:
        self._web.terminate()
        try:
            self._web.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._web.kill()
            self._web.wait()

    def _is_up(self) -> bool:
        assert self._web.poll() is None, (self._folder / "web.log").read_text()
        try:
            return httpx.get(f"{self.url}/livez", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def log(self) -> str:
        """What the web server has written so far."""
        return (self._folder / "web.log").read_text()

    def _service(self, name: str) -> Service:
        return next(each for each in self._services.services if each.name == name)

    def _signal(self, name: str, number: signal.Signals) -> None:
        pid = self._service(name).process.pid
        assert pid is not None
        os.kill(pid, number)

    def freeze(self, name: str) -> None:
        """Have `mongodb` or `redis` stop answering without closing anything."""
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def kill(self, name: str) -> None:
        self._service(name).process.kill()

    def restart(self, name: str) -> None:
        service = self._service(name)
        service.start()
        assert service.wait_until_ready()
        if name == "mongodb":
            mongodb.become_primary(service.port)

    @contextmanager
    def program(self, name: str) -> Iterator[httpx.Client]:
        """A client with that user's token."""
        with httpx.Client(base_url=self.url, timeout=15) as client:
            answer = client.post(
                "/api/v1/auth/token/",
                json={"username": name, "password": f"{name}'s long secret"},
            )
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access']}"
            yield client

    @contextmanager
    def browser(self, name: str) -> Iterator[httpx.Client]:
        """A client that signed in through the page."""
        with httpx.Client(base_url=self.url, timeout=15) as client:
            client.get("/login/")
            answer = client.post(
                "/login/",
                data={
                    "username": name,
                    "password": f"{name}'s long secret",
                    "csrfmiddlewaretoken": client.cookies["csrftoken"],
                },
            )
            assert answer.status_code == 302, answer.text
            yield client
