"""One connection to the proxy: one request, vetted, connected, relayed, closed.

Every request gets a connection of its own to the server, so no answer can be taken
for the answer to another request.
"""

import asyncio
import hmac
import json
import logging
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from streamfetch.egress.errors import BadResponse, ConnectionFailed, FetchTimeout
from streamfetch.egress.guard import Guard
from streamfetch.egress.hosts import IPAddress, bracketed
from streamfetch.egress.ledger import EgressLimits, Ledger, Problem
from streamfetch.egress.relay import (
    Meter,
    SourceLost,
    TargetLost,
    first_of,
    relay,
    send,
    too_large,
    wait_closed,
)
from streamfetch.egress.url import DEFAULT_PORTS, split_host_port, split_url
from streamfetch.egress.wire import (
    BadRequest,
    PeerClosed,
    RequestHead,
    ResponseHead,
    build_head,
    end_to_end,
    parse_request_head,
    parse_response_head,
    read_head,
    values,
    without,
)
from streamfetch.errors import DomainError

logger = logging.getLogger(__name__)

REQUEST_ID_HEADER: Final = "X-Egress-Request"
SECONDS_HEADER: Final = "X-Egress-Seconds"
PROBLEM_HEADER: Final = "X-Egress-Problem"

METHODS = frozenset({"GET", "HEAD", "POST"})
_MAX_ADDRESSES_TRIED = 4
_MAX_INTERIM_ANSWERS = 10
_UPLOAD_CHUNK_BYTES = 64 * 1024
_FAREWELL_SECONDS = 1.0
# TLS adds 22 bytes to each record of at most 16 KiB, and its handshake.
_TLS_SHARE = 0.02
_BARE_IPV6 = re.compile(r"[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F.:]*\Z")
_STATUS_OF_CODE = {
    "wrong_token": 407,
    "blocked_address": 403,
    "blocked_port": 403,
    "dns_unavailable": 503,
    "timeout": 504,
    "head_too_long": 431,
    "method_refused": 405,
}
_BAD_GATEWAY_CODES = frozenset(
    {"dns_failed", "connection_failed", "bad_response", "too_large"}
)


class WrongToken(DomainError):
    """The request does not carry the token of this proxy."""

    code = "wrong_token"


@dataclass(frozen=True)
class Terms:
    """What every exchange of one proxy has in common."""

    guard: Guard
    limits: EgressLimits
    ledger: Ledger
    authorization: str


