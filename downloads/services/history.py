"""The history of downloads: searched, filtered, exported."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from downloads.models import Download
from streamfetch.errors import Invalid
from streamfetch.jobs.models import ACTIVE, State
from streamfetch.mongo.documents import DocumentQuerySet

MAX_QUERY = 100
MAX_EXPORTED = 100_000
BATCH = 500
STATES: dict[str, tuple[State, ...]] = {
    "active": ACTIVE,
    "succeeded": (State.SUCCEEDED,),
    "failed": (State.FAILED,),
    "cancelled": (State.CANCELLED,),
}
COLUMNS = (
    "created_at",
    "title",
    "channel",
    "url",
    "site",
    "extractor",
    "state",
    "format_id",
    "quality",
    "container",
    "size_bytes",
    "video_duration_ms",
    "download_duration_ms",
    "speed_bytes_per_s",
    "error_code",
    "error",
)
# A cell that begins like this is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def search(
    owner: Any, *, query: str = "", state: str = ""
) -> DocumentQuerySet[Download]:
    """The owner's downloads. Raises `Invalid` naming `q` or `state`."""
    found = Download.objects.owned_by(owner)
    if state:
        if state not in STATES:
            raise Invalid(
                _("state is one of: %(known)s.") % {"known": ", ".join(STATES)},
                field="state",
            )
        states = STATES[state]
        # One value is sorted by the index.
        found = (
            found.filter(state=states[0])
            if len(states) == 1
            else found.filter(state__in=states)
        )
    if len(query) > MAX_QUERY:
        raise Invalid(
            _("Search for at most %(most)d characters.") % {"most": MAX_QUERY},
            field="q",
        )
    if query.strip():
        text = query.strip()
        found = found.filter(
            Q(video_title__icontains=text)
            | Q(video_channel__icontains=text)
            | Q(video_url__icontains=text)
        )
    return found


def rows(owner: Any, *, query: str = "", state: str = "") -> Iterator[str]:
    """The history as lines of CSV (RFC 4180), newest first, with a head."""
    found = search(owner, query=query, state=state)
    yield _line(COLUMNS)
    before = None
    for _batch in range(MAX_EXPORTED // BATCH):
        batch = found.newest_first(BATCH, before=before)
        for download in batch:
            yield _line(_cells(download))
        if len(batch) < BATCH:
            return
        before = (batch[-1].created_at, batch[-1].pk)


def _cells(download: Download) -> tuple[Any, ...]:
    error = download.error
    return (
        download.created_at.isoformat(),
        download.video_title,
        download.video_channel,
        download.video_url,
        download.site,
        download.extractor,
        download.state,
        download.format.format_id,
        download.format.quality,
        download.format.container,
        download.format.filesize,
        download.video_duration_ms,
        download.download_duration_ms,
        round(download.speed_bytes_per_s),
        error.code if error else "",
        error.message if error else "",
    )


def _line(cells: tuple[Any, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["" if c is None else _safe(c) for c in cells])
    return buffer.getvalue()


def _safe(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
