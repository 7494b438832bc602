"""Which assets a person asked to see."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from streamfetch.errors import Invalid
from uploads.models import Asset, Kind

MAX_SEARCH = 100


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


def filtered_assets(owner: Any, query: Mapping[str, str]) -> Any:
    """The caller's assets that fit `query` {search, kind, status}.

    Raises `Invalid` naming the parameter. Uploads on their way are left out
    unless they are asked for.
    """
    found = Asset.objects.owned_by(owner).alive()
    if kind := _choice(query, "kind", [value for value, _label in Kind.choices]):
        found = found.filter(kind=kind)
    statuses = [value for value, _label in Asset.Status.choices]
    if status := _choice(query, "status", statuses):
        found = found.filter(status=status)
    else:
        found = found.exclude(status=Asset.Status.PENDING_UPLOAD)
    if search := query.get("search", "").strip()[:MAX_SEARCH]:
        # The backend passes the text on as a pattern.
        found = found.filter(title__icontains=re.escape(search))
    return found
