"""Fetching one URL: what comes back, and what every failure is called."""

import datetime
import hashlib
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

import pytest

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import (
    BadResponse,
    BlockedAddress,
    BlockedPort,
    ConnectionFailed,
    DnsFailed,
    DnsUnavailable,
    FetchError,
    FetchTimeout,
    HttpError,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
    Truncated,
    UnsafeUrl,
)
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import EgressProxy

LOOPBACK = AllowedHosts.parse("127.0.0.1")
CONTENT = os.urandom(3_000_000)


def _read(url: str, proxy: EgressProxy, **options: Any) -> bytes:
    with open_stream(url, proxy=proxy, **options) as stream:
        return b"".join(stream)


def _read_into(
    received: bytearray, url: str, proxy: EgressProxy, **options: Any
) -> None:
    with open_stream(url, proxy=proxy, **options) as stream:
        for chunk in stream:
            received += chunk


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _drained(connection: socket.socket) -> None:
    """Wait until the proxy took everything: a reset throws away what it did not."""
    time.sleep(0.2)


def test_answer_and_its_parts(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(CONTENT, headers="Content-Type: video/mp4"))
    headers = {"Range": "bytes=0-"}
    with open_stream(server.url("/v.mp4?x=1"), proxy=proxy, headers=headers) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "video/mp4"
        assert stream.content_length == len(CONTENT)
        assert str(stream.url) == server.url("/v.mp4?x=1")
        assert stream.redirects == ()
        assert b"".join(stream) == CONTENT
        assert stream.received_bytes == len(CONTENT)
    sent = server.heads[0].decode().lower()
    assert "range: bytes=0-\r\n" in sent
    assert "accept-encoding: identity\r\n" in sent


def _chunked(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, len(CONTENT), 70_001):
        part = CONTENT[start : start + 70_001]
        connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
    connection.sendall(b"0\r\nX-Trailer: 1\r\n\r\n")


def _chunked_and_kept_open(connection: socket.socket, head: bytes) -> None:
    _chunked(connection, head)
    connection.recv(1)


def _until_closed(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + CONTENT)


def _length_and_kept_open(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + CONTENT)
    connection.recv(1)


