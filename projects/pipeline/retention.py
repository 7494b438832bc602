"""Rendered files live 30 days; their record stays and says so."""

import logging
from datetime import timedelta

from django.utils import timezone

from projects.models import Render
from streamfetch.jobs.models import State
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
BATCH = 500


def remove_old_outputs() -> int:
    """Remove outputs older than `KEPT`. Returns how many. Safe to repeat."""
    now = timezone.now()
    old = Render.objects.filter(
        state=State.SUCCEEDED, created_at__lt=now - KEPT, output_removed_at=None
    )
    count = 0
    for render in old[:BATCH]:
        media_storage().delete_prefix(keys.render(render.pk))
        Render.objects.filter(pk=render.pk).update_idempotently(output_removed_at=now)
        logger.info("The file of render %s is older than 30 days: removed", render.pk)
        count += 1
    return count
