"""Counts failed tries to sign in with a name from an address."""

import hashlib
import unicodedata

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

TRIES_PER_WINDOW = 10
WINDOW_S = 300


def _key(request: HttpRequest, name: str) -> str:
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    # As Django's user names: many spellings mean the same name.
    same_name = unicodedata.normalize("NFKC", name).strip().casefold()
    digest = hashlib.sha256(f"{address}\0{same_name}".encode(errors="replace"))
    return f"sign_in:{digest.hexdigest()}"


def count(key: str, window_s: int) -> int:
    """How often this was called for `key` within its window, this time included."""
    cache.add(key, 0, window_s)
    try:
        return int(cache.incr(key))
    except ValueError:
        # It ran out, or the cache went away, since the line above.
        cache.set(key, 1, window_s)
        return 1


def is_one_too_many(request: HttpRequest, name: str) -> bool:
    """Count a try. True when there were `TRIES_PER_WINDOW` before it."""
    return count(_key(request, name), WINDOW_S) > TRIES_PER_WINDOW


def forgive(request: HttpRequest, name: str) -> None:
    """The password was right: start counting anew."""
    cache.delete(_key(request, name))
