"""Dubbing jobs, their chunks, their log, and people's keys for engines."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from automation.documents import (
    Attempt,
    ChunkError,
    ChunkPlan,
    DownloadProgress,
    DubbingProgress,
    DubConfig,
    Failure,
    MergingProgress,
    Outputs,
    Transcript,
    VideoInfo,
)
from streamfetch.jobs.models import ACTIVE, Job, JobError, LeaseLost, State
from streamfetch.jobs.registry import register
from streamfetch.mongo.documents import Document, OwnedDocument
from streamfetch.mongo.fields import EmbeddedField
from streamfetch.storage import keys
from uploads.models import Asset

MAX_NAME = 200
MAX_URL = 8000
# No queue looks at a job that is due then.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


class Stage(models.TextChoices):
    DOWNLOAD = "download"
    CHUNK = "chunk"
    DUB = "dub"
    MERGE = "merge"
    FINALIZE = "finalize"


class Status(models.TextChoices):
    """What pages show: the state of the job, and its stage while it is under way."""

    PENDING = "pending"
    DOWNLOADING = "downloading"
    CHUNKING = "chunking"
    DUBBING = "dubbing"
    MERGING = "merging"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_STATUS_OF_STAGE: dict[str, Status] = {
    Stage.DOWNLOAD: Status.DOWNLOADING,
    Stage.CHUNK: Status.CHUNKING,
    Stage.DUB: Status.DUBBING,
    Stage.MERGE: Status.MERGING,
    Stage.FINALIZE: Status.FINALIZING,
}
_STATUS_OF_STATE = {
    State.SUCCEEDED: Status.COMPLETED,
    State.FAILED: Status.FAILED,
    State.CANCELLED: Status.CANCELLED,
}


@register
class AutomationJob(Job):
    """One video, dubbed into one or several languages."""

    KIND: ClassVar[str] = "dub"
    NOUN: ClassVar[str] = "dubbing"
    ACTOR: ClassVar[str] = "dub_video"
    QUEUE: ClassVar[str] = "dubbing"

    name = models.CharField(max_length=MAX_NAME)
    source_url = models.CharField(max_length=MAX_URL, default="", blank=True)
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    download_id = models.UUIDField(null=True, editable=False)
    config = EmbeddedField(schema=DubConfig, default=DubConfig)
    video_info = EmbeddedField(schema=VideoInfo, default=VideoInfo)
    download = EmbeddedField(schema=DownloadProgress, default=DownloadProgress)
    plan = EmbeddedField(schema=ChunkPlan, null=True)
    # Of the plan's chunks, how many are cut.
    chunks_cut = models.PositiveIntegerField(default=0, editable=False)
    dubbing = EmbeddedField(schema=DubbingProgress, default=DubbingProgress)
    merging = EmbeddedField(schema=MergingProgress, default=MergingProgress)
    outputs = EmbeddedField(schema=Outputs, default=Outputs)
    failure = EmbeddedField(schema=Failure, null=True)
    spent_usd = models.FloatField(default=0.0)
    # Set: the worker stops at the next chance, and the job waits to be resumed.
    paused_at = models.DateTimeField(null=True, editable=False)
    # The proposed chunks were accepted, or nobody wanted to see them.
    reviewed_at = models.DateTimeField(null=True, editable=False)
    files_removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "automation_jobs"
        indexes = [
            *Job.indexes("dub"),
            models.Index(fields=["-updated_at", "-id"], name="dub_updated"),
            models.Index(fields=["asset"], name="dub_asset"),
        ]

    def __str__(self) -> str:
        return self.name

    def title(self) -> str:
        return self.name

    def target_url(self) -> str:
        return reverse("automation:job", args=[self.pk])

    def get_absolute_url(self) -> str:
        return self.target_url()

    @property
    def peaks_key(self) -> str:
        """Where the loudest sample of each 1/50 s is kept, a byte each."""
        return keys.dub_file(self.pk, "peaks", self.pk.hex, "bin")

    @property
    def status(self) -> Status:
        ended = _STATUS_OF_STATE.get(State(self.state))
        return ended or _STATUS_OF_STAGE.get(self.stage, Status.PENDING)

    @property
    def is_paused(self) -> bool:
        return self.is_active and self.paused_at is not None

    @property
    def awaits_review(self) -> bool:
        return (
            self.is_paused
            and self.config.review
            and self.reviewed_at is None
            and self.plan is not None
        )

    def on_queued(self) -> None:
        """Failed chunks get all their tries again; the others stay as they are."""
        DubChunk.objects.filter(
            job_id=self.pk, state=DubChunk.State.FAILED
        ).update_idempotently(
            state=DubChunk.State.PENDING, retry_count=0, error=None, not_before=None
        )
        AutomationJob.objects.filter(pk=self.pk).update_idempotently(
            paused_at=None, failure=None
        )

    def on_failure(self, error: JobError) -> None:
        if self.failure is None:
            AutomationJob.objects.filter(pk=self.pk).update_idempotently(
                failure=Failure(stage=self.stage, recoverable=error.recoverable)
            )

    def park(self, *, delay_s: float) -> None:
        """Back to the queue for a while: what the job waits for is under way
        elsewhere. It counts as no try. Raises `LeaseLost`."""
        self._change_held(
            state=State.QUEUED,
            attempts=max(0, self.attempts - 1),
            not_before=timezone.now() + timedelta(seconds=delay_s),
            lease_expires_at=None,
            sent_at=None,
        )

    def rest(self) -> bool:
        """Leave the worker if somebody paused the job; False when nobody did.

        The filter decides: a resume that comes at the same time wins.
        """
        changed = (
            self._held()
            .exclude(paused_at=None)
            .update(
                state=State.QUEUED,
                attempts=max(0, self.attempts - 1),
                not_before=NEVER,
                lease_expires_at=None,
                sent_at=timezone.now(),
                updated_at=timezone.now(),
            )
        )
        if changed:
            self.refresh_from_db()
        elif not self._held().exists():
            raise LeaseLost
        return bool(changed)

    def pause(self) -> bool:
        """Ask for a rest. False when the job has ended, or rests already."""
        now = timezone.now()
        found = AutomationJob.objects.filter(
            pk=self.pk, state__in=ACTIVE, paused_at=None
        )
        if not found.update(paused_at=now, updated_at=now):
            return False
        AutomationJob.objects.filter(
            pk=self.pk, state=State.QUEUED, paused_at=now
        ).update(not_before=NEVER)
        return True

    def resume(self) -> bool:
        """End a rest. False when there is none."""
        now = timezone.now()
        found = AutomationJob.objects.filter(pk=self.pk, state__in=ACTIVE)
        changed = found.exclude(paused_at=None).update(paused_at=None, updated_at=now)
        AutomationJob.objects.filter(
            pk=self.pk, state=State.QUEUED, not_before=NEVER, paused_at=None
        ).update(not_before=now, sent_at=None)
        return bool(changed)


class DubChunk(Document):
    """A stretch of the sound, in one language.

    `key` is a digest of sound, language, engine and options: a chunk is dubbed again
    only when it changes. `take` is part of it, and grows when a person asks for
    another one.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        UPLOADING = "uploading"
        PROCESSING = "processing"
        COMPLETE = "complete"
        FAILED = "failed"
        RETRYING = "retrying"

    job = models.ForeignKey(
        AutomationJob, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    language = models.CharField(max_length=6)
    index = models.PositiveSmallIntegerField()
    start_sample = models.PositiveBigIntegerField()
    end_sample = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    audio_sha256 = models.CharField(max_length=64, default="", blank=True)
    source_key = models.CharField(max_length=200, default="", blank=True)
    key = models.CharField(max_length=64, default="", blank=True)
    take = models.PositiveSmallIntegerField(default=0)
    output_key = models.CharField(max_length=200, default="", blank=True)
    output_for = models.CharField(max_length=64, default="", blank=True)
    attempt = EmbeddedField(schema=Attempt, null=True)
    remote_id = models.CharField(max_length=100, default="", blank=True)
    notified_at = models.DateTimeField(null=True)
    retry_count = models.PositiveSmallIntegerField(default=0)
    engine_calls = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    cost_usd = models.FloatField(default=0.0)
    error = EmbeddedField(schema=ChunkError, null=True)
    transcript = EmbeddedField(schema=Transcript, default=Transcript)
    is_edited = models.BooleanField(default=False)
    flags = models.CharField(max_length=100, default="", blank=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "automation_chunks"
        indexes = [
            models.Index(fields=["job", "language", "index"], name="dubchunk_place"),
            models.Index(fields=["job", "state"], name="dubchunk_state"),
            models.Index(fields=["remote_id"], name="dubchunk_remote"),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.index}"

    @staticmethod
    def id_of(job_id: uuid.UUID, *, language: str, start: int, end: int) -> uuid.UUID:
        """The same stretch in the same language is the same document."""
        return uuid.uuid5(job_id, f"{language} {start} {end}")

    def change(self, **changes: Any) -> None:
        DubChunk.objects.filter(pk=self.pk).update_idempotently(
            **changes, updated_at=timezone.now()
        )
        for name, value in changes.items():
            setattr(self, name, value)


class LogLine(Document):
    """One line of a job's log; the last `LOG_LIMIT` are kept."""

    class Level(models.TextChoices):
        INFO = "info"
        WARNING = "warning"
        ERROR = "error"

    job = models.ForeignKey(
        AutomationJob, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    level = models.CharField(max_length=7, choices=Level, default=Level.INFO)
    stage = models.CharField(max_length=10, default="", blank=True)
    message = models.CharField(max_length=1_000)
    metadata = models.JSONField(default=dict)

    class Meta:
        db_table = "automation_logs"
        indexes = [
            models.Index(fields=["job", "-created_at", "-id"], name="dublog_new"),
            models.Index(
                fields=["job", "level", "-created_at", "-id"], name="dublog_level_new"
            ),
        ]

    def __str__(self) -> str:
        return self.message


class EngineKey(OwnedDocument):
    """A person's own key for a paid engine, encrypted; `hint` is its end."""

    engine = models.CharField(max_length=20)
    encrypted = models.CharField(max_length=1_000)
    hint = models.CharField(max_length=4, default="", blank=True)

    class Meta:
        db_table = "automation_engine_keys"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="enginekey_owner_new"
            ),
            models.Index(fields=["owner", "engine"], name="enginekey_owner_engine"),
            models.Index(fields=["-created_at", "-id"], name="enginekey_new"),
        ]

    def __str__(self) -> str:
        return f"{self.engine} …{self.hint}"
