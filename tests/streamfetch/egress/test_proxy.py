"""The proxy as a client of any kind sees it."""

import base64
import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import USER, EgressProxy

LOOPBACK = AllowedHosts.parse("127.0.0.1")


def _authorization(proxy: EgressProxy) -> str:
    return "Basic " + base64.b64encode(f"{USER}:{proxy.token}".encode()).decode()


def _connect(proxy: EgressProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def _read_all(connection: socket.socket) -> bytes:
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


def _count_until_end(connection: socket.socket) -> tuple[int, bool]:
    received = 0
    try:
        while data := connection.recv(65536):
            received += len(data)
    except ConnectionResetError:
        return received, True
    return received, False


def _ask(proxy: EgressProxy, head: str, body: bytes = b"") -> bytes:
    lines = f"{head}\r\nProxy-Authorization: {_authorization(proxy)}\r\n\r\n"
    with _connect(proxy) as connection:
        connection.sendall(lines.encode("latin-1") + body)
        return _read_all(connection)


def _endless(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    block = b"x" * 65536
    while True:
        connection.sendall(block)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Proxy-Authorization: Basic c3RyZWFtZmV0Y2g6d3Jvbmc=\r\n",
        "Proxy-Authorization: Bearer x\r\n",
        "Proxy-Authorization: \u00e9\r\n",
        "Authorization: {good}\r\n",
        "Proxy-Authorization: {good}\r\nProxy-Authorization: {good}\r\n",
    ],
)
@pytest.mark.parametrize("line", ["GET {0}", "CONNECT 127.0.0.1:{1}"])
def test_without_the_token_nothing_is_served(
    proxy: EgressProxy,
    site: Callable[..., Any],
    answer: Callable[..., Any],
    header: str,
    line: str,
) -> None:
    server = site(answer())
    request = f"{line.format(server.url(), server.port)} HTTP/1.1\r\nHost: x\r\n"
    sent = request + header.format(good=_authorization(proxy)) + "\r\n"
    with _connect(proxy) as connection:
        connection.sendall(sent.encode("latin-1"))
        received = _read_all(connection)
    assert received.startswith(b"HTTP/1.1 407 wrong_token\r\n")
    assert b"Proxy-Authenticate: Basic" in received
    assert server.hits == 0
    assert proxy.problems() == ()


def test_every_run_has_its_own_token() -> None:
    assert EgressProxy(LOOPBACK).token != EgressProxy(LOOPBACK).token


def test_httpx_works_for_http_and_https(
    proxy: EgressProxy,
    site: Callable[..., Any],
    answer: Callable[..., Any],
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
) -> None:
    plain, secure = site(answer(b"plain")), site(answer(b"secure"), tls=server_tls)
    with httpx.Client(proxy=proxy.url, verify=client_tls, trust_env=False) as client:
        assert client.get(plain.url()).text == "plain"
        assert client.get(secure.url()).text == "secure"
        assert client.post(plain.url(), content=b"x" * 100_000).text == "plain"


