"""Exported files live 30 days; their record stays and says so."""

import logging
from datetime import timedelta

from django.utils import timezone

from pdfeditor.models import PdfExport
from streamfetch.jobs.models import ENDED
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
BATCH = 500


def remove_old_exports() -> int:
    """Remove files older than `KEPT`. Returns how many exports. Safe to repeat."""
    now = timezone.now()
    old = PdfExport.objects.filter(
        state__in=ENDED, created_at__lt=now - KEPT, output_removed_at=None
    )
    count = 0
    while batch := list(old[:BATCH]):
        for export in batch:
            removed = media_storage().delete_prefix(keys.pdf_export(export.pk))
            PdfExport.objects.filter(pk=export.pk).update_idempotently(
                output_removed_at=now, sealed_password=""
            )
            if removed:
                logger.info("The file of export %s is too old: removed", export.pk)
        count += len(batch)
    return count
