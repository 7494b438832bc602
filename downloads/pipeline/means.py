"""What every fetch of a worker, and every look at an address, is done with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from downloads.models import SiteCookies
from downloads.pipeline import jar
from downloads.sources.direct import DirectSource
from downloads.sources.identity import canonical, site_of, video_id_of
from downloads.sources.ytdlp import YtDlpSource
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import EgressProxy
from streamfetch.egress.url import PublicUrl, parse_public_url
from streamfetch.errors import DomainError
from streamfetch.mongo.database import database

MEBIBYTE = 1024 * 1024
LOOK_BYTES = 64 * MEBIBYTE
LOOK_S = 45.0
FETCH_S = 6 * 3600.0
# Each is a process with some 70 MB.
LOOKS_AT_ONCE = 3
LOOK_WAIT_S = 30.0

_looks = threading.BoundedSemaphore(LOOKS_AT_ONCE)


class Busy(DomainError):
    """More addresses are being looked at than this server can at once."""

    code = "busy"
    http_status = 503
    recoverable = True


@cache
def allowed_hosts() -> AllowedHosts:
    """The private hosts that the operator permits."""
    return AllowedHosts.parse(settings.ALLOWED_PRIVATE_HOSTS)


def parse(text: str) -> PublicUrl:
    """Raises `InvalidUrl` and `UnsafeUrl`."""
    return parse_public_url(text.strip(), allowed_hosts=allowed_hosts())


def direct() -> DirectSource:
    return DirectSource()


def library() -> Path | None:
    """The yt-dlp that was installed into the data directory, if any."""
    current = Path(settings.DOWNLOADS_ROOT) / "yt-dlp" / "current"
    return current.resolve() if current.exists() else None


def ytdlp() -> YtDlpSource:
    return YtDlpSource(
        library=library(), cache_dir=Path(settings.DOWNLOADS_ROOT) / "yt-dlp-cache"
    )


@contextmanager
def look_proxy() -> Iterator[EgressProxy]:
    """A proxy for looking at one address, when there is a free place.

    Raises `Busy`.
    """
    if not _looks.acquire(timeout=LOOK_WAIT_S):
        raise Busy(_("Many links are being looked up just now. Try again in a minute."))
    limits = EgressLimits(
        max_bytes=LOOK_BYTES, max_total_bytes=LOOK_BYTES, max_seconds=LOOK_S
    )
    try:
        with EgressProxy(allowed_hosts(), limits=limits) as proxy:
            yield proxy
    finally:
        _looks.release()


def fetch_proxy() -> EgressProxy:
    limits = EgressLimits(max_bytes=settings.MAX_VIDEO_BYTES, max_seconds=FETCH_S)
    return EgressProxy(allowed_hosts(), limits=limits)


def cookies_for(owner_id: UUID | None, url: PublicUrl) -> str:
    """The text of the owner's cookies for this site, or empty."""
    if owner_id is None:
        return ""
    sites = _parents(site_of(url))
    # Asked by every look-up, where making a document of it is a third of the time.
    found = database()[SiteCookies._meta.db_table].find_one(
        {"owner_id": owner_id.hex, "site": {"$in": sites}}, {"encrypted": True}
    )
    return jar.decrypt(found["encrypted"]) if found else ""


def cache_id(url: PublicUrl, *, owner_id: UUID | None, has_cookies: bool) -> str:
    """The name of a video in the cache. What cookies show is its owner's alone."""
    name = video_id_of(url)
    return f"{name}.{owner_id.hex}" if has_cookies and owner_id else name


def fetched_url(url: PublicUrl) -> str:
    """The address to ask: the canonical one, so that all forms get one answer."""
    return canonical(url)


def _parents(site: str) -> list[str]:
    labels = site.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