def test_child_process_uses_it_by_its_environment(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(b"by environment"))
    program = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read())"
    result = subprocess.run(
        [sys.executable, "-c", program, server.url()],
        env={**os.environ, **proxy.environment()},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert result.stdout.strip() == "b'by environment'"
    assert proxy.received_bytes == len("by environment")


def test_headers_of_one_connection_do_not_travel_on(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(b"x", headers="Keep-Alive: timeout=9\r\nX-Kept: yes"))
    received = _ask(
        proxy,
        f"GET {server.url('/p?q=1')} HTTP/1.1\r\nHost: elsewhere.test\r\n"
        "Connection: keep-alive, X-Nominated, Host\r\n"
        "X-Nominated: 1\r\nTE: trailers\r\n"
        "Proxy-Connection: keep-alive\r\nUpgrade: h2c\r\nX-Egress-Request: 1\r\n"
        "Range: bytes=5-",
    )
    sent = server.heads[0].decode().lower()
    assert sent.startswith("get /p?q=1 http/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n" in sent
    assert "range: bytes=5-\r\n" in sent
    assert sent.count("connection:") == 1
    assert "connection: close\r\n" in sent
    for word in (
        "proxy-",
        "nominated",
        "te:",
        "upgrade",
        "egress",
        proxy.token.lower(),
    ):
        assert word not in sent
    assert b"X-Kept: yes" in received
    assert b"Keep-Alive" not in received


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("nonsense", 400),
        ("GET /relative HTTP/1.1", 400),
        ("GET http://127.0.0.1/ HTTP/2.0", 400),
        ("GET  http://127.0.0.1/ HTTP/1.1", 400),
        ("GET https://127.0.0.1/ HTTP/1.1", 400),
        ("GET ftp://127.0.0.1/ HTTP/1.1", 400),
        ("GET http://127.0.0.1/ HTTP/1.1\r\nBad Name: x", 400),
        ("GET http://127.0.0.1/ HTTP/1.1\r\nHost : x", 400),
        ("GET http://127.0.0.1/ HTTP/1.1\r\nA: b\r\n folded", 400),
        ("GET http://127.0.0.1/ HTTP/1.1\r\nA: b\x00", 400),
        ("GET http://127.0.0.1/ HTTP/1.1\r\nA: b\rX: c", 400),
        ("POST http://127.0.0.1/ HTTP/1.1\r\nTransfer-Encoding: chunked", 400),
        ("POST http://127.0.0.1/ HTTP/1.1\r\nContent-Length: -1", 400),
        ("POST http://127.0.0.1/ HTTP/1.1\r\nContent-Length: 1, 2", 400),
        ("DELETE http://127.0.0.1/ HTTP/1.1", 405),
        ("CONNECT 127.0.0.1 HTTP/1.1", 400),
        ("CONNECT http://127.0.0.1:443/ HTTP/1.1", 400),
        (f"GET http://127.0.0.1/ HTTP/1.1\r\nA: {'b' * 70_000}", 431),
    ],
)
def test_malformed_requests_are_refused(
    proxy: EgressProxy, head: str, status: int
) -> None:
    assert _ask(proxy, head).startswith(f"HTTP/1.1 {status} ".encode())


def test_request_hidden_behind_another_is_dropped(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(b"one"))
    hidden = f"GET {server.url('/two')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    received = _ask(proxy, f"GET {server.url('/one')} HTTP/1.1\r\nHost: x", hidden)
    assert received.endswith(b"one")
    assert len(server.heads) == 1
    assert b"two" not in server.heads[0]


def test_body_of_a_request_arrives_whole(
    proxy: EgressProxy, site: Callable[..., Any]
) -> None:
    bodies = []

    def collect(connection: socket.socket, head: bytes) -> None:
        body = head.partition(b"\r\n\r\n")[2]
        while len(body) < 3_000_000:
            body += connection.recv(65536)
        bodies.append(body)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    server = site(collect)
    content = os.urandom(3_000_000)
    received = _ask(
        proxy,
        f"POST {server.url()} HTTP/1.1\r\nExpect: 100-continue\r\n"
        f"Content-Length: {len(content)}",
        content,
    )
    assert received.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert bodies == [content]


def test_refused_request_with_a_body_still_reads_the_reason(proxy: EgressProxy) -> None:
    head = "POST http://127.0.0.1:22/ HTTP/1.1\r\nContent-Length: 500000"
    received = _ask(proxy, head, b"x" * 500_000)
    assert received.startswith(b"HTTP/1.1 403 blocked_port\r\n")


def test_interim_answers_are_skipped(
    proxy: EgressProxy, site: Callable[..., Any]
) -> None:
    def hint(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than it said"
        )

    received = _ask(proxy, f"GET {site(hint).url()} HTTP/1.1")
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"\r\n\r\nok")


