"""Reads cookie files that people upload, and keeps them unreadable at rest.

The format is Netscape's `cookies.txt`, which browsers' export tools write: seven
fields between tabs. Encrypted (Fernet) under a key made from SECRET_KEY; what
SECRET_KEY_FALLBACKS encrypted can still be read.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from streamfetch.errors import DomainError, Invalid

MAX_TEXT = 256 * 1024
MAX_COOKIES = 1000
_PURPOSE = "streamfetch.downloads.cookies.1"
_FIELDS = 7
_HTTP_ONLY = "#HttpOnly_"
_HEADER = "# Netscape HTTP Cookie File\n"


class CookiesUnreadable(DomainError):
    """They were encrypted under a SECRET_KEY that the server has no more."""

    code = "cookies_unreadable"
    http_status = 409


def read(text: str, *, site: str) -> list[str]:
    """The lines of `text` that are cookies of `site` or of hosts below it.

    Raises `Invalid` naming `cookies` for what is no cookie file, or has none.
    """
    if len(text) > MAX_TEXT:
        raise _refuse(_("This file is too large to be a cookie file."))
    found = []
    for line in text.splitlines():
        bare = line.removeprefix(_HTTP_ONLY)
        if not bare.strip() or bare.startswith("#"):
            continue
        fields = bare.split("\t")
        if len(fields) != _FIELDS or not fields[4].lstrip("-").isdigit():
            raise _refuse(
                _(
                    "This is not a cookie file. Export cookies.txt (Netscape format) "
                    "from your browser and upload that."
                )
            )
        domain = fields[0].lower().lstrip(".")
        if domain == site or domain.endswith(f".{site}"):
            found.append(line)
    if not found:
        raise _refuse(
            _(
                "This file has no cookies of %(site)s. Export them while that site "
                "is open."
            )
            % {"site": site}
        )
    return found[:MAX_COOKIES]


def file_text(lines: list[str]) -> str:
    return _HEADER + "\n".join(lines) + "\n"


def encrypt(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Raises `CookiesUnreadable`."""
    try:
        return _cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise CookiesUnreadable(
            _(
                "Your cookies cannot be read any more, because the server's SECRET_KEY "
                "was changed. Upload them again."
            )
        ) from None


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str | bytes) -> bytes:
    digest = salted_hmac(_PURPOSE, "", secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)


def _refuse(detail: str) -> Invalid:
    return Invalid(detail, code="bad_cookies", field="cookies")
