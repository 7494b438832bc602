"""Assets, what was made of them, and uploads that are on their way."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_mongodb_backend.fields import ArrayField
from pydantic import BaseModel

from streamfetch.ffmpeg.probe import Chapter
from streamfetch.jobs.models import Job, JobError, Priority
from streamfetch.jobs.registry import register
from streamfetch.mongo.documents import Document, OwnedDocument, RevisedDocument
from streamfetch.mongo.fields import EmbeddedField
from streamfetch.storage.contract import PartPlan
from uploads import notices
from uploads.tracks import ChunkPlan, ChunkResult, FirstPart

MAX_TITLE = 200
MAX_TAG = 40
MAX_TAGS = 30
# Retries of a broken file must not fill the document.
MAX_LOG_ENTRIES = 100


class MediaFacts(BaseModel):
    """What probing found out; None where a file has no such stream."""

    container: str = ""
    video_codec: str | None = None
    audio_codec: str | None = None
    pixel_format: str | None = None
    frame_rate: str | None = None
    is_variable_frame_rate: bool = False
    rotation: int = 0
    is_hdr: bool = False
    bit_rate: int | None = None
    audio_channels: int | None = None
    audio_sample_rate: int | None = None


class Chapters(BaseModel):
    """In order of their start."""

    items: tuple[Chapter, ...] = ()


class LogEntry(BaseModel):
    """One thing that processing did or found; `message` is for the owner."""

    at: datetime
    stage: str
    message: str


class ProcessingLog(BaseModel):
    """What processing did, oldest first, over all its attempts."""

    entries: list[LogEntry] = []


class Kind(models.TextChoices):
    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    PDF = "pdf"


class Asset(RevisedDocument):
    """A source file of its owner. Its bytes never change."""

    class Status(models.TextChoices):
        PENDING_UPLOAD = "pending_upload"
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"

    kind = models.CharField(max_length=5, choices=Kind, default=Kind.VIDEO)
    title = models.CharField(max_length=MAX_TITLE)
    tags = ArrayField(
        models.CharField(max_length=MAX_TAG), default=list, blank=True, size=MAX_TAGS
    )
    status = models.CharField(
        max_length=14, choices=Status, default=Status.PENDING_UPLOAD
    )
    source_key = models.CharField(max_length=200, default="", blank=True)
    file_name = models.CharField(max_length=255, default="", blank=True)
    content_type = models.CharField(max_length=100, default="", blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    # SHA-256 over size and samples, made by the browser: recognises, proves nothing.
    fingerprint = models.CharField(max_length=64, default="", blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    facts = EmbeddedField(schema=MediaFacts, null=True)
    chapters = EmbeddedField(schema=Chapters, null=True)
    processing_attempts = models.PositiveSmallIntegerField(default=0)
    last_error = EmbeddedField(schema=JobError, null=True)

    class Meta:
        db_table = "assets"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="asset_owner_new"
            ),
            models.Index(fields=["owner", "sha256"], name="asset_owner_sha256"),
            models.Index(fields=["owner", "fingerprint"], name="asset_owner_print"),
            models.Index(fields=["owner", "title"], name="asset_owner_title"),
            models.Index(fields=["owner", "-size_bytes"], name="asset_owner_size"),
            models.Index(fields=["owner", "-duration_ms"], name="asset_owner_duration"),
            models.Index(
                fields=["status", "-created_at", "-id"], name="asset_status_new"
            ),
            models.Index(fields=["-created_at", "-id"], name="asset_new"),
            models.Index(fields=["is_deleted", "deleted_at"], name="asset_bin"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("uploads:asset", args=[self.pk])


class Rendition(Document):
    """A file made from an asset, found by what it is (`spec`)."""

    class Spec(models.TextChoices):
        POSTER = "poster"
        PREVIEW = "preview-360p"
        LADDER = "ladder"
        THUMBNAILS = "thumbnails"
        PEAKS = "peaks"

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    spec = models.CharField(max_length=40, choices=Spec)
    key = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "renditions"
        constraints = [
            models.UniqueConstraint(fields=["asset", "spec"], name="rendition_unique")
        ]
        indexes = [models.Index(fields=["asset", "spec"], name="rendition_asset_spec")]


class Caption(Document):
    """Timed words of an asset in one language, kept as WebVTT in storage."""

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    language = models.CharField(max_length=35)
    label = models.CharField(max_length=60)
    automatic = models.BooleanField(default=False)
    key = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()

    class Meta:
        db_table = "captions"
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "language", "label"], name="caption_unique"
            )
        ]
        indexes = [
            models.Index(fields=["asset", "language", "label"], name="caption_asset")
        ]


class UploadSession(OwnedDocument):
    """One file on its way in. Parts that have arrived are known to storage alone."""

    class Mode(models.TextChoices):
        SINGLE = "single"
        MULTIPART = "multipart"

    class Status(models.TextChoices):
        OPEN = "open"
        COMPLETED = "completed"
        ABORTED = "aborted"

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    mode = models.CharField(max_length=10, choices=Mode)
    key = models.CharField(max_length=200)
    storage_upload_id = models.CharField(max_length=1024, default="", blank=True)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    part_size = models.PositiveBigIntegerField()
    fingerprint = models.CharField(max_length=64, default="", blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "upload_sessions"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="upload_owner_new"
            ),
            models.Index(fields=["-created_at", "-id"], name="upload_new"),
            models.Index(
                fields=["status", "-created_at", "-id"], name="upload_status_new"
            ),
            models.Index(fields=["status", "expires_at"], name="upload_status_expiry"),
            models.Index(fields=["asset"], name="upload_asset"),
        ]

    @property
    def plan(self) -> PartPlan:
        return PartPlan(self.size_bytes, self.part_size)


@register
class AssetProcessing(Job):
    """Probing a source and making all that players need of it.

    Urgent until its smallest quality plays; the others may wait for other files.
    """

    KIND: ClassVar[str] = "asset_processing"
    NOUN: ClassVar[str] = "processing"
    ACTOR: ClassVar[str] = "process_asset"
    QUEUE: ClassVar[str] = "ffmpeg-high"
    LATER_QUEUE: ClassVar[str] = "ffmpeg"
    PRIORITY: ClassVar[Priority] = Priority.HIGH

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    asset_title = models.CharField(max_length=MAX_TITLE)
    log = EmbeddedField(schema=ProcessingLog, null=True, editable=False)
    first_part = EmbeddedField(schema=FirstPart, null=True, editable=False)

    class Meta:
        db_table = "asset_processings"
        indexes = [
            *Job.indexes("processing"),
            models.Index(
                fields=["asset", "-created_at", "-id"], name="processing_asset_new"
            ),
        ]

    def title(self) -> str:
        return self.asset_title

    def target_url(self) -> str:
        return reverse("uploads:asset", args=[self.asset_id])

    def on_queued(self) -> None:
        self._set_asset(status=Asset.Status.PROCESSING, last_error=None)
        if self.first_part is not None:
            # Started again after its end: another run may have removed what it made.
            self.first_part, self.priority = None, self.PRIORITY
            type(self).objects.filter(pk=self.pk).update_idempotently(
                first_part=None, priority=self.PRIORITY
            )

    def on_success(self) -> None:
        self._set_asset(status=Asset.Status.READY, last_error=None)
        if asset := self._asset():
            notices.ready(asset, occurrence=str(self.pk))

    def on_failure(self, error: JobError) -> None:
        self._set_asset(status=Asset.Status.FAILED, last_error=error)
        log = self.log_with(_("Failed: %(reason)s") % {"reason": error.message})
        type(self).objects.filter(pk=self.pk).update_idempotently(log=log)
        self._tell_failed()

    def on_cancel(self) -> None:
        reason = JobError(
            code="cancelled",
            message=_("Processing was cancelled. Process the file again to use it."),
        )
        self._set_asset(status=Asset.Status.FAILED, last_error=reason)
        self._tell_failed()

    def log_with(self, message: str) -> ProcessingLog:
        """The log and one more line, unless that is its last one already."""
        entries = self.log.entries if self.log else []
        if not entries or entries[-1].message != message:
            entry = LogEntry(at=timezone.now(), stage=self.stage, message=message)
            entries = [*entries, entry]
        return ProcessingLog(entries=entries[-MAX_LOG_ENTRIES:])

    def _tell_failed(self) -> None:
        if asset := self._asset():
            # A job that is started again may fail again.
            notices.failed(asset, occurrence=f"{self.pk} {self.started_at}")

    def _asset(self) -> Asset | None:
        return Asset.objects.filter(pk=self.asset_id).first()

    def _set_asset(self, **changes: Any) -> None:
        Asset.objects.filter(pk=self.asset_id).update_idempotently(
            **changes, updated_at=timezone.now()
        )


@register
class ClipMaking(Job):
    """Cutting a clip out of an asset; the clip is an asset of its own."""

    KIND: ClassVar[str] = "clip"
    NOUN: ClassVar[str] = "cutting the clip"
    ACTOR: ClassVar[str] = "make_clip"
    QUEUE: ClassVar[str] = "ffmpeg-high"
    PRIORITY: ClassVar[Priority] = Priority.HIGH

    source = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    clip = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    clip_title = models.CharField(max_length=MAX_TITLE)
    start_ms = models.PositiveBigIntegerField()
    end_ms = models.PositiveBigIntegerField()

    class Meta:
        db_table = "clip_makings"
        indexes = [
            *Job.indexes("clip"),
            models.Index(fields=["source"], name="clip_source"),
            models.Index(fields=["clip"], name="clip_clip"),
        ]

    def title(self) -> str:
        return self.clip_title

    def target_url(self) -> str:
        return reverse("uploads:asset", args=[self.clip_id])

    def on_failure(self, error: JobError) -> None:
        Asset.objects.filter(pk=self.clip_id).update_idempotently(
            status=Asset.Status.FAILED, last_error=error
        )


@register
class AssetChunk(Job):
    """Encoding one part of a long source; `AssetProcessing` joins the parts."""

    KIND: ClassVar[str] = "asset_chunk"
    ACTOR: ClassVar[str] = "encode_chunk"
    QUEUE: ClassVar[str] = "ffmpeg"
    LISTED: ClassVar[bool] = False

    processing = models.ForeignKey(
        AssetProcessing, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    plan = EmbeddedField(schema=ChunkPlan)
    result = EmbeddedField(schema=ChunkResult, null=True)

    class Meta:
        db_table = "asset_chunks"
        indexes = [
            *Job.indexes("chunk"),
            models.Index(fields=["processing", "state"], name="chunk_processing"),
        ]

    def title(self) -> str:
        return f"{self.plan.stage} {self.plan.number}"

    def target_url(self) -> str:
        return reverse("uploads:asset", args=[self.processing.asset_id])