@pytest.mark.parametrize("length", ["", "Content-Length: 9999999999\r\n"])
def test_endless_stream_is_cut_at_the_limit(
    site: Callable[..., Any], length: str
) -> None:
    def endless(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        while True:
            connection.sendall(b"x" * 65536)

    server = site(endless)
    limits = EgressLimits(max_bytes=1_000_000)
    with EgressProxy(LOOPBACK, limits=limits) as proxy, _connect(proxy) as connection:
        connection.sendall(
            f"GET {server.url()} HTTP/1.1\r\n"
            f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
        )
        received, _ = _count_until_end(connection)
        assert received < 1_001_000
        assert [problem.code for problem in proxy.problems()] == ["too_large"]


def test_tunnel_is_cut_at_the_limit_too(site: Callable[..., Any]) -> None:
    server = site(_endless)
    limits = EgressLimits(max_bytes=1_000_000)
    with EgressProxy(LOOPBACK, limits=limits) as proxy, _connect(proxy) as connection:
        connection.sendall(
            f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n"
            f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n"
            "GET / HTTP/1.1\r\n\r\n".encode()
        )
        received, reset = _count_until_end(connection)
        assert reset
        assert received < 1_100_000
        assert [problem.code for problem in proxy.problems()] == ["too_large"]


def test_total_of_all_connections_is_bounded(
    site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(b"x" * 400_000))
    limits = EgressLimits(max_total_bytes=1_000_000)
    with EgressProxy(LOOPBACK, limits=limits) as proxy:
        whole = 0
        for _ in range(4):
            with contextlib.suppress(ConnectionResetError):
                whole += (
                    _ask(proxy, f"GET {server.url()} HTTP/1.1").count(b"x") > 399_000
                )
        assert whole == 2
        assert {problem.code for problem in proxy.problems()} == {"too_large"}


def _drip_head(connection: socket.socket, _head: bytes) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def _drip_body(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"a")
        time.sleep(0.05)


def _silent(connection: socket.socket, _head: bytes) -> None:
    connection.recv(1)


def _silent_body(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
    connection.recv(1)


@pytest.mark.parametrize(
    ("handler", "limits"),
    [
        (_drip_head, EgressLimits(head_seconds=0.3)),
        (_drip_head, EgressLimits(max_seconds=0.3)),
        (_drip_body, EgressLimits(max_seconds=0.3)),
        (_silent, EgressLimits(head_seconds=0.3)),
        (_silent, EgressLimits(idle_seconds=0.3)),
        (_silent_body, EgressLimits(idle_seconds=0.3)),
    ],
)
def test_slow_server_is_given_up(
    site: Callable[..., Any], handler: Any, limits: EgressLimits
) -> None:
    server = site(handler)
    started = time.monotonic()
    with EgressProxy(LOOPBACK, limits=limits) as proxy:
        try:
            received = _ask(proxy, f"GET {server.url()} HTTP/1.1")
        except ConnectionResetError:
            received = b""
        assert [problem.code for problem in proxy.problems()] == ["timeout"]
    assert len(received) < 400
    assert time.monotonic() - started < 10


def test_slow_client_is_given_up() -> None:
    limits = EgressLimits(head_seconds=0.2)
    with EgressProxy(LOOPBACK, limits=limits) as proxy, _connect(proxy) as connection:
        connection.sendall(b"GET http://127.0.0.1/ HT")
        assert _read_all(connection).startswith(b"HTTP/1.1 504 timeout\r\n")


def test_slow_reader_slows_the_sender_down(
    proxy: EgressProxy, site: Callable[..., Any]
) -> None:
    sent = [0]

    def fast(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent[0] < 200_000_000:
            sent[0] += connection.send(b"x" * 65536)

    server = site(fast)
    with _connect(proxy) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(
            f"GET {server.url()} HTTP/1.1\r\n"
            f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
        )
        before = -1
        while sent[0] != before:
            before = sent[0]
            time.sleep(0.3)
        assert 0 < sent[0] < 40_000_000


def test_busy_stream_does_not_starve_others(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    busy, small = site(_endless), site(answer(b"small"))
    stop = threading.Event()

    def drain() -> None:
        with _connect(proxy) as connection:
            connection.sendall(
                f"GET {busy.url()} HTTP/1.1\r\n"
                f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
            )
            while not stop.is_set():
                connection.recv(262144)

    reader = threading.Thread(target=drain)
    reader.start()
    try:
        for _ in range(5):
            assert _ask(proxy, f"GET {small.url()} HTTP/1.1").endswith(b"small")
    finally:
        stop.set()
        reader.join(10)


def test_client_that_leaves_ends_the_connection_to_the_server(
    proxy: EgressProxy, site: Callable[..., Any]
) -> None:
    noticed = threading.Event()

    def watch(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        if not connection.recv(1):
            noticed.set()

    server = site(watch)
    with _connect(proxy) as connection:
        connection.sendall(
            f"GET {server.url()} HTTP/1.1\r\n"
            f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
        )
        assert connection.recv(100)
    assert noticed.wait(5)
    assert proxy.problems() == ()


def test_connections_beyond_the_bound_wait(
    site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    blocker, server = site(_silent), site(answer(b"after"))
    with (
        EgressProxy(LOOPBACK, limits=EgressLimits(max_connections=1)) as proxy,
        _connect(proxy) as first,
        _connect(proxy) as second,
    ):
        for connection, url in ((first, blocker.url()), (second, server.url())):
            connection.sendall(
                f"GET {url} HTTP/1.1\r\n"
                f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
            )
        second.settimeout(0.3)
        with pytest.raises(TimeoutError):
            second.recv(1)
        assert server.hits == 0
        first.close()
        second.settimeout(10)
        assert _read_all(second).endswith(b"after")


def test_name_look_up_failures(site: Callable[..., Any]) -> None:
    def resolver(host: str, _port: int) -> list[str]:
        if host == "empty.test":
            return []
        again = host == "again.test"
        raise socket.gaierror(socket.EAI_AGAIN if again else socket.EAI_NONAME, "x")

    with EgressProxy(LOOPBACK, resolver=resolver) as proxy:
        for host, status in (
            ("missing.test", b"502 dns_failed"),
            ("empty.test", b"502 dns_failed"),
            ("again.test", b"503 dns_unavailable"),
        ):
            assert _ask(proxy, f"GET http://{host}/ HTTP/1.1")[9:].startswith(status)


def test_hanging_look_up_is_given_up() -> None:
    release = threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        release.wait(10)
        return []

    limits = EgressLimits(connect_seconds=0.2)
    with EgressProxy(LOOPBACK, limits=limits, resolver=resolver) as proxy:
        received = _ask(proxy, "CONNECT slow.test:443 HTTP/1.1")
        assert received.startswith(b"HTTP/1.1 504 timeout\r\n")
        release.set()


def test_second_address_is_tried_when_the_first_is_closed(
    site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    server = site(answer(b"second"))
    allowed = AllowedHosts.parse("127.0.0.0/8")
    found = ["127.0.0.3", "127.0.0.1"]
    with EgressProxy(allowed, resolver=lambda _host, _port: found) as proxy:
        received = _ask(proxy, f"GET http://two.test:{server.port}/ HTTP/1.1")
    assert received.endswith(b"second")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nBroken\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
    ],
)
def test_answers_that_are_not_http(
    proxy: EgressProxy, site: Callable[..., Any], sent: bytes
) -> None:
    server = site(lambda connection, _head: connection.sendall(sent))
    received = _ask(proxy, f"GET {server.url()} HTTP/1.1")
    code = b"connection_failed" if not sent else b"bad_response"
    assert received.startswith(b"HTTP/1.1 502 " + code)


def test_close_frees_the_port_and_cuts_connections(site: Callable[..., Any]) -> None:
    server = site(_silent)
    proxy = EgressProxy(LOOPBACK)
    proxy.start()
    port = proxy.port
    with _connect(proxy) as connection:
        connection.sendall(
            f"GET {server.url()} HTTP/1.1\r\n"
            f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
        )
        while not server.heads:
            time.sleep(0.01)
        proxy.close()
        assert connection.recv(1) == b""
    proxy.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_closing_in_the_middle_of_a_body_resets(site: Callable[..., Any]) -> None:
    server = site(_endless)
    proxy = EgressProxy(LOOPBACK)
    proxy.start()
    with _connect(proxy) as connection:
        connection.sendall(
            f"GET {server.url()} HTTP/1.1\r\n"
            f"Proxy-Authorization: {_authorization(proxy)}\r\n\r\n".encode()
        )
        assert connection.recv(1)
        proxy.close()
        _, reset = _count_until_end(connection)
    assert reset
