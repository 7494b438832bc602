"""Fetches one URL through the filtering proxy as a stream of bytes.

Redirects are followed here, one vetted hop at a time; httpx never follows any.
"""

import functools
import http
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import httpcore
import httpx

from streamfetch.egress.errors import (
    PROXY_PROBLEMS,
    BadResponse,
    ConnectionFailed,
    FetchError,
    FetchTimeout,
    HttpError,
    InvalidUrl,
    TlsFailed,
    TooManyRedirects,
    Truncated,
    UnsafeUrl,
)
from streamfetch.egress.exchange import REQUEST_ID_HEADER, SECONDS_HEADER
from streamfetch.egress.proxy import USER, EgressProxy
from streamfetch.egress.relay import too_large
from streamfetch.egress.url import PublicUrl, parse_public_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOLLOWED_METHODS = frozenset({"GET", "HEAD"})
_READ_BYTES = 256 * 1024
# The connection below httpx has error classes of its own.
_TRANSPORT_ERRORS = (
    httpx.TransportError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
)
# What was meant for one site only.
_PRIVATE_HEADERS = ("authorization", "cookie", "proxy-authorization")
# Identity: a resumed download needs the offsets of the file, and nothing inflates.
_DEFAULT_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": "StreamFetch",
}


@dataclass(frozen=True)
class _Request:
    """One hop: what is asked of whom, and until when."""

    url: PublicUrl
    method: str
    headers: httpx.Headers
    content: bytes | None
    proxy: EgressProxy
    cookies: httpx.Cookies
    tls: ssl.SSLContext
    timeout_seconds: float
    deadline: float
    id: str


class FetchStream:
    """An answer whose body is yet to come: iterate over it once for the bytes.

    `url` is where it came from in the end, `redirects` the addresses before it,
    `content_length` the announced size in bytes or None, `received_bytes` what was
    handed out so far. The bytes are as sent: no content coding is undone.
    """

    def __init__(
        self,
        response: httpx.Response,
        *,
        request: _Request,
        redirects: tuple[PublicUrl, ...],
        max_bytes: int,
    ) -> None:
        self._response = response
        self._request = request
        self._max_bytes = max_bytes
        self.url = request.url
        self.redirects = redirects
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.content_length = _content_length(response)
        self.received_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        """Chunks of up to 256 KiB.

        Raises TooLarge, Truncated, FetchTimeout or another FetchError.
        """
        try:
            for chunk in self._chunks():
                self.received_bytes += len(chunk)
                if self.received_bytes > self._max_bytes:
                    raise too_large(self._max_bytes)
                if time.monotonic() > self._request.deadline:
                    raise _too_slow(self.url)
                yield chunk
        except _TRANSPORT_ERRORS as error:
            raise self._failure(error) from error
        # Where only the end of the connection frames the body, TLS lets a cut pass
        # for the end.
        if problem := _proxy_failure(self._request):
            raise problem

    def _chunks(self) -> Iterator[bytes]:
        chunks = self._response.iter_raw()
        if self.content_length is None:
            yield from chunks
            return
        # A body of known length needs no parser: h11 copies every byte four times,
        # which takes longer than fetching it. It holds nothing back once it has
        # given its first chunk, so the rest is read from the connection itself.
        first = next(chunks, b"")
        if not first:
            return
        yield first
        connection = self._response.extensions["network_stream"]
        left = self.content_length - len(first)
        while left > 0:
            data: bytes = connection.read(
                min(left, _READ_BYTES), timeout=self._request.timeout_seconds
            )
            if not data:
                raise httpx.RemoteProtocolError("the body ended early")
            left -= len(data)
            yield data

    def _failure(self, error: Exception) -> FetchError:
        known = _known_failure(error, self._request)
        if known is not None:
            return known
        of_total = (
            "" if self.content_length is None else f" of {self.content_length:,} bytes"
        )
        return Truncated(
            f"{self.url.host} closed the connection after {self.received_bytes:,}"
            f"{of_total}. Try again to continue.",
            received_bytes=self.received_bytes,
            expected_bytes=self.content_length,
        )


