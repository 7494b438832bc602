"""Addresses that people type: read strictly, kept in one spelling.

Nothing is looked up here. A URL that passes may still lead to a private address;
the proxy decides that for every connection.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Never
from urllib.parse import quote, urlsplit

from streamfetch.egress.addresses import AllowedHosts, is_forbidden, is_web_port
from streamfetch.egress.errors import InvalidUrl, UnsafeUrl
from streamfetch.egress.hosts import as_address, bracketed, normalise_host

# Signed URLs of object stores reach 4,000 characters; web servers stop at 8 KiB.
MAX_URL_CHARACTERS = 8000
DEFAULT_PORTS = {"http": 80, "https": 443}
NOTHING_ALLOWED = AllowedHosts()

# Control characters, line ends, and halves of characters that UTF-8 cannot hold.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_KEPT_IN_PATH = "/:@!$&'()*+,;=-._~%"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?[]|"


@dataclass(frozen=True)
class PublicUrl:
    """An http or https address in its one spelling, all ASCII, without fragment.

    `host` is without brackets, `port` is always set, `target` is path and query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{bracketed(self.host)}{port}"

    @property
    def without_query(self) -> str:
        """For logs: queries often carry keys."""
        return self.origin + self.target.partition("?")[0]

    def __str__(self) -> str:
        return self.origin + self.target


def parse_public_url(
    text: str, *, allowed_hosts: AllowedHosts = NOTHING_ALLOWED
) -> PublicUrl:
    """Read the address of something on the public internet.

    Ports: 80, 443 and 1024 upwards without those of other well-known services
    (mail, databases, ...); an operator opens others by a `host:port` entry.

    Raises InvalidUrl (codes `not_a_url`, `url_too_long`, `control_character`,
    `missing_host`, `bad_host`, `bad_port`) or UnsafeUrl (`scheme_refused`,
    `credentials_in_url`, `ambiguous_host`, `blocked_port`, `blocked_address`).
    """
    url = split_url(text)
    check_destination(url.host, url.port, allowed_hosts=allowed_hosts)
    return url


def split_url(text: str) -> PublicUrl:
    """Read an address without judging where it leads: what `parse_public_url` does
    except for `blocked_port` and `blocked_address`.
    """
    text = text.strip()
    _check_characters(text)
    scheme = _scheme(text)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise InvalidUrl(
            "The host in the address is not valid. Check its spelling.",
            code="bad_host",
        ) from error
    host, port = _split_authority(parts.netloc, default_port=DEFAULT_PORTS[scheme])
    target = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    if parts.query:
        target += "?" + quote(parts.query, safe=_KEPT_IN_QUERY)
    return PublicUrl(scheme=scheme, host=host, port=port, target=target)


def check_destination(host: str, port: int, *, allowed_hosts: AllowedHosts) -> None:
    """Refuse what can be refused without a look-up. Raises UnsafeUrl."""
    address = as_address(host)
    if not is_web_port(port) and not allowed_hosts.permits_port(host, port, address):
        raise UnsafeUrl(
            f"Port {port} belongs to another service than the web. Use an address "
            "with port 80, 443 or one from 1024 upwards.",
            code="blocked_port",
        )
    if (
        address is not None
        and is_forbidden(address)
        and not allowed_hosts.permits_address(host, port, address)
    ):
        raise UnsafeUrl(blocked_address_detail(host), code="blocked_address")


def blocked_address_detail(host: str) -> str:
    """The words for a host that is not on the public internet."""
    return (
        f"{host} is not on the public internet, so it is not fetched. Use a public "
        "address, or ask the operator to add the host to "
        "STREAMFETCH_ALLOWED_PRIVATE_HOSTS."
    )


def split_host_port(
    authority: str, *, default_port: int | None = None
) -> tuple[str, int]:
    """Normalised host and port of `host`, `host:port` or `[v6]:port`.

    Raises InvalidUrl or UnsafeUrl; without `default_port` the port must be there.
    """
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        if not bracket or ":" not in host:
            _refuse("bad_host", "The brackets around the host do not match.")
    else:
        host, colon, number = authority.partition(":")
        rest = colon + number
    return normalise_host(host), _port(rest, default_port)


def _port(rest: str, default_port: int | None) -> int:
    if rest in {"", ":"} and default_port is not None:
        return default_port
    number = rest.removeprefix(":")
    if rest[:1] == ":" and number.isascii() and number.isdigit() and len(number) <= 5:
        port = int(number)
        if 0 < port < 65536:
            return port
    return _refuse(
        "bad_port", "The port in the address must be a number from 1 to 65535."
    )


def _split_authority(netloc: str, *, default_port: int) -> tuple[str, int]:
    if "@" in netloc:
        raise UnsafeUrl(
            "The address contains a user name or password (the part before @). "
            "Remove it and try again.",
            code="credentials_in_url",
        )
    if not netloc:
        _refuse("missing_host", "The address has no host name after the //.")
    # Some programs read "\" as "/" and would see another host than this one.
    if "\\" in netloc or "%" in netloc:
        _refuse("bad_host", "The host in the address contains \\ or %. Remove it.")
    return split_host_port(netloc, default_port=default_port)


def _check_characters(text: str) -> None:
    if not text:
        _refuse("not_a_url", "Enter an address that begins with https://.")
    if len(text) > MAX_URL_CHARACTERS:
        _refuse(
            "url_too_long",
            f"The address has {len(text):,} characters; at most "
            f"{MAX_URL_CHARACTERS:,} are accepted. Copy it again from its source.",
        )
    if any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in text):
        _refuse(
            "control_character",
            "The address contains a control character or a line break. Copy it "
            "again, or type it.",
        )


def _scheme(text: str) -> str:
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if scheme in DEFAULT_PORTS:
        return scheme
    # "example.org:8080/x" and "localhost:80" look like a scheme and are none.
    if match is None or "." in scheme or text[match.end() : match.end() + 1].isdigit():
        _refuse("not_a_url", "This is not a whole address. Begin it with https://.")
    raise UnsafeUrl(
        f"Addresses with {scheme[:20]}: are not fetched. Use one that begins with "
        "https:// or http://.",
        code="scheme_refused",
    )


def _refuse(code: str, detail: str) -> Never:
    raise InvalidUrl(detail, code=code)
