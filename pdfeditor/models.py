"""PDF projects, what is drawn on them, their versions, and what was exported."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_mongodb_backend.fields import ArrayField

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.document import (
    EditorSettings,
    ExportOptions,
    Metadata,
    Notices,
    Page,
    Pages,
    Verification,
)
from streamfetch.jobs.models import Job, JobError, Priority
from streamfetch.jobs.registry import register
from streamfetch.mongo.documents import Document, RevisedDocument
from streamfetch.mongo.fields import EmbeddedField
from uploads.models import Asset

MAX_NAME = 200


def no_pages() -> Pages:
    return Pages([])


def no_notices() -> Notices:
    return Notices([])


class PdfProject(RevisedDocument):
    """A PDF on its way through the editor. The asset keeps the file as it came.

    `base_key` is the repaired file with all annotations that came in it, `view_key`
    the same without those that are edited here. Both are named by their content.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        PROCESSING = "processing"
        COMPLETED = "completed"
        FAILED = "failed"

    name = models.CharField(max_length=MAX_NAME)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PROCESSING, editable=False
    )
    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # The source with its password taken off; empty when it never had one.
    unlocked_key = models.CharField(max_length=200, default="", blank=True)
    base_key = models.CharField(max_length=200, default="", blank=True)
    view_key = models.CharField(max_length=200, default="", blank=True)
    file_revision = models.PositiveIntegerField(default=0, editable=False)
    metadata = EmbeddedField(schema=Metadata, default=Metadata)
    settings = EmbeddedField(schema=EditorSettings, default=EditorSettings)
    pages = EmbeddedField(schema=Pages, default=no_pages)
    # Names of the thumbnails that are stored.
    thumbnails = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    notices = EmbeddedField(schema=Notices, default=no_notices)
    has_form = models.BooleanField(default=False)
    is_signed = models.BooleanField(default=False)
    error = EmbeddedField(schema=JobError, null=True)

    class Meta:
        db_table = "pdf_projects"
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="pdf_owner_new"),
            models.Index(
                fields=["status", "-created_at", "-id"], name="pdf_status_new"
            ),
            models.Index(fields=["-created_at", "-id"], name="pdf_new"),
            models.Index(fields=["asset"], name="pdf_asset"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pdfeditor:editor", args=[self.pk])

    @property
    def page_list(self) -> list[Page]:
        pages: list[Page] = self.pages.root
        return pages

    def page(self, page_id: UUID) -> Page | None:
        return next((page for page in self.page_list if page.id == page_id), None)


class Annotation(Document):
    """One annotation. Deleted ones stay, so that undoing brings them back."""

    class Type(models.TextChoices):
        TEXT = "text"
        HIGHLIGHT = "highlight"
        DRAWING = "drawing"
        SHAPE = "shape"
        IMAGE = "image"
        NOTE = "note"

    class Source(models.TextChoices):
        OWN = "own"
        FILE = "file"

    project = models.ForeignKey(
        PdfProject, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    page = models.UUIDField()
    type = models.CharField(max_length=10, choices=Type)
    z = models.FloatField(default=0.0)
    body = EmbeddedField(schema=Body)
    author = models.CharField(max_length=200, default="", blank=True)
    source = models.CharField(max_length=4, choices=Source, default=Source.OWN)
    # Its place among the annotations of the page in the base file.
    file_index = models.PositiveIntegerField(null=True)
    # Those of its replies and its pop-up, which go with it.
    file_companions = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True
    )
    # Whether an annotation of the file says something else by now.
    is_touched = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    is_deleted = models.BooleanField(default=False)

    class Meta:
        db_table = "annotations"
        indexes = [
            models.Index(
                fields=["project", "page", "-created_at", "-id"], name="annotation_page"
            ),
            models.Index(
                fields=["project", "-created_at", "-id"], name="annotation_new"
            ),
            models.Index(fields=["type"], name="annotation_type"),
        ]

    def file_places(self) -> list[int]:
        """What of the base file's page is replaced when this one is."""
        own = [] if self.file_index is None else [self.file_index]
        return [*own, *self.file_companions]

    @property
    def is_as_in_file(self) -> bool:
        """Nobody changed it: the file's own annotation says it best."""
        return self.source == self.Source.FILE and not self.is_touched


class PdfVersion(Document):
    """A state of a project to come back to; its document lies in storage."""

    project = models.ForeignKey(
        PdfProject, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=MAX_NAME, default="", blank=True)
    key = models.CharField(max_length=200)
    annotation_count = models.PositiveIntegerField()
    page_count = models.PositiveIntegerField()
    project_revision = models.PositiveIntegerField()

    class Meta:
        db_table = "pdf_versions"
        indexes = [
            models.Index(
                fields=["project", "-created_at", "-id"], name="pdf_version_new"
            )
        ]


class _ProjectJob(Job):
    project = models.ForeignKey(
        PdfProject, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    project_name = models.CharField(max_length=MAX_NAME)

    class Meta:
        abstract = True

    def title(self) -> str:
        return self.project_name

    def target_url(self) -> str:
        return reverse("pdfeditor:editor", args=[self.project_id])


@register
class PdfProcessing(_ProjectJob):
    """Making a file fit for editing, and the pictures of its pages."""

    KIND: ClassVar[str] = "pdf_processing"
    NOUN: ClassVar[str] = "reading the PDF"
    ACTOR: ClassVar[str] = "process_pdf"
    QUEUE: ClassVar[str] = "quick"
    PRIORITY: ClassVar[Priority] = Priority.HIGH

    class Meta:
        db_table = "pdf_processings"
        indexes = [
            *Job.indexes("pdf_processing"),
            models.Index(
                fields=["project", "-created_at", "-id"], name="pdf_processing_project"
            ),
        ]

    def on_queued(self) -> None:
        self._set_unready(status=PdfProject.Status.PROCESSING, error=None)

    def on_failure(self, error: JobError) -> None:
        self._set_unready(status=PdfProject.Status.FAILED, error=error)

    def on_cancel(self) -> None:
        reason = JobError(code="cancelled", message="Reading the file was cancelled.")
        self._set_unready(status=PdfProject.Status.FAILED, error=reason)

    def _set_unready(self, **changes: Any) -> None:
        """Once there is a file to edit, pictures that fail are no failure."""
        PdfProject.objects.filter(
            Q(base_key=""), pk=self.project_id
        ).update_idempotently(**changes, updated_at=timezone.now())


@register
class PdfExport(_ProjectJob):
    """One file made from a project."""

    class Format(models.TextChoices):
        PDF = "pdf"
        PNG = "png"
        JPEG = "jpeg"
        XFDF = "xfdf"

    KIND: ClassVar[str] = "pdf_export"
    NOUN: ClassVar[str] = "PDF export"
    ACTOR: ClassVar[str] = "export_pdf"
    QUEUE: ClassVar[str] = "quick"

    format = models.CharField(max_length=4, choices=Format)
    options = EmbeddedField(schema=ExportOptions)
    # Encrypted, and emptied as soon as the job has ended.
    sealed_password = models.CharField(max_length=1000, default="", blank=True)
    project_revision = models.PositiveIntegerField()
    output_key = models.CharField(max_length=200, default="", blank=True)
    output_removed_at = models.DateTimeField(null=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    verified = EmbeddedField(schema=Verification, null=True)
    warnings = EmbeddedField(schema=Notices, default=no_notices)

    class Meta:
        db_table = "pdf_exports"
        indexes = [
            *Job.indexes("pdf_export"),
            models.Index(
                fields=["project", "-created_at", "-id"], name="pdf_export_project"
            ),
        ]