@contextmanager
def open_stream(
    url: str | PublicUrl,
    *,
    proxy: EgressProxy,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    max_redirects: int = 5,
    timeout_seconds: float = 30.0,
    max_seconds: float | None = None,
    max_bytes: int | None = None,
    ssl_context: ssl.SSLContext | None = None,
) -> Iterator[FetchStream]:
    """Ask `url` for its content and give the answer's status, headers and stream.

    `timeout_seconds` bounds each wait, `max_seconds` the whole including redirects
    and the body, `max_bytes` the body; both are at most the proxy's own limits.
    Authorization and cookies given in `headers` stay with the first site. Only GET
    and HEAD follow redirects.

    The proxy must be running. Raises InvalidUrl and UnsafeUrl (also for a
    redirect's target), and subclasses of FetchError; HttpError for every status
    from 400.
    """
    limits = proxy.limits
    if max_bytes is None or max_bytes > limits.max_bytes:
        max_bytes = limits.max_bytes
    if max_seconds is None or max_seconds > limits.max_seconds:
        max_seconds = limits.max_seconds
    request = _Request(
        url=parse_public_url(str(url), allowed_hosts=proxy.allowed_hosts),
        method=method,
        headers=httpx.Headers({**_DEFAULT_HEADERS}),
        content=content,
        proxy=proxy,
        cookies=httpx.Cookies(),
        tls=ssl_context or _default_tls(),
        timeout_seconds=min(timeout_seconds, max_seconds),
        deadline=time.monotonic() + max_seconds,
        id=_new_id(),
    )
    request.headers.update(headers or {})
    redirects: list[PublicUrl] = []
    while True:
        with _sent(request) as response:
            location = _location(response)
            if location is None:
                _check_answer(response, request=request, max_bytes=max_bytes)
                yield FetchStream(
                    response,
                    request=request,
                    redirects=tuple(redirects),
                    max_bytes=max_bytes,
                )
                return
        redirects.append(request.url)
        if len(redirects) > max_redirects or method not in _FOLLOWED_METHODS:
            raise _redirected_too_often(request.url, max_redirects)
        request = _next_hop(request, location)


@contextmanager
def _sent(request: _Request) -> Iterator[httpx.Response]:
    """The head of the answer. Only failures up to it are translated here."""
    left = request.deadline - time.monotonic()
    if left <= 0:
        raise _too_slow(request.url)
    proxy = httpx.Proxy(
        request.proxy.address,
        auth=(USER, request.proxy.token),
        headers={REQUEST_ID_HEADER: request.id, SECONDS_HEADER: f"{left:.3f}"},
    )
    try:
        message = httpx.Request(
            request.method,
            str(request.url),
            headers=request.headers,
            content=request.content,
            extensions={"timeout": httpx.Timeout(request.timeout_seconds).as_dict()},
        )
    except httpx.InvalidURL as error:
        raise InvalidUrl(
            "The address is not valid. Check its spelling.", code="bad_host"
        ) from error
    request.cookies.set_cookie_header(message)
    # Not httpx.Client: it reads where redirects lead even if told not to follow.
    with httpx.HTTPTransport(
        proxy=proxy, verify=request.tls, trust_env=False
    ) as transport:
        try:
            response = transport.handle_request(message)
        except httpx.TransportError as error:
            raise _failure_before_answer(error, request) from error
        response.request = message
        request.cookies.extract_cookies(response)
        try:
            yield response
        finally:
            response.close()


def _next_hop(request: _Request, location: str) -> _Request:
    target = urljoin(str(request.url), location)
    try:
        url = parse_public_url(target, allowed_hosts=request.proxy.allowed_hosts)
    except (InvalidUrl, UnsafeUrl) as error:
        raise type(error)(
            f"{request.url.host} sends on to another address: {error.detail}",
            code=error.code,
        ) from error
    headers = request.headers.copy()
    if url.origin != request.url.origin:
        for name in _PRIVATE_HEADERS:
            headers.pop(name, None)
    return replace(request, url=url, headers=headers, id=_new_id())