def _length_in_drops(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
    for start in range(0, len(CONTENT), 99_991):
        connection.sendall(CONTENT[start : start + 99_991])
        time.sleep(0.001)


@pytest.mark.parametrize(
    "handler",
    [
        _chunked,
        _chunked_and_kept_open,
        _until_closed,
        _length_and_kept_open,
        _length_in_drops,
    ],
)
@pytest.mark.parametrize("secure", [False, True])
def test_body_arrives_whole_however_it_is_framed(
    *,
    proxy: EgressProxy,
    site: Callable[..., Any],
    handler: Any,
    secure: bool,
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
) -> None:
    server = site(handler, tls=server_tls if secure else None)
    received = _read(server.url(), proxy, ssl_context=client_tls)
    assert hashlib.sha256(received).digest() == hashlib.sha256(CONTENT).digest()


@pytest.mark.parametrize("percent", [10, 50, 90])
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("end", ["reset", "close"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_cut_body_is_truncated_and_keeps_what_came(
    *,
    proxy: EgressProxy,
    site: Callable[..., Any],
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    percent: int,
    secure: bool,
    end: str,
    framing: str,
) -> None:
    sent = len(CONTENT) * percent // 100

    def cut(connection: socket.socket, _head: bytes) -> None:
        if framing == "length":
            head = f"Content-Length: {len(CONTENT)}\r\n\r\n"
        else:
            head = f"Transfer-Encoding: chunked\r\n\r\n{len(CONTENT):x}\r\n"
        connection.sendall(f"HTTP/1.1 200 OK\r\n{head}".encode() + CONTENT[:sent])
        _drained(connection)
        if end == "reset":
            _reset(connection)

    server = site(cut, tls=server_tls if secure else None)
    received = bytearray()
    with pytest.raises(Truncated) as caught:
        _read_into(received, server.url(), proxy, ssl_context=client_tls)
    assert CONTENT.startswith(received)
    assert caught.value.received_bytes == len(received)
    assert sent - len(received) <= 1_000_000
    assert caught.value.recoverable
    expected = len(CONTENT) if framing == "length" else None
    assert caught.value.expected_bytes == expected


def test_reset_is_noticed_where_only_the_end_frames_the_body(
    proxy: EgressProxy, site: Callable[..., Any]
) -> None:
    def cut(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nabc")
        _drained(connection)
        _reset(connection)

    with pytest.raises(Truncated) as caught:
        _read(site(cut).url(), proxy)
    assert caught.value.expected_bytes is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_announced_size_beyond_the_limit(
    proxy: EgressProxy, site: Callable[..., Any], method: str
) -> None:
    def claim(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\nabc")

    server = site(claim)
    if method == "HEAD":
        with open_stream(server.url(), proxy=proxy, method=method) as stream:
            assert stream.content_length == 5_000_000_000
            assert b"".join(stream) == b""
        return
    with pytest.raises(TooLarge), open_stream(server.url(), proxy=proxy, max_bytes=99):
        pytest.fail("the body must not be offered")
    with pytest.raises(TooLarge) as caught:
        _read(server.url(), proxy)
    assert f"{proxy.limits.max_bytes:,}" in caught.value.detail


def _endless(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def _endless_chunks(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\nx\r\n" * 1000)


@pytest.mark.parametrize("handler", [_endless, _endless_chunks])
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("limit", ["proxy", "call"])
def test_endless_stream_is_too_large(
    *,
    site: Callable[..., Any],
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    handler: Any,
    secure: bool,
    limit: str,
) -> None:
    server = site(handler, tls=server_tls if secure else None)
    limits = EgressLimits(max_bytes=100_000 if limit == "proxy" else 10**9)
    received = bytearray()
    options = {"max_bytes": 100_000, "ssl_context": client_tls}
    with EgressProxy(LOOPBACK, limits=limits) as proxy:
        with pytest.raises(TooLarge):
            _read_into(received, server.url(), proxy, **options)
        assert len(received) <= 100_000
        assert proxy.received_bytes < 20_000_000


def test_redirects_are_followed_and_listed(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    def hop(connection: socket.socket, head: bytes) -> None:
        path = head.split(b" ")[1].decode()
        hops = {"/1": "/2?x#y", "/2?x": "../3", "/3": "//127.0.0.1:{}/ü"}
        target = hops.get(path)
        if target is None:
            answer(b"there")(connection, head)
            return
        extra = f"Location: {target.format(server.port)}\r\nSet-Cookie: seen=1"
        answer(b"", status="307 Elsewhere", headers=extra)(connection, head)

    server = site(hop)
    with open_stream(server.url("/1"), proxy=proxy) as stream:
        assert b"".join(stream) == b"there"
        assert str(stream.url) == server.url("/%C3%BC")
        paths = [url.target for url in stream.redirects]
    assert paths == ["/1", "/2?x", "/3"]
    assert b"seen=1" in server.heads[-1]


def test_endless_redirects(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(b"", status="301 Again", headers="Location: /again"))
    with pytest.raises(TooManyRedirects):
        _read(server.url(), proxy)
    assert server.hits == 6
    with pytest.raises(TooManyRedirects):
        _read(server.url(), proxy, max_redirects=0)
    assert server.hits == 7
    with pytest.raises(TooManyRedirects):
        _read(server.url(), proxy, method="POST", content=b"x")
    assert server.hits == 8


def test_redirect_that_leads_nowhere(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    with pytest.raises(BadResponse):
        _read(site(answer(b"", status="302 Found")).url(), proxy)
    away = site(answer(b"", status="302 Found", headers="Location: file:///etc/passwd"))
    with pytest.raises(UnsafeUrl) as caught:
        _read(away.url(), proxy)
    assert caught.value.code == "scheme_refused"
    assert caught.value.detail.startswith("127.0.0.1 sends on to another address")


def test_keys_for_one_site_stay_there(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    other = site(answer())
    first = site(answer(b"", status="302 Found", headers=f"Location: {other.url()}"))
    keys = {"Authorization": "Bearer key", "Cookie": "key=1", "Referer": "https://x/"}
    _read(first.url(), proxy, headers=keys)
    assert b"Bearer key" in first.heads[0]
    assert b"key" not in other.heads[0]
    assert b"https://x/" in other.heads[0]


def test_post_sends_its_content(proxy: EgressProxy, site: Callable[..., Any]) -> None:
    def echo(connection: socket.socket, head: bytes) -> None:
        body = head.partition(b"\r\n\r\n")[2]
        while len(body) < 5:
            body += connection.recv(5)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)

    assert _read(site(echo).url(), proxy, method="POST", content=b"event") == b"event"


@pytest.mark.parametrize(
    ("status", "recoverable"),
    [(400, False), (403, False), (404, False), (410, False), (429, True), (503, True)],
)
def test_error_status(
    proxy: EgressProxy,
    site: Callable[..., Any],
    answer: Callable[..., Any],
    status: int,
    recoverable: bool,
) -> None:
    server = site(answer(b"no", status=f"{status} No", headers="Retry-After: 7"))
    with pytest.raises(HttpError) as caught:
        _read(server.url(), proxy)
    error = caught.value
    assert (error.code, error.status, error.recoverable) == (
        "http_error",
        status,
        recoverable,
    )
    assert error.retry_after_seconds == 7
    assert str(status) in error.detail


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", (120, 120)),
        (format_datetime(datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)), (0, 0)),
        ("in an hour", (3500, 3600)),
    ],
)
def test_retry_after(
    proxy: EgressProxy,
    site: Callable[..., Any],
    answer: Callable[..., Any],
    value: str,
    seconds: tuple[float, float],
) -> None:
    if value == "in an hour":
        now = datetime.datetime.now(datetime.UTC)
        value = format_datetime(now + datetime.timedelta(hours=1))
    server = site(answer(status="429 Slow down", headers=f"Retry-After: {value}"))
    with pytest.raises(HttpError) as caught:
        _read(server.url(), proxy)
    given = caught.value.retry_after_seconds
    assert given is not None
    assert seconds[0] <= given <= seconds[1]


@pytest.mark.parametrize("value", ["soon", "-5", "1.5", "9" * 400, ""])
def test_malformed_retry_after_is_none_or_a_number(
    proxy: EgressProxy,
    site: Callable[..., Any],
    answer: Callable[..., Any],
    value: str,
) -> None:
    server = site(answer(status="429 Slow down", headers=f"Retry-After: {value}"))
    with pytest.raises(HttpError) as caught:
        _read(server.url(), proxy)
    assert caught.value.retry_after_seconds is None


def _silent(connection: socket.socket, _head: bytes) -> None:
    connection.recv(1)


def _silent_body(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc")
    connection.recv(1)


def _drip_head(connection: socket.socket, _head: bytes) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def _drip_body(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"a")
        time.sleep(0.05)


@pytest.mark.parametrize("handler", [_silent, _silent_body, _drip_head, _drip_body])
@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    ("limits", "options"),
    [
        (EgressLimits(), {"max_seconds": 0.4}),
        (EgressLimits(max_seconds=0.4), {}),
    ],
)
def test_slow_server_is_a_timeout(
    *,
    site: Callable[..., Any],
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    handler: Any,
    secure: bool,
    limits: EgressLimits,
    options: dict[str, float],
) -> None:
    server = site(handler, tls=server_tls if secure else None)
    started = time.monotonic()
    with EgressProxy(LOOPBACK, limits=limits) as proxy, pytest.raises(FetchTimeout):
        _read(server.url(), proxy, ssl_context=client_tls, **options)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("handler", [_silent, _silent_body])
def test_each_wait_is_bounded(
    proxy: EgressProxy, site: Callable[..., Any], handler: Any
) -> None:
    with pytest.raises(FetchTimeout) as caught:
        _read(site(handler).url(), proxy, timeout_seconds=0.3)
    assert caught.value.recoverable


@pytest.mark.parametrize("secure", [False, True])
def test_what_the_proxy_refuses_is_typed(secure: bool) -> None:
    failures = {
        "missing.test": socket.gaierror(socket.EAI_NONAME, "x"),
        "again.test": socket.gaierror(socket.EAI_AGAIN, "x"),
    }

    def resolver(host: str, _port: int) -> list[str]:
        if host in failures:
            raise failures[host]
        return ["10.0.0.1"] if host == "private.test" else ["127.0.0.1"]

    with socket.create_server(("127.0.0.1", 0)) as probe:
        closed_port = probe.getsockname()[1]
    scheme = "https" if secure else "http"
    cases: list[tuple[str, type[FetchError]]] = [
        ("missing.test", DnsFailed),
        ("again.test", DnsUnavailable),
        ("private.test", BlockedAddress),
        (f"closed.test:{closed_port}", ConnectionFailed),
    ]
    with EgressProxy(LOOPBACK, resolver=resolver) as proxy:
        for authority, kind in cases:
            with pytest.raises(kind) as caught:
                _read(f"{scheme}://{authority}/", proxy)
            assert authority.split(":")[0] in caught.value.detail
            assert caught.value.code == kind.code


def test_port_opened_for_one_name_stays_closed_for_its_address(
    site: Callable[..., Any],
) -> None:
    allowed = AllowedHosts.parse("named.test:81,127.0.0.1")
    with EgressProxy(allowed, resolver=lambda _host, _port: ["127.0.0.1"]) as proxy:
        with pytest.raises(ConnectionFailed):
            _read("http://named.test:81/", proxy)
        with pytest.raises(UnsafeUrl) as caught:
            _read("http://127.0.0.1:81/", proxy)
    assert caught.value.code == BlockedPort.code


def test_ipv6_literal(site: Callable[..., Any], answer: Callable[..., Any]) -> None:
    server = site(answer(b"six"), everywhere=True)
    with EgressProxy(AllowedHosts.parse("[::1]")) as proxy:
        assert _read(server.url(host="[::1]"), proxy) == b"six"
    assert f"Host: [::1]:{server.port}\r\n".encode() in server.heads[0]


def test_certificate_nobody_vouches_for(
    proxy: EgressProxy,
    site: Callable[..., Any],
    answer: Callable[..., Any],
    server_tls: ssl.SSLContext,
) -> None:
    server = site(answer(), tls=server_tls)
    with pytest.raises(TlsFailed) as caught:
        _read(server.url(), proxy)
    assert "certificate" in caught.value.detail
    assert server.heads == []


def test_certificate_of_another_host(
    site: Callable[..., Any],
    answer: Callable[..., Any],
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
) -> None:
    server = site(answer(), tls=server_tls)
    allowed = AllowedHosts.parse("other.test")
    with (
        EgressProxy(allowed, resolver=lambda _host, _port: ["127.0.0.1"]) as proxy,
        pytest.raises(TlsFailed),
    ):
        _read(server.url(host="other.test"), proxy, ssl_context=client_tls)


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    ("sent", "kind"), [(b"", ConnectionFailed), (b"SSH-2.0-x\r\n\r\n", BadResponse)]
)
def test_server_that_is_no_web_server(
    *,
    proxy: EgressProxy,
    site: Callable[..., Any],
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    secure: bool,
    sent: bytes,
    kind: type[FetchError],
) -> None:
    def talk(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(sent)

    server = site(talk, tls=server_tls if secure else None)
    with pytest.raises(kind):
        _read(server.url(), proxy, ssl_context=client_tls)


def test_https_to_a_plain_server(proxy: EgressProxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(TlsFailed):
            _read(f"https://127.0.0.1:{listener.getsockname()[1]}/", proxy)


def test_errors_of_the_caller_pass_unchanged(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(CONTENT))
    with (
        pytest.raises(ConnectionResetError, match="my own"),
        open_stream(server.url(), proxy=proxy),
    ):
        raise ConnectionResetError("my own")


def test_proxy_that_is_closed(
    site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer())
    with EgressProxy(LOOPBACK) as proxy:
        pass
    with pytest.raises(RuntimeError):
        _read(server.url(), proxy)
    assert server.hits == 0
