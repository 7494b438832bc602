"""Asking for downloads, and how they are shown."""

import hashlib
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from downloads.models import MAX_TITLE, MAX_URL, Download
from downloads.sources.direct import name_in
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.errors import InvalidUrl, UnsafeUrl
from streamfetch.egress.url import PublicUrl, parse_public_url
from streamfetch.errors import Invalid, NotFound
from streamfetch.jobs import queue


@cache
def allowed_hosts() -> AllowedHosts:
    """The private hosts that the operator permits."""
    return AllowedHosts.parse(settings.ALLOWED_PRIVATE_HOSTS)


def video_id_of(url: PublicUrl) -> str:
    """A stable name of what an address leads to."""
    return hashlib.sha256(str(url).encode()).hexdigest()[:32]


def request(owner: Any, *, url: str, title: str = "") -> Download:
    """Queue a download. Raises `Invalid` naming `url` when it cannot be fetched."""
    if len(url) > MAX_URL:
        raise Invalid(_("This address is too long."), code="url_too_long", field="url")
    try:
        parsed = parse_public_url(url.strip(), allowed_hosts=allowed_hosts())
    except (InvalidUrl, UnsafeUrl) as error:
        raise Invalid(error.detail, code=error.code, field="url") from error
    download = Download(
        owner_id=owner.pk,
        video_id=video_id_of(parsed),
        video_title=(title.strip() or name_in(parsed))[:MAX_TITLE],
        video_url=str(parsed),
    )
    queue.submit(download)
    return download


def find(owner: Any, download_id: UUID) -> Download:
    download = Download.objects.owned_by(owner).filter(pk=download_id).first()
    if download is None:
        raise NotFound(_("There is no such download."))
    return download


def describe(download: Download) -> dict[str, Any]:
    """A download as the API and the pages show it."""
    return {
        **queue.describe(download),
        "url": download.video_url,
        "extractor": download.extractor,
        "bytes_downloaded": download.bytes_downloaded,
        "total_bytes": download.total_bytes,
        "speed_bytes_per_s": round(download.speed_bytes_per_s),
        "download_duration_ms": download.download_duration_ms,
        "asset": str(download.asset_id) if download.asset_id else None,
    }
