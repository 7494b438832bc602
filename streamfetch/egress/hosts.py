"""Host names and address literals in one spelling. Looks nothing up."""

import ipaddress
import re

import idna

from streamfetch.egress.errors import InvalidUrl, UnsafeUrl

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_HOST_CHARACTERS = 253
# Underscores are no host name by the letter and are common in practice.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_NUMERIC_LABEL = re.compile(r"(\d+|0x[0-9a-f]*)\Z")


def normalise_host(text: str) -> str:
    """The one spelling of a host: lower-case ASCII name, or canonical address.

    `text` is without brackets and port. IPv6 is given with colons. Raises
    InvalidUrl for what is no host, and UnsafeUrl for IPv4 addresses written in any
    other way than four decimal numbers (`2130706433`, `0x7f.1`, `0177.0.0.1`),
    which programs read in different ways.
    """
    if ":" in text:
        return str(_ipv6(text))
    ascii_text = _ascii(text).lower().removesuffix(".")
    if not ascii_text:
        raise InvalidUrl("The address has no host name.", code="missing_host")
    if _NUMERIC_LABEL.match(ascii_text.rpartition(".")[2]):
        return str(_ipv4(ascii_text))
    labels = ascii_text.split(".")
    if len(ascii_text) > MAX_HOST_CHARACTERS or not all(map(_LABEL.match, labels)):
        raise _bad_host(text)
    return ascii_text


def as_address(host: str) -> IPAddress | None:
    """The address that a normalised host spells, or None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def bracketed(host: str) -> str:
    """The host as it stands in a URL: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise _bad_host(text) from error


def _ipv4(text: str) -> ipaddress.IPv4Address:
    try:
        return ipaddress.IPv4Address(text)
    except ValueError as error:
        raise UnsafeUrl(
            f"The host {text!r} is a number that can be read as several addresses. "
            "Write the host's name, or four decimal numbers such as 203.0.113.7.",
            code="ambiguous_host",
        ) from error


def _ipv6(text: str) -> ipaddress.IPv6Address:
    # A zone ("%eth0") names an interface of this machine.
    if "%" in text:
        raise _bad_host(text)
    try:
        return ipaddress.IPv6Address(text)
    except ValueError as error:
        raise _bad_host(text) from error


def _bad_host(text: str) -> InvalidUrl:
    return InvalidUrl(
        f"{text[:80]!r} is not a host name. Check the spelling of the address.",
        code="bad_host",
    )
