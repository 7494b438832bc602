"""Why an address was refused or a fetch failed: stable codes, words for a person.

The filtering proxy and the client use the same kinds, so that a refusal reads the
same wherever it is noticed.
"""

from streamfetch.errors import DomainError, Invalid


class InvalidUrl(Invalid):
    """The text is not an address that can be fetched."""

    code = "invalid_url"


class UnsafeUrl(Invalid):
    """The address is well formed and must not be fetched."""

    code = "unsafe_url"


class FetchError(DomainError):
    """A fetch that did not succeed. `recoverable` says if trying again may help."""

    code = "fetch_failed"
    http_status = 502


class BlockedAddress(FetchError):
    """The host is, or leads to, an address outside the public internet."""

    code = "blocked_address"
    http_status = 400


class BlockedPort(FetchError):
    """The port belongs to a service other than the web."""

    code = "blocked_port"
    http_status = 400


class DnsFailed(FetchError):
    """The host name does not exist."""

    code = "dns_failed"


class DnsUnavailable(FetchError):
    """The host name could not be looked up just now."""

    code = "dns_unavailable"
    recoverable = True


class ConnectionFailed(FetchError):
    """No connection, or one that ended before the answer began."""

    code = "connection_failed"
    recoverable = True


class TlsFailed(FetchError):
    """The server could not prove who it is, or speaks no usable TLS."""

    code = "tls_failed"


class FetchTimeout(FetchError):
    """The server was silent, or the whole fetch took, longer than allowed."""

    code = "timeout"
    http_status = 504
    recoverable = True


class BadResponse(FetchError):
    """The server answered with something that is not HTTP."""

    code = "bad_response"


class TooManyRedirects(FetchError):
    """The server kept sending the client elsewhere."""

    code = "too_many_redirects"


class TooLarge(FetchError):
    """More bytes than the limit, announced or sent."""

    code = "too_large"
    http_status = 413


class Truncated(FetchError):
    """The connection ended before the body did.

    `received_bytes` is what came; `expected_bytes` is the Content-Length, or None
    where the server named no length.
    """

    code = "truncated"
    recoverable = True

    def __init__(
        self, detail: str, *, received_bytes: int, expected_bytes: int | None
    ) -> None:
        super().__init__(
            detail,
            extra={"received_bytes": received_bytes, "expected_bytes": expected_bytes},
        )
        self.received_bytes = received_bytes
        self.expected_bytes = expected_bytes


PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpError(FetchError):
    """The server answered with an error `status`.

    `retry_after_seconds` is its Retry-After header (RFC 9110, 10.2.3), or None.
    """

    code = "http_error"

    def __init__(
        self, detail: str, *, status: int, retry_after_seconds: float | None
    ) -> None:
        super().__init__(
            detail,
            extra={"status": status, "retry_after_seconds": retry_after_seconds},
        )
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.recoverable = status in PASSING_STATUSES


PROXY_PROBLEMS: dict[str, type[FetchError]] = {
    kind.code: kind
    for kind in (
        BlockedAddress,
        BlockedPort,
        DnsFailed,
        DnsUnavailable,
        ConnectionFailed,
        FetchTimeout,
        BadResponse,
        TooLarge,
    )
}
