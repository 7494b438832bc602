"""Which assets a person asked to see, and in what order."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from streamfetch.errors import Invalid
from uploads.models import Asset, Kind

MAX_SEARCH = 100
ORDERS = {
    "newest": ("-created_at", "-pk"),
    "oldest": ("created_at", "pk"),
    "title": ("title", "pk"),
    "size": ("-size_bytes", "-pk"),
    "duration": ("-duration_ms", "-pk"),
}


def _choice(query: Mapping[str, str], name: str, allowed: list[str]) -> str | None:
    value = query.get(name)
    if not value:
        return None
    if value not in allowed:
        raise Invalid(
            _("%(name)s is one of: %(allowed)s.")
            % {"name": name, "allowed": ", ".join(allowed)},
            field=name,
        )
    return value


def _moment(query: Mapping[str, str], name: str, *, end_of_day: bool) -> Any:
    text = query.get(name)
    if not text:
        return None
    try:
        day = parse_date(text)
        if day is not None:
            edge = time.max if end_of_day else time.min
            return datetime.combine(day, edge, tzinfo=UTC)
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise Invalid(
            _("%(name)s is a date such as 2026-11-21.") % {"name": name}, field=name
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def sort_of(query: Mapping[str, str]) -> str:
    """The order asked for, newest first by default. Raises `Invalid`."""
    return _choice(query, "sort", list(ORDERS)) or "newest"


def filtered_assets(owner: Any, query: Mapping[str, str]) -> Any:
    """The caller's assets that fit `query`.

    Understands search (title or tag), kind, status, tag, created_after,
    created_before and deleted (the bin). Raises `Invalid` naming the parameter.
    Uploads on their way are left out unless they are asked for.
    """
    in_bin = _choice(query, "deleted", ["true", "false"]) == "true"
    found = Asset.objects.owned_by(owner).filter(is_deleted=in_bin)
    if kind := _choice(query, "kind", [value for value, _label in Kind.choices]):
        found = found.filter(kind=kind)
    statuses = [value for value, _label in Asset.Status.choices]
    if status := _choice(query, "status", statuses):
        found = found.filter(status=status)
    else:
        found = found.exclude(status=Asset.Status.PENDING_UPLOAD)
    if tag := query.get("tag", "").strip():
        found = found.filter(tags__contains=[tag])
    if after := _moment(query, "created_after", end_of_day=False):
        found = found.filter(created_at__gte=after)
    if before := _moment(query, "created_before", end_of_day=True):
        found = found.filter(created_at__lte=before)
    if search := query.get("search", "").strip()[:MAX_SEARCH]:
        # The backend passes the text on as a pattern.
        found = found.filter(
            Q(title__icontains=re.escape(search)) | Q(tags__contains=[search])
        )
    return found
