"""No spelling, look-up or redirect leads to a forbidden address.

Every case watches a listener on all addresses of this machine: it records zero
connections.
"""

import base64
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import BlockedAddress, InvalidUrl, UnsafeUrl
from streamfetch.egress.proxy import USER, EgressProxy
from streamfetch.errors import DomainError

HOSTILE_HOSTS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "00000177.0.0.01",
    "127.0.0.0x1",
    "0",
    "0.0.0.0",
    "0x0",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "１２７.0.0.1",  # noqa: RUF001
    "localhost",
    "LOCALHOST",
    "localhost.",
    "ip6-localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:0:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::80ff:fffe]",
    "[::1%25lo]",
    "[::1%lo]",
    "user@127.0.0.1",
    "user:password@127.0.0.1",
    "example.org@127.0.0.1",
    "example.org\\@127.0.0.1",
    "127.0.0.1\\@example.org",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "public.test",
    "mixed.test",
    "mapped.test",
    "scoped.test",
    "nonsense.test",
]
ANSWERS = {
    "public.test": ["127.0.0.1"],
    "mixed.test": ["93.184.215.14", "127.0.0.1"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "scoped.test": ["::1%lo"],
    "nonsense.test": ["2130706433"],
    "localhost": ["127.0.0.1", "::1"],
    "ip6-localhost": ["::1"],
}


def _resolver(host: str, _port: int) -> list[str]:
    if host in ANSWERS:
        return ANSWERS[host]
    raise AssertionError(f"{host} must not be looked up")


@pytest.fixture
def strict_proxy() -> Iterator[EgressProxy]:
    with EgressProxy(AllowedHosts(), resolver=_resolver) as running:
        yield running


@pytest.fixture
def trap(site: Callable[..., Any], answer: Callable[..., Any]) -> Any:
    return site(answer(b"secret"), everywhere=True)


def _ask(proxy: EgressProxy, request_line: str, host_header: str) -> bytes:
    credentials = base64.b64encode(f"{USER}:{proxy.token}".encode()).decode()
    head = (
        f"{request_line}\r\nHost: {host_header}\r\n"
        f"Proxy-Authorization: Basic {credentials}\r\n\r\n"
    )
    received = b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection:
        connection.sendall(head.encode())
        while data := connection.recv(65536):
            received += data
    return received


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_client_never_reaches_it(
    strict_proxy: EgressProxy, trap: Any, host: str
) -> None:
    with (
        pytest.raises(DomainError) as caught,
        open_stream(f"http://{host}:{trap.port}/", proxy=strict_proxy),
    ):
        pass
    assert isinstance(caught.value, InvalidUrl | UnsafeUrl | BlockedAddress)
    assert trap.hits == 0


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
@pytest.mark.parametrize("form", ["absolute", "tunnel"])
def test_proxy_never_reaches_it(
    strict_proxy: EgressProxy, trap: Any, host: str, form: str
) -> None:
    authority = f"{host}:{trap.port}"
    line = (
        f"GET http://{authority}/ HTTP/1.1"
        if form == "absolute"
        else f"CONNECT {authority} HTTP/1.1"
    )
    received = _ask(strict_proxy, line, "example.org")
    status = int(received.split(b" ")[1])
    assert 400 <= status < 500
    assert b"X-Egress-Problem: " in received
    assert b"secret" not in received
    assert trap.hits == 0


@pytest.mark.parametrize("header", ["127.0.0.1", "localhost", "[::1]"])
def test_host_header_does_not_choose_the_server(
    site: Callable[..., Any],
    answer: Callable[..., Any],
    trap: Any,
    header: str,
) -> None:
    public = site(answer(b"public"))
    allowed = AllowedHosts.parse(f"public.test:{public.port}")
    with EgressProxy(allowed, resolver=_resolver) as proxy:
        line = f"GET http://public.test:{public.port}/ HTTP/1.1"
        received = _ask(proxy, line, f"{header}:{trap.port}")
    assert received.endswith(b"public")
    assert f"Host: public.test:{public.port}\r\n".encode() in public.heads[0]
    assert trap.hits == 0


def test_name_that_changes_its_answer_between_check_and_connection(
    site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    """127.0.0.1 stands for a public address here: it alone is allowed."""
    good = site(answer(b"good"))
    forbidden = socket.create_server(("127.0.0.2", good.port))
    forbidden.settimeout(0)
    looked_up = []

    def rebinding(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) % 2 else ["127.0.0.2"]

    allowed = AllowedHosts.parse("127.0.0.1")
    url = f"http://rebind.test:{good.port}/"
    with forbidden, EgressProxy(allowed, resolver=rebinding) as proxy:
        with open_stream(url, proxy=proxy) as stream:
            assert b"".join(stream) == b"good"
        assert looked_up == ["rebind.test"]
        with pytest.raises(BlockedAddress), open_stream(url, proxy=proxy):
            pass
        assert looked_up == ["rebind.test"] * 2
        with pytest.raises(BlockingIOError):
            forbidden.accept()
    assert good.hits == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "http://[::1]:{port}/",
        "http://localhost:{port}/",
        "//localhost:{port}/",
        "http://2130706433:{port}/",
        "http://0:{port}/",
        "http://user@127.0.0.1:{port}/",
        "https://localhost:{port}/",
        "http://public.test:{port}/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://127.0.0.1:{port}/",
        "http://127.0.0.1:6379/",
    ],
)
def test_redirect_to_a_forbidden_place(
    site: Callable[..., Any], answer: Callable[..., Any], trap: Any, location: str
) -> None:
    target = location.format(port=trap.port)
    start = site(answer(b"", status="302 Found", headers=f"Location: {target}"))
    allowed = AllowedHosts.parse(f"127.0.0.1:{start.port}")
    with (
        EgressProxy(allowed, resolver=_resolver) as proxy,
        pytest.raises(DomainError) as caught,
        open_stream(start.url(), proxy=proxy),
    ):
        pass
    assert isinstance(caught.value, UnsafeUrl | BlockedAddress)
    assert (start.hits, trap.hits) == (1, 0)


@pytest.mark.parametrize("port", [22, 25, 81, 6379, 27017])
@pytest.mark.parametrize("line", ["CONNECT 127.0.0.1:{0}", "GET http://127.0.0.1:{0}/"])
def test_ports_of_other_services_are_refused_even_on_allowed_hosts(
    proxy: EgressProxy, port: int, line: str
) -> None:
    received = _ask(proxy, f"{line.format(port)} HTTP/1.1", "x")
    assert received.startswith(b"HTTP/1.1 403 blocked_port\r\n")
    assert [problem.code for problem in proxy.problems()] == ["blocked_port"]


def test_refusal_is_machine_readable(strict_proxy: EgressProxy) -> None:
    received = _ask(strict_proxy, "CONNECT public.test:443 HTTP/1.1", "public.test")
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 blocked_address\r\n")
    assert b"X-Egress-Problem: blocked_address" in head
    assert b'"code": "blocked_address"' in body
    (problem,) = strict_proxy.problems()
    assert (problem.code, problem.host, problem.port) == (
        "blocked_address",
        "public.test",
        443,
    )


def test_site_cannot_pretend_to_be_the_proxy(
    proxy: EgressProxy, site: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    forged = site(
        answer(b"{}", status="403 blocked_address", headers="X-Egress-Problem: timeout")
    )
    received = _ask(proxy, f"GET {forged.url()} HTTP/1.1", "x")
    assert b"x-egress" not in received.lower()
    with pytest.raises(DomainError) as caught, open_stream(forged.url(), proxy=proxy):
        pass
    assert caught.value.code == "http_error"
