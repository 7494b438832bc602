"""Asking for exports, and where their files are."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from pdfeditor.describing import has_file
from pdfeditor.geometry.document import ExportOptions
from pdfeditor.models import PdfExport, PdfProject
from streamfetch.errors import Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.storage.backends import media_storage
from streamfetch.webhooks import secrecy


def request(
    project: PdfProject, *, format: str, options: ExportOptions, password: str = ""
) -> PdfExport:
    """Queue an export. Raises `Invalid` for pages that are not there."""
    known = {page.id for page in project.page_list}
    if options.pages is not None and not (
        options.pages and set(options.pages) <= known
    ):
        raise Invalid(
            _("Choose pages that this PDF has."), code="unknown_page", field="pages"
        )
    export = PdfExport(
        owner_id=project.owner_id,
        project_id=project.pk,
        project_name=project.name,
        project_revision=project.revision,
        format=format,
        options=options,
        sealed_password=secrecy.encrypt(password) if password else "",
    )
    queue.submit(export)
    return export


def of_project(project: PdfProject) -> Any:
    return PdfExport.objects.filter(project_id=project.pk)


def find(project: PdfProject, export_id: UUID) -> PdfExport:
    """Raises `NotFound`."""
    found = of_project(project).filter(pk=export_id).first()
    if found is None:
        raise NotFound(_("There is no such export."))
    export: PdfExport = found
    return export


def file_url(export: PdfExport) -> str:
    """A signed address to save the file from. Raises `NotFound`."""
    if not has_file(export):
        raise NotFound(_("This export has no file (any more). Export again."))
    extension = export.output_key.rpartition(".")[2]
    name = f"{export.project_name.removesuffix('.pdf')}.{extension}"
    return media_storage().playback_url(export.output_key, download_name=name).url
