"""One line for one event, however often it is told."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from streamfetch.activity.models import MAX_MESSAGE, ActivityEntry, Particulars
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=90)


def record(
    entry_id: UUID,
    *,
    owner_id: Any,
    type: str,
    action: str,
    status: ActivityEntry.Status,
    message: str,
    particulars: Particulars,
) -> None:
    """Write a line once: a second call with the same `entry_id` changes nothing.

    An outage loses the line, not the work that it tells of.
    """
    entry = ActivityEntry(
        id=entry_id,
        owner_id=owner_id,
        type=type,
        action=action,
        status=status,
        message=message[:MAX_MESSAGE],
        metadata=particulars,
    )
    try:
        entry.save(force_insert=True)
    except IntegrityError:
        return
    except OUTAGE_ERRORS as error:
        if not is_outage(error):
            raise
        logger.warning("Not in the activity log: %s (%s)", entry, error)


def remove_old() -> int:
    """Remove what is past its time; the number of lines."""
    old = ActivityEntry.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    removed: int = old.delete()[0]
    if removed:
        logger.info("Removed %d lines of the activity log", removed)
    return removed
