"""Tokens in media addresses: who holds one may read below one prefix, or write
one object or part of one size, until it expires.

A token is base64url(JSON) + "." + 128 bits of HMAC-SHA256 under a key of its own
purpose. It is not encrypted: it names keys, which are random, and nothing else.
"""

import base64
import binascii
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from streamfetch.storage import keys
from streamfetch.storage.contract import LONGEST_URL_S, SignedUrl
from streamfetch.storage.disposition import safe_name
from streamfetch.storage.errors import LinkExpired, LinkInvalid, UnsafeKey

MEDIA_PATH = "/media/"
LONGEST_TOKEN = 2048
_MAC_BYTES = 16
_READ = "streamfetch.storage.read.1"
_WRITE = "streamfetch.storage.write.1"


@dataclass(frozen=True)
class ReadGrant:
    """May read `prefix`: one key, or with a closing slash everything below it."""

    prefix: str
    expires_at_s: int
    download_name: str | None = None

    @property
    def folder(self) -> str:
        """What relative addresses are relative to."""
        return self.prefix.rpartition("/")[0] + "/"

    def key_of(self, relative: str) -> str:
        """The key that `relative` means. Raises `LinkInvalid` outside the prefix."""
        try:
            key = keys.check(self.folder + relative)
        except UnsafeKey:
            raise LinkInvalid from None
        if not self.prefix.endswith("/") and key != self.prefix:
            raise LinkInvalid
        return key


@dataclass(frozen=True)
class WriteGrant:
    """May write exactly `size_bytes` to a key, or to one part of its upload."""

    key: str
    size_bytes: int
    expires_at_s: int
    content_type: str | None = None
    upload_id: str | None = None
    number: int | None = None


def window_end(*, ttl_s: int, now_s: float) -> int:
    """Unix time at which an address made now expires: in ttl/2 to ttl seconds.

    Rounded up to windows of half the lifetime, so the same address comes out for
    that long and caches of browsers and CDNs hit.
    """
    window_s = max(1, ttl_s // 2)
    return (int(now_s) // window_s + 2) * window_s


def lifetime_s(expires_s: int | None) -> int:
    """The asked lifetime, or the configured one. Raises `ValueError` outside of
    1 second to 1 hour."""
    chosen = settings.SIGNED_URL_TTL_S if expires_s is None else expires_s
    if not 1 <= chosen <= LONGEST_URL_S:
        raise ValueError(f"an address lives 1 to {LONGEST_URL_S} s, not {chosen}")
    return int(chosen)


def expiry(expires_at_s: float) -> datetime:
    """Unix time as an aware datetime."""
    return datetime.fromtimestamp(expires_at_s, tz=UTC)


def read_token(grant: ReadGrant) -> str:
    """Sign a grant to read."""
    fields: list[Any] = [grant.expires_at_s, grant.prefix]
    if grant.download_name is not None:
        fields.append(grant.download_name)
    return _seal(fields, purpose=_READ)


def read_grant(token: str) -> ReadGrant:
    """What a token allows. Raises `LinkInvalid`, `LinkExpired`."""
    expires_at_s, prefix, *name = _unseal(token, purpose=_READ)
    return ReadGrant(prefix, expires_at_s, name[0] if name else None)


def write_token(grant: WriteGrant) -> str:
    """Sign a grant to write."""
    fields = [
        grant.expires_at_s,
        grant.key,
        grant.size_bytes,
        grant.content_type,
        grant.upload_id,
        grant.number,
    ]
    return _seal(fields, purpose=_WRITE)


def write_grant(token: str) -> WriteGrant:
    """What a token allows. Raises `LinkInvalid`, `LinkExpired`."""
    expires_at_s, key, size_bytes, content_type, upload_id, number = _unseal(
        token, purpose=_WRITE
    )
    return WriteGrant(key, size_bytes, expires_at_s, content_type, upload_id, number)


def signed_url(
    key_or_prefix: str,
    relative: str,
    *,
    ttl_s: int | None,
    download_name: str | None,
    origin: str = "",
) -> SignedUrl:
    """The address `/media/{token}/{relative}`; the same for half its lifetime.

    Raises `UnsafeKey` for a key or prefix that `keys` would not make.
    """
    if key_or_prefix.endswith("/"):
        keys.check_prefix(key_or_prefix)
    else:
        keys.check(key_or_prefix)
        relative = relative or key_or_prefix.rpartition("/")[2]
    grant = ReadGrant(
        prefix=key_or_prefix,
        expires_at_s=window_end(ttl_s=lifetime_s(ttl_s), now_s=time.time()),
        download_name=None if download_name is None else safe_name(download_name),
    )
    if relative:
        keys.check(grant.folder + relative)
    url = f"{origin.rstrip('/')}{MEDIA_PATH}{read_token(grant)}/{relative}"
    return SignedUrl(url, expiry(grant.expires_at_s))


def _seal(fields: list[Any], *, purpose: str) -> str:
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    body = _encode(text.encode())
    return f"{body}.{_mac(body, purpose=purpose, secret=settings.SECRET_KEY)}"


def _unseal(token: str, *, purpose: str) -> list[Any]:
    body, _dot, mac = token.partition(".")
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise LinkInvalid
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    # Every secret is tried, so that the time taken does not tell which one fits.
    fits = [
        constant_time_compare(mac, _mac(body, purpose=purpose, secret=secret))
        for secret in secrets
    ]
    if not any(fits):
        raise LinkInvalid
    try:
        fields: list[Any] = json.loads(_decode(body))
    except (binascii.Error, ValueError):
        raise LinkInvalid from None
    if time.time() >= fields[0]:
        raise LinkExpired
    return fields


def _mac(body: str, *, purpose: str, secret: str | bytes) -> str:
    digest = salted_hmac(purpose, body, secret=secret, algorithm="sha256").digest()
    return _encode(digest[:_MAC_BYTES])


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
