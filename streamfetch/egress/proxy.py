"""A forward proxy on loopback that talks to the public internet only.

Everything that fetches what a user named goes through it: our own client, yt-dlp
and webhooks. It resolves each name once, refuses addresses that are not public,
connects to exactly the address it judged, and does so anew for every request, so
redirects and changing DNS answers lead nowhere else.
"""

import asyncio
import base64
import logging
import secrets
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.exchange import Exchange, Terms
from streamfetch.egress.guard import Guard, Resolver, system_resolver
from streamfetch.egress.ledger import EgressLimits, Ledger, Problem

logger = logging.getLogger(__name__)

USER = "streamfetch"
_LOOKUP_THREADS = 16
_STOP_SECONDS = 5.0


class EgressProxy:
    """Runs in a thread of its own from `start()` to `close()`; a context manager.

    Only requests with the random token of this run are served. More connections
    than `limits.max_connections` wait in the listen queue.
    """

    def __init__(
        self,
        allowed_hosts: AllowedHosts,
        *,
        limits: EgressLimits | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self.allowed_hosts = allowed_hosts
        self.limits = limits or EgressLimits()
        self.token = secrets.token_urlsafe(32)
        self._ledger = Ledger(max_total_bytes=self.limits.max_total_bytes)
        credentials = base64.b64encode(f"{USER}:{self.token}".encode()).decode()
        self._terms = Terms(
            guard=Guard(allowed_hosts, resolver),
            limits=self.limits,
            ledger=self._ledger,
            authorization=f"Basic {credentials}",
        )
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen on a free port of loopback. Raises OSError."""
        if self._thread is not None:
            raise RuntimeError("the proxy was started before")
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.setblocking(False)
        # uvloop and Windows' loop differ in how they treat raw sockets.
        self._loop = asyncio.SelectorEventLoop()
        self._serving = self._loop.create_task(self._serve(self._listener))
        self._thread = threading.Thread(
            target=self._run, name="egress-proxy", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Cut every connection and stop listening. Safe to call twice."""
        if self._thread is None or self._loop is None or self._serving is None:
            return
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._serving.cancel)
            self._thread.join(_STOP_SECONDS)
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    @property
    def port(self) -> int:
        """The port it listens on. Raises RuntimeError unless it is running."""
        if self._listener is None:
            raise RuntimeError("the proxy is not running")
        return int(self._listener.getsockname()[1])

    @property
    def address(self) -> str:
        """Its URL without the token."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its URL with the token. Other users can read command lines: never put it
        there, hand it over by `environment()` or a pipe.
        """
        return f"http://{USER}:{self.token}@127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Variables that make a child process use this proxy for everything."""
        names = ("http_proxy", "https_proxy", "all_proxy")
        variables = dict.fromkeys((*names, *map(str.upper, names)), self.url)
        return {**variables, "no_proxy": "", "NO_PROXY": ""}

    @property
    def received_bytes(self) -> int:
        """Bytes of bodies and tunnels that came from outside so far."""
        return self._ledger.received_bytes

    def problems(self) -> tuple[Problem, ...]:
        """The latest refusals and failures, oldest first: why a child found nothing."""
        return self._ledger.problems()

    def problem_of(self, request_id: str) -> Problem | None:
        """What went wrong with the request of this X-Egress-Request, if anything."""
        return self._ledger.problem_of(request_id)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self) -> None:
        assert self._loop is not None and self._serving is not None  # noqa: S101, PT018
        # Look-ups block and cannot be cancelled: a bounded number of threads.
        lookups = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="egress-dns")
        self._loop.set_default_executor(lookups)
        try:
            self._loop.run_until_complete(self._serving)
        except asyncio.CancelledError:
            pass
        finally:
            lookups.shutdown(wait=False, cancel_futures=True)
            self._loop.close()

    async def _serve(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        slots = asyncio.Semaphore(self.limits.max_connections)
        tasks: set[asyncio.Task[None]] = set()

        def ended(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            slots.release()
            if not task.cancelled() and (error := task.exception()):
                logger.error("connection of a client failed", exc_info=error)

        try:
            while True:
                await slots.acquire()
                client = await self._accept(listener)
                task = loop.create_task(Exchange(client, terms=self._terms).run())
                tasks.add(task)
                task.add_done_callback(ended)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> socket.socket:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(listener)
            except OSError as error:
                # Out of file descriptors, mostly: they come back.
                logger.warning("cannot accept a connection: %s", error)
                await asyncio.sleep(0.1)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return client