def _check_answer(
    response: httpx.Response, *, request: _Request, max_bytes: int
) -> None:
    """Raises what the proxy refused, HttpError, or TooLarge by the announced size."""
    status = response.status_code
    if status >= 400:
        problem = _proxy_failure(request)
        if problem is not None:
            raise problem
        try:
            words = f" ({http.HTTPStatus(status).phrase})"
        except ValueError:
            words = ""
        raise HttpError(
            f"{request.url.host} answered with error {status}{words}.",
            status=status,
            retry_after_seconds=_retry_after_seconds(response),
        )
    length = _content_length(response)
    if length is not None and length > max_bytes and request.method != "HEAD":
        raise too_large(max_bytes)


def _location(response: httpx.Response) -> str | None:
    if response.status_code not in _REDIRECTS:
        return None
    location: str | None = response.headers.get("location")
    if location is None:
        raise BadResponse(
            "The server sends on to another address without naming it. Nothing can "
            "be fetched from this address."
        )
    return location


def _failure_before_answer(error: Exception, request: _Request) -> FetchError:
    known = _known_failure(error, request)
    if known is not None:
        return known
    host = request.url.host
    tls_error = _cause(error, ssl.SSLError)
    if isinstance(tls_error, ssl.SSLCertVerificationError):
        return TlsFailed(
            f"The certificate of {host} is not valid "
            f"({tls_error.verify_message}). Check the address."
        )
    if tls_error is not None and not isinstance(tls_error, ssl.SSLEOFError):
        return TlsFailed(f"No secure connection to {host}. Check the address.")
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(
        error
    ):
        return BadResponse(
            f"The answer of {host} is not valid HTTP. Nothing can be fetched from it."
        )
    return ConnectionFailed(
        f"{host} closed the connection without an answer. Try again later."
    )


def _known_failure(error: Exception, request: _Request) -> FetchError | None:
    """What the proxy noted, or a timeout; None where it depends on the moment."""
    problem = _proxy_failure(request)
    if problem is not None:
        return problem
    if (
        isinstance(error, httpx.TimeoutException | httpcore.TimeoutException)
        or time.monotonic() >= request.deadline
    ):
        return _too_slow(request.url)
    return None


def _proxy_failure(request: _Request) -> FetchError | None:
    problem = request.proxy.problem_of(request.id)
    if problem is None:
        return None
    kind = PROXY_PROBLEMS.get(problem.code, FetchError)
    return kind(problem.detail, code=problem.code)


def _cause(error: BaseException, kind: type[ssl.SSLError]) -> ssl.SSLError | None:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, kind):
            return current
        current = current.__cause__ or current.__context__
    return None


def _content_length(response: httpx.Response) -> int | None:
    value = response.headers.get("content-length", "")
    chunked = "transfer-encoding" in response.headers
    return int(value) if value.isascii() and value.isdigit() and not chunked else None


def _retry_after_seconds(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value) if len(value) < 10 else None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _too_slow(url: PublicUrl) -> FetchTimeout:
    return FetchTimeout(f"{url.host} took longer than is allowed. Try again later.")


def _redirected_too_often(url: PublicUrl, max_redirects: int) -> TooManyRedirects:
    if max_redirects == 0:
        return TooManyRedirects(
            f"{url.host} sends on to another address, which is not followed here. "
            "Use the final address."
        )
    return TooManyRedirects(
        f"{url.host} kept sending on to other addresses. Use the final address."
    )


def _new_id() -> str:
    return secrets.token_hex(8)


@functools.cache
def _default_tls() -> ssl.SSLContext:
    # Loading the authorities takes 20 ms: once for the process.
    return httpx.create_ssl_context()
