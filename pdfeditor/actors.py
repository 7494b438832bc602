"""Messages of PDF projects. Ids only; the work is in `pipeline`."""

from pdfeditor.describing import announce_project_of
from pdfeditor.models import PdfProcessing
from pdfeditor.pipeline.processing import process
from streamfetch.jobs.declaring import job_actor

process_pdf = job_actor(PdfProcessing, work=process, tell=announce_project_of)
