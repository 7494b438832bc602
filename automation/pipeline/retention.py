"""What dubbing jobs leave behind lives 30 days; results in the library stay."""

import logging
from datetime import timedelta

from django.utils import timezone

from automation.models import AutomationJob, DubChunk
from streamfetch.jobs.models import ENDED
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
BATCH = 500


def remove_old_files() -> int:
    """Remove chunks and unfinished results of jobs that ended long ago.

    Returns of how many jobs. Safe to repeat.
    """
    now = timezone.now()
    old = AutomationJob.objects.filter(
        state__in=ENDED,
        created_at__lt=now - KEPT,
        finished_at__lt=now - KEPT,
        files_removed_at=None,
    )
    count = 0
    while batch := list(old[:BATCH]):
        for job in batch:
            removed = media_storage().delete_prefix(keys.dub(job.pk))
            DubChunk.objects.filter(job_id=job.pk).update_idempotently(
                source_key="", output_key=""
            )
            AutomationJob.objects.filter(pk=job.pk).update_idempotently(
                files_removed_at=now
            )
            if removed:
                logger.info("%d files of dubbing job %s removed", removed, job.pk)
        count += len(batch)
    return count
