"""A user's lines, newest first."""

from typing import Any

from django.utils.translation import gettext as _

from streamfetch.activity.models import ActivityEntry
from streamfetch.errors import Invalid
from streamfetch.mongo.documents import DocumentQuerySet


def entries(owner: Any, *, status: str = "") -> DocumentQuerySet[ActivityEntry]:
    """All of them, or those of one status. Raises `Invalid` for an unknown one."""
    found = ActivityEntry.objects.owned_by(owner)
    if not status:
        return found
    if status not in ActivityEntry.Status.values:
        raise Invalid(
            _("There is no status “%(status)s”. Choose one of: %(known)s.")
            % {"status": status, "known": ", ".join(ActivityEntry.Status.values)},
            field="status",
        )
    return found.filter(status=status)
