"""What people do with PDF projects as a whole."""

import logging
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pdfeditor.describing import announce, describe
from pdfeditor.geometry.document import EditorSettings
from pdfeditor.models import MAX_NAME, PdfProcessing, PdfProject
from pdfeditor.pipeline import child, files
from streamfetch.errors import Conflict, Invalid, NotFound, RevisionConflict
from streamfetch.jobs import queue
from streamfetch.jobs.models import ACTIVE
from streamfetch.storage.workspace import Workspace
from uploads.models import Asset, Kind
from uploads.services import assets

logger = logging.getLogger(__name__)

UNLOCK_S = 30
# What people may change of the file's own words about itself.
WRITABLE_METADATA = ("title", "author", "subject", "keywords")


def find(owner: Any, project_id: UUID) -> PdfProject:
    """The caller's project, unless it is in the bin. Raises `NotFound`."""
    project = PdfProject.objects.owned_by(owner).alive().filter(pk=project_id).first()
    if project is None:
        raise NotFound(_("There is no such PDF project."))
    return project


def find_ready(owner: Any, project_id: UUID) -> PdfProject:
    """A project whose file has been read. Raises `Conflict` before that."""
    project = find(owner, project_id)
    if not project.base_key:
        raise Conflict(
            _("This PDF has not been read yet. Wait a moment."), code="not_ready"
        )
    return project


def _asset(owner: Any, asset_id: UUID) -> Asset:
    try:
        asset = assets.find(owner, asset_id)
    except NotFound as error:
        raise NotFound(error.detail, field="asset") from error
    if asset.kind != Kind.PDF:
        raise Invalid(
            _("“%(title)s” is not a PDF.") % {"title": asset.title},
            code="not_a_pdf",
            field="asset",
        )
    if not asset.source_key:
        raise Conflict(
            _("This file has not arrived completely. Finish its upload first."),
            code="pending_upload",
        )
    return asset


def create(
    owner: Any, *, asset: UUID, name: str = "", password: str = ""
) -> PdfProject:
    """A new project from a PDF of the library; a job reads it.

    Raises `NotFound` for an asset that is not the caller's, `Invalid` for one that
    is no PDF, `child.Unreadable` for a wrong password.
    """
    source = _asset(owner, asset)
    project = PdfProject(
        owner_id=owner.pk, asset=source, name=name or source.title[:MAX_NAME]
    )
    if password:
        project.unlocked_key = _unlocked(project, password)
    project.save(force_insert=True)
    start_processing(project)
    announce(project)
    return project


def start_processing(project: PdfProject) -> None:
    queue.submit(
        PdfProcessing(
            owner_id=project.owner_id,
            project_id=project.pk,
            project_name=project.name,
        )
    )
    project.refresh_from_db()


def _unlocked(project: PdfProject, password: str) -> str:
    """Store the source without its password; the password itself goes nowhere."""
    with Workspace(label="pdf_unlock") as workspace:
        source = files.fetch(project.asset.source_key, workspace / "source.pdf")
        target = workspace / "unlocked.pdf"
        child.run(
            "unlock",
            workspace=workspace.path,
            config={
                "source": str(source),
                "target": str(target),
                "password": password,
            },
            deadline_s=UNLOCK_S,
        )
        return files.store(project.pk, target, role="unlocked")


def unlock(project: PdfProject, password: str) -> PdfProject:
    """Open a locked file. Raises `child.Unreadable` for a wrong password."""
    if project.base_key:
        return project
    key = _unlocked(project, password)
    PdfProject.objects.filter(Q(base_key=""), pk=project.pk).update_idempotently(
        unlocked_key=key,
        status=PdfProject.Status.PROCESSING,
        error=None,
        updated_at=timezone.now(),
    )
    if not PdfProcessing.objects.filter(
        project_id=project.pk, state__in=ACTIVE
    ).exists():
        start_processing(project)
    project.refresh_from_db()
    announce(project)
    return project


def edit(
    project: PdfProject,
    *,
    revision: int,
    name: str | None = None,
    settings: EditorSettings | None = None,
    metadata: dict[str, str] | None = None,
) -> PdfProject:
    """Change what is given. Raises `RevisionConflict` with the current document."""
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = name
    if settings is not None:
        changes["settings"] = settings
    if metadata is not None:
        changes["metadata"] = project.metadata.model_copy(update=metadata)
    return change(project, revision=revision, **changes)


def change(project: PdfProject, *, revision: int, **changes: Any) -> PdfProject:
    """Write fields at `revision`, or raise `RevisionConflict` with the document."""
    try:
        project.edit(revision=revision, **changes)
    except RevisionConflict as conflict:
        conflict.extra["current"] = describe(PdfProject.objects.get(pk=project.pk))
        raise
    announce(project)
    return project


def move_to_bin(project: PdfProject) -> None:
    project.move_to_bin()
    announce(project)


def restore(owner: Any, project_id: UUID) -> PdfProject:
    project = PdfProject.objects.owned_by(owner).filter(pk=project_id).first()
    if project is None:
        raise NotFound(_("There is no such PDF project."))
    project.restore()
    announce(project)
    return project
