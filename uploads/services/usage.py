"""Where assets are used, and how much room they take.

Other apps say where they use assets by `register`: the library does not know them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from streamfetch.errors import Conflict, TooLarge
from uploads.models import Asset, Rendition

SHOWN_USES = 20
COUNTED_FOR_S = 60
MIB = 1024 * 1024


@dataclass(frozen=True)
class Use:
    """A place that would miss the asset."""

    title: str
    url: str


Finder = Callable[[UUID, UUID], list[Use]]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """`finder(owner_id, asset_id)` lists an app's places, `SHOWN_USES` at most."""
    _finders.append(finder)


def uses_of(asset: Asset) -> list[Use]:
    found = [use for finder in _finders for use in finder(asset.owner_id, asset.pk)]
    return found[:SHOWN_USES]


def require_unused(asset: Asset) -> None:
    """Raises `Conflict` naming the places that use the asset."""
    uses = uses_of(asset)
    if uses:
        raise Conflict(
            ngettext(
                "“%(title)s” is used in %(count)d project. Delete it all the same?",
                "“%(title)s” is used in %(count)d projects. Delete it all the same?",
                len(uses),
            )
            % {"title": asset.title, "count": len(uses)},
            code="in_use",
            extra={"used_by": [{"title": use.title, "url": use.url} for use in uses]},
        )


def _sum_bytes(owner: Any) -> dict[str, int]:
    sources = Asset.objects.owned_by(owner).exclude(status=Asset.Status.PENDING_UPLOAD)
    ids = list(sources.values_list("pk", flat=True))
    made = Rendition.objects.filter(asset_id__in=ids).aggregate(sum=Sum("size_bytes"))
    brought = sources.aggregate(sum=Sum("size_bytes"))
    return {
        "size_bytes": (brought["sum"] or 0) + (made["sum"] or 0),
        "asset_count": len(ids),
    }


def usage_of(owner: Any) -> dict[str, Any]:
    """{size_bytes, asset_count, quota_bytes}: sources and what was made of them."""
    key = f"usage:{owner.pk}"
    counted = cache.get(key)
    if counted is None:
        counted = _sum_bytes(owner)
        cache.set(key, counted, COUNTED_FOR_S)
    return {**counted, "quota_bytes": settings.USER_QUOTA_BYTES or None}


def require_room(owner: Any, size_bytes: int) -> None:
    """Raises `TooLarge` when the file would pass the owner's quota."""
    quota = settings.USER_QUOTA_BYTES
    if quota and _sum_bytes(owner)["size_bytes"] + size_bytes > quota:
        raise TooLarge(
            _("Your %(quota)d MB are used up. Delete files for good, then try again.")
            % {"quota": quota // MIB},
            code="quota_reached",
            field="size_bytes",
        )
