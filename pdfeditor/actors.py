"""Messages of PDF projects. Ids only; the work is in `pipeline`."""

import dramatiq
from dramatiq_crontab import cron

from pdfeditor.describing import announce_project_of
from pdfeditor.models import PdfExport, PdfProcessing
from pdfeditor.pipeline.exporting import export
from pdfeditor.pipeline.processing import process
from pdfeditor.pipeline.retention import remove_old_exports
from streamfetch.jobs.declaring import job_actor

DAY_MS = 24 * 3600 * 1000

process_pdf = job_actor(PdfProcessing, work=process, tell=announce_project_of)
export_pdf = job_actor(PdfExport, work=export)


@cron("40 3 * * *")
@dramatiq.actor(
    queue_name="quick",
    max_retries=0,
    time_limit=3_600_000,
    max_age=DAY_MS,
    priority=100,
)
def remove_old_pdf_exports() -> None:
    remove_old_exports()
