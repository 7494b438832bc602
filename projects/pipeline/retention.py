"""Rendered files live 30 days; their record stays and says so."""

import logging
from datetime import timedelta

from django.utils import timezone

from projects.models import Render
from streamfetch.jobs.models import ENDED
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
BATCH = 500


def remove_old_outputs() -> int:
    """Remove outputs older than `KEPT`. Returns how many renders. Safe to repeat.

    Renders that failed or were cancelled may have left one too.
    """
    now = timezone.now()
    old = Render.objects.filter(
        state__in=ENDED,
        created_at__lt=now - KEPT,
        finished_at__lt=now - KEPT,
        output_removed_at=None,
    )
    count = 0
    while batch := list(old[:BATCH]):
        for render in batch:
            removed = media_storage().delete_prefix(keys.render(render.pk))
            Render.objects.filter(pk=render.pk).update_idempotently(
                output_removed_at=now
            )
            if removed:
                logger.info("The file of render %s is too old: removed", render.pk)
        count += len(batch)
    return count
