"""Cutting a piece out of an asset, as an asset of its own."""

from typing import Any

from django.utils.translation import gettext as _

from streamfetch.errors import Conflict, Invalid
from streamfetch.jobs import queue
from uploads.models import MAX_TITLE, Asset, ClipMaking, Kind
from uploads.services import usage

SHORTEST_MS = 40


def _check(source: Asset, start_ms: int, end_ms: int) -> None:
    if source.kind not in (Kind.VIDEO, Kind.AUDIO) or not source.duration_ms:
        raise Conflict(
            _("Only a video or a sound that has been processed can be cut."),
            code="not_cuttable",
        )
    if end_ms - start_ms < SHORTEST_MS:
        raise Invalid(
            _("The clip must end at least %(least)d ms after it begins.")
            % {"least": SHORTEST_MS},
            field="end_ms",
        )
    # Where a person sees the end, rounding may put a frame more.
    if end_ms > source.duration_ms + SHORTEST_MS:
        raise Invalid(
            _("The clip ends at %(end)d ms; “%(title)s” lasts %(lasts)d ms.")
            % {"end": end_ms, "title": source.title, "lasts": source.duration_ms},
            code="past_end",
            field="end_ms",
        )


def make(
    owner: Any, source: Asset, *, start_ms: int, end_ms: int, title: str = ""
) -> Asset:
    """Queue a clip of `source`; returns the asset that it will be.

    Raises `Invalid` for times outside of the source, `TooLarge` over the quota.
    """
    _check(source, start_ms, end_ms)
    end_ms = min(end_ms, source.duration_ms or end_ms)
    share = (end_ms - start_ms) / (source.duration_ms or 1)
    usage.require_room(owner, round(source.size_bytes * share))
    name = title.strip() or _("%(title)s (clip)") % {"title": source.title}
    clip = Asset(
        owner_id=owner.pk,
        kind=source.kind,
        title=name[:MAX_TITLE],
        tags=source.tags,
        status=Asset.Status.PROCESSING,
    )
    clip.save(force_insert=True)
    queue.submit(
        ClipMaking(
            owner_id=owner.pk,
            source=source,
            clip=clip,
            clip_title=clip.title,
            start_ms=start_ms,
            end_ms=end_ms,
        )
    )
    return clip
