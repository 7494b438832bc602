"""Heads of HTTP/1.1 messages (RFC 9112): read with a bound, parsed strictly.

Bodies are none of its business, apart from saying how they end.
"""

import asyncio
import re
import socket
from dataclasses import dataclass

from streamfetch.egress.errors import BadResponse
from streamfetch.errors import DomainError

Headers = tuple[tuple[str, str], ...]

# What concerns one connection only (RFC 9110, 7.6.1) and never travels on.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
    }
)
# Names of the headers by which the client and the proxy talk to one another.
OWN_PREFIX = "x-egress-"

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_BAD_IN_VALUE = re.compile(r"[\x00\r\n]")
_STATUS_LINE = re.compile(r"HTTP/1\.[01] (\d{3})(?: (.*))?\Z")
_READ_BYTES = 16 * 1024


class BadRequest(DomainError):
    """The client of the proxy sent something that the proxy does not serve."""

    code = "bad_request"


class HeadTooLong(DomainError):
    """A message head beyond its limit."""

    code = "head_too_long"


class PeerClosed(Exception):
    """The other end closed its connection before its message head was complete."""


@dataclass(frozen=True)
class RequestHead:
    """`target` as it was sent; `body_bytes` is the length of the body."""

    method: str
    target: str
    headers: Headers
    body_bytes: int


@dataclass(frozen=True)
class ResponseHead:
    """`body_bytes` is None where the body ends with chunked coding or the connection.

    `framed` says whether the client can tell a body that was cut from a whole one.
    """

    status: int
    reason: str
    headers: Headers
    body_bytes: int | None
    framed: bool


async def read_head(
    peer: socket.socket, *, max_bytes: int, already: bytes = b""
) -> tuple[bytes, bytes]:
    """One message head and the bytes that came after it.

    Raises PeerClosed, HeadTooLong, OSError.
    """
    loop = asyncio.get_running_loop()
    received = bytearray(already)
    while (end := _END_OF_HEAD.search(received)) is None:
        if len(received) > max_bytes:
            break
        data = await loop.sock_recv(peer, _READ_BYTES)
        if not data:
            raise PeerClosed
        received += data
    if end is None or end.start() > max_bytes:
        raise HeadTooLong(f"The message head is longer than {max_bytes:,} bytes.")
    return bytes(received[: end.start()]), bytes(received[end.end() :])


def parse_request_head(head: bytes) -> RequestHead:
    """Raises BadRequest."""
    first, *lines = _lines(head)
    try:
        method, target, version = first.split(" ")
        if version not in {"HTTP/1.1", "HTTP/1.0"} or not _TOKEN.match(method):
            raise ValueError("no HTTP/1 request line")
        headers = _headers(lines)
        if values(headers, "transfer-encoding"):
            raise ValueError("a request body needs a Content-Length")
        body_bytes = _content_length(headers) or 0
    except ValueError as error:
        raise BadRequest(f"The request cannot be served: {error}.") from error
    return RequestHead(method, target, headers, body_bytes)


def parse_response_head(head: bytes, *, method: str) -> ResponseHead:
    """The answer to a request with `method`. Raises BadResponse."""
    first, *lines = _lines(head)
    try:
        match = _STATUS_LINE.match(first)
        if match is None:
            raise ValueError("no HTTP/1 status line")
        status, reason = int(match[1]), match[2] or ""
        headers = _headers(lines)
        codings = values(headers, "transfer-encoding")
        if codings:
            # Transfer-Encoding wins over Content-Length (RFC 9112, 6.3).
            headers = without(headers, {"content-length"})
        body_bytes = _content_length(headers)
    except ValueError as error:
        raise BadResponse(
            f"The server's answer is not valid HTTP ({error}). Nothing can be fetched "
            "from this address."
        ) from error
    framed = bool(codings) or body_bytes is not None
    if method == "HEAD" or status in {204, 304}:
        return ResponseHead(status, reason, headers, 0, framed=True)
    return ResponseHead(status, reason, headers, body_bytes, framed=framed)


def values(headers: Headers, name: str) -> list[str]:
    """Every value of a header; `name` in lower case."""
    return [value for key, value in headers if key.lower() == name]


def without(headers: Headers, names: set[str] | frozenset[str]) -> Headers:
    """The headers except those named (lower case)."""
    return tuple(pair for pair in headers if pair[0].lower() not in names)


def end_to_end(headers: Headers) -> Headers:
    """What may travel on: nothing hop-by-hop, listed or nominated, and none of ours."""
    nominated = {
        token.strip().lower()
        for value in values(headers, "connection")
        for token in value.split(",")
    }
    # Framing and routing headers cannot be nominated away.
    dropped = HOP_BY_HOP | (nominated - {"content-length", "transfer-encoding", "host"})
    return tuple(
        pair
        for pair in without(headers, dropped)
        if not pair[0].lower().startswith(OWN_PREFIX)
    )


def build_head(first_line: str, headers: Headers) -> bytes:
    """The bytes of a message head, ready to send."""
    lines = [first_line, *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _lines(head: bytes) -> list[str]:
    return [line.removesuffix("\r") for line in head.decode("latin-1").split("\n")]


def _headers(lines: list[str]) -> Headers:
    found = []
    for line in lines:
        name, colon, value = line.partition(":")
        # The token rule also refuses folded lines and blanks before the colon, by
        # which two programs can be made to read different headers.
        if not colon or not _TOKEN.match(name) or _BAD_IN_VALUE.search(value):
            raise ValueError(f"bad header line {line[:40]!r}")
        found.append((name, value.strip(" \t")))
    return tuple(found)


def _content_length(headers: Headers) -> int | None:
    lengths = {
        part.strip()
        for value in values(headers, "content-length")
        for part in value.split(",")
    }
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit() and len(length) <= 18):
        raise ValueError("contradictory or malformed Content-Length")
    return int(length)
