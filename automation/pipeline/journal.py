"""Writes a job's log: bounded, followed live by pages, never a reason to fail."""

import logging
from typing import Any

from automation.describing import announce_line
from automation.documents import LOG_LIMIT
from automation.models import AutomationJob, LogLine
from streamfetch.mongo.outages import OUTAGE_ERRORS

logger = logging.getLogger(__name__)

TRIM_EVERY = 100
MAX_MESSAGE = 1_000


def note(
    job: AutomationJob,
    message: str,
    *,
    level: str = LogLine.Level.INFO,
    **metadata: Any,
) -> None:
    """Add a line. Secrets must not be in it."""
    try:
        line = LogLine.objects.create(
            job_id=job.pk,
            level=level,
            stage=job.stage,
            message=message[:MAX_MESSAGE],
            metadata=metadata,
        )
        # Some of the lines look after the number of them.
        if line.pk.int % TRIM_EVERY == 0:
            trim(job)
    except OUTAGE_ERRORS as error:
        logger.warning("A line of job %s was not kept: %s", job.pk, error)
        return
    announce_line(line)


def trim(job: AutomationJob) -> None:
    """Forget all but the newest lines."""
    newest = LogLine.objects.filter(job_id=job.pk).newest_first(2 * LOG_LIMIT)
    old = [line.pk for line in newest[LOG_LIMIT:]]
    if old:
        LogLine.objects.filter(pk__in=old).delete()
