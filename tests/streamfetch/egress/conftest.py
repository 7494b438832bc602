"""Servers on loopback that misbehave as told, and proxies in front of them."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.proxy import EgressProxy

Handler = Callable[[socket.socket, bytes], None]


class Site:
    """Answers every connection with `handler(connection, head)` and counts them."""

    def __init__(
        self, handler: Handler, *, everywhere: bool, tls: ssl.SSLContext | None
    ) -> None:
        self.handler = handler
        self.heads: list[bytes] = []
        self.hits = 0
        self._tls = tls
        if everywhere:
            self._listener = socket.create_server(
                ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
            )
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        for connection in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.hits += 1
                threading.Thread(
                    target=self._serve, args=(connection,), daemon=True
                ).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._open.append(connection)
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    data = connection.recv(65536)
                    if not data:
                        return
                    head += data
                self.heads.append(head)
                self.handler(connection, head)


@pytest.fixture
def site() -> Iterator[Callable[..., Site]]:
    """`site(handler, everywhere=False, tls=None)` starts a server."""
    with contextlib.ExitStack() as stack:

        def start(
            handler: Handler,
            *,
            everywhere: bool = False,
            tls: ssl.SSLContext | None = None,
        ) -> Site:
            started = Site(handler, everywhere=everywhere, tls=tls)
            stack.callback(started.close)
            return started

        yield start


@pytest.fixture
def proxy() -> Iterator[EgressProxy]:
    """A proxy that may talk to 127.0.0.1."""
    with EgressProxy(AllowedHosts.parse("127.0.0.1")) as running:
        yield running


@pytest.fixture
def answer() -> Callable[..., Handler]:
    """`answer(body, status=..., headers=...)` makes a handler for a whole answer."""

    def make(
        body: bytes = b"hello", *, status: str = "200 OK", headers: str = ""
    ) -> Handler:
        def handle(connection: socket.socket, _head: bytes) -> None:
            extra = f"{headers}\r\n" if headers else ""
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
            connection.sendall(head.encode() + body)

        return handle

    return make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEM file with the key and certificate of 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def client_tls(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))