class Exchange:
    """Serves one connection of a client. Use once: `await Exchange(...).run()`."""

    def __init__(self, client: socket.socket, *, terms: Terms) -> None:
        self._client = client
        self._terms = terms
        self._limits = terms.limits
        self._upstream: socket.socket | None = None
        self._request: RequestHead | None = None
        self._authorised = False
        self._host, self._port = "", 0
        # Once the answer has begun, a problem can only be told by cutting it.
        self._answered = False

    async def run(self) -> None:
        """Serve the request; every failure ends here and both sockets are closed."""
        try:
            await self._serve()
        except (PeerClosed, TargetLost):
            pass  # the client went away
        except SourceLost:
            _reset_on_close(self._client)
        except TimeoutError:
            await self._fail(_took_too_long())
        except DomainError as problem:
            await self._fail(problem)
        except OSError as error:
            logger.debug("connection of a client ended: %s", error)
        except asyncio.CancelledError:
            # The proxy is closing: half a body must not look whole.
            if self._answered:
                _reset_on_close(self._client)
            raise
        finally:
            self._client.close()
            if self._upstream is not None:
                self._upstream.close()

    async def _serve(self) -> None:
        limits = self._limits
        async with asyncio.timeout(limits.head_seconds):
            head, rest = await read_head(self._client, max_bytes=limits.max_head_bytes)
        request = self._request = parse_request_head(head)
        self._authorise(request)
        async with asyncio.timeout(min(limits.max_seconds, _own_seconds(request))):
            if request.method == "CONNECT":
                await self._tunnel(request, rest)
            else:
                await self._forward(request, rest)

    def _authorise(self, request: RequestHead) -> None:
        given = values(request.headers, "proxy-authorization")
        wanted = self._terms.authorization
        if len(given) != 1 or not hmac.compare_digest(
            given[0].encode(), wanted.encode()
        ):
            raise WrongToken("This proxy serves StreamFetch only.")
        self._authorised = True
        tls_share = _TLS_SHARE if request.method == "CONNECT" else 0
        self._meter = Meter(
            max_bytes=self._limits.max_bytes + int(self._limits.max_bytes * tls_share),
            spend=self._terms.ledger.spend,
        )

    async def _connect(self, host: str, port: int) -> socket.socket:
        self._host, self._port = host, port
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                addresses = await self._terms.guard.vet(host, port)
                self._upstream = await _connect_to_any(addresses, port)
        except TimeoutError as error:
            raise FetchTimeout(
                f"{host} did not answer within {self._limits.connect_seconds:g} "
                "seconds. Try again later."
            ) from error
        if self._upstream is None:
            raise ConnectionFailed(
                f"No connection to {host} on port {port}. Check the address, or try "
                "again later."
            )
        return self._upstream

    async def _tunnel(self, request: RequestHead, rest: bytes) -> None:
        # Some clients leave the brackets of IPv6 out; the port is always there.
        authority = request.target
        if _BARE_IPV6.match(authority):
            name, _, number = authority.rpartition(":")
            authority = f"[{name}]:{number}"
        upstream = await self._connect(*split_host_port(authority))
        await send(self._client, b"HTTP/1.1 200 connected\r\n\r\n")
        self._answered = True
        if rest:
            await send(upstream, rest)
        await first_of(
            relay(upstream, self._client, meter=self._meter),
            self._upload(upstream, b"", byte_count=None),
            self._meter.watch_idle(self._limits.idle_seconds),
        )

    async def _forward(self, request: RequestHead, rest: bytes) -> None:
        if request.method not in METHODS:
            raise BadRequest(
                f"Requests with {request.method} are not made.", code="method_refused"
            )
        url = split_url(_absolute_target(request))
        if url.scheme != "http":
            raise BadRequest("Use CONNECT for https.")
        if request.body_bytes > self._limits.max_bytes:
            raise too_large(self._limits.max_bytes)
        upstream = await self._connect(url.host, url.port)
        default_port = url.port == DEFAULT_PORTS["http"]
        authority = bracketed(url.host) + ("" if default_port else f":{url.port}")
        headers = (
            ("Host", authority),
            *without(end_to_end(request.headers), {"host", "expect"}),
            ("Connection", "close"),
        )
        first_line = f"{request.method} {url.target} HTTP/1.1"
        await self._send_upstream(upstream, build_head(first_line, headers))
        body = rest[: request.body_bytes]
        await first_of(
            self._answer(upstream, request.method),
            self._upload(upstream, body, byte_count=request.body_bytes),
            self._meter.watch_idle(self._limits.idle_seconds),
        )

    async def _upload(
        self, upstream: socket.socket, first: bytes, *, byte_count: int | None
    ) -> None:
        """Ends when the client is gone: a server that stops reading may still talk."""
        meter = Meter(
            max_bytes=self._limits.max_bytes, spend=lambda _: self._meter.touch()
        )
        left = None if byte_count is None else byte_count - len(first)
        try:
            await send(upstream, first)
            await relay(
                self._client,
                upstream,
                meter=meter,
                byte_count=left,
                chunk_bytes=_UPLOAD_CHUNK_BYTES,
            )
        except SourceLost:
            return
        except TargetLost:
            pass
        else:
            if byte_count is None:
                return
        await wait_closed(self._client)

    async def _answer(self, upstream: socket.socket, method: str) -> None:
        async with asyncio.timeout(self._limits.head_seconds) as waiting:
            head, rest = await self._final_head(upstream, method)
            waiting.reschedule(None)
            await self._relay_answer(upstream, head, rest)

    async def _final_head(
        self, upstream: socket.socket, method: str
    ) -> tuple[ResponseHead, bytes]:
        rest = b""
        for _ in range(_MAX_INTERIM_ANSWERS):
            try:
                raw, rest = await read_head(
                    upstream, max_bytes=self._limits.max_head_bytes, already=rest
                )
            except (PeerClosed, OSError) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise ConnectionFailed(
                    f"{self._host} closed the connection without an answer. Try again "
                    "later."
                ) from error
            except DomainError as error:
                raise BadResponse(
                    f"{self._host} answered with an endless header. Nothing can be "
                    "fetched from this address."
                ) from error
            head = parse_response_head(raw, method=method)
            if head.status >= 200:
                return head, rest
        raise BadResponse(
            f"{self._host} never came to its answer. Nothing can be fetched from it."
        )

    async def _relay_answer(
        self, upstream: socket.socket, head: ResponseHead, rest: bytes
    ) -> None:
        if head.body_bytes is not None and head.body_bytes > self._limits.max_bytes:
            raise too_large(self._limits.max_bytes)
        headers = (*end_to_end(head.headers), ("Connection", "close"))
        first_line = f"HTTP/1.1 {head.status} {head.reason}".rstrip()
        first = rest if head.body_bytes is None else rest[: head.body_bytes]
        self._meter.add(len(first))
        self._answered = True
        await send(self._client, build_head(first_line, headers) + first)
        left = None if head.body_bytes is None else head.body_bytes - len(first)
        try:
            await relay(upstream, self._client, meter=self._meter, byte_count=left)
        except SourceLost:
            # A plain end shows a framed body to be cut, and keeps what is on its way;
            # only a reset can show it where the end of the connection is the frame.
            if not head.framed:
                raise

    async def _send_upstream(self, upstream: socket.socket, data: bytes) -> None:
        try:
            await send(upstream, data)
        except TargetLost as error:
            raise ConnectionFailed(
                f"{self._host} closed the connection at once. Try again later."
            ) from error

    async def _fail(self, problem: DomainError) -> None:
        """Remember the problem first: the client asks as soon as it sees the cut."""
        request = self._request
        request_id = "".join(
            values(request.headers, REQUEST_ID_HEADER.lower()) if request else []
        )
        # Strangers must not push the problems of our own requests out.
        if self._authorised:
            self._terms.ledger.record(
                Problem(
                    problem.code, problem.detail, self._host, self._port, request_id
                )
            )
        logger.info("refused %s:%s (%s)", self._host, self._port, problem.code)
        if self._answered:
            _reset_on_close(self._client)
            return
        with suppress(TargetLost, TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await send(self._client, _refusal(problem, request))
                # Closing with unread input would reset the connection and lose the
                # answer on its way.
                self._client.shutdown(socket.SHUT_WR)
                await wait_closed(self._client)


async def _connect_to_any(
    addresses: tuple[IPAddress, ...], port: int
) -> socket.socket | None:
    loop = asyncio.get_running_loop()
    for address in addresses[:_MAX_ADDRESSES_TRIED]:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        upstream = socket.socket(family, socket.SOCK_STREAM)
        try:
            upstream.setblocking(False)
            await loop.sock_connect(upstream, (str(address), port))
        except OSError:
            upstream.close()
            continue
        except BaseException:
            upstream.close()
            raise
        upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return upstream
    return None


def _absolute_target(request: RequestHead) -> str:
    """The absolute URL of a request, from its Host header where IPv6 lost brackets."""
    scheme, separator, rest = request.target.partition("://")
    authority, slash, path = rest.partition("/")
    hosts = values(request.headers, "host")
    if _BARE_IPV6.match(authority) and len(hosts) == 1:
        authority = hosts[0]
    return f"{scheme}{separator}{authority}{slash}{path}"


def _own_seconds(request: RequestHead) -> float:
    """The deadline that the client asks for itself."""
    try:
        return max(0.0, float(values(request.headers, SECONDS_HEADER.lower())[0]))
    except (IndexError, ValueError):
        return float("inf")


def _took_too_long() -> FetchTimeout:
    return FetchTimeout("The server took longer than is allowed. Try again later.")


def _refusal(problem: DomainError, request: RequestHead | None) -> bytes:
    """The answer for a problem: code in the reason, a header and the JSON body.

    Clients show only the reason when CONNECT fails, so the code stands there too.
    """
    fallback = 502 if problem.code in _BAD_GATEWAY_CODES else 400
    status = _STATUS_OF_CODE.get(problem.code, fallback)
    body = json.dumps({"code": problem.code, "detail": problem.detail}).encode()
    headers = [
        (PROBLEM_HEADER, problem.code),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    if status == 407:
        headers.append(("Proxy-Authenticate", 'Basic realm="streamfetch"'))
    head = build_head(f"HTTP/1.1 {status} {problem.code}", tuple(headers))
    return head if request is not None and request.method == "HEAD" else head + body


def _reset_on_close(peer: socket.socket) -> None:
    with suppress(OSError):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
