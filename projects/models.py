"""Projects and what was rendered from them."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from projects.timeline.document import Settings, Timeline
from projects.timeline.plan import RenderCost, RenderPlan
from streamfetch.jobs.models import ACTIVE, Job, JobError
from streamfetch.jobs.registry import register
from streamfetch.mongo.documents import OwnedDocument, RevisedDocument
from streamfetch.mongo.fields import EmbeddedField

MAX_NAME = 200


class VideoProject(RevisedDocument):
    """A timeline and its settings, edited by its owner under a revision."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        PROCESSING = "processing"
        COMPLETED = "completed"
        FAILED = "failed"

    name = models.CharField(max_length=MAX_NAME)
    description = models.CharField(max_length=2000, default="", blank=True)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    timeline = EmbeddedField(schema=Timeline, default=Timeline)
    settings = EmbeddedField(schema=Settings, default=Settings)
    # When the last version was kept by itself.
    versioned_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "video_projects"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="project_owner_new"
            ),
            models.Index(
                fields=["status", "-created_at", "-id"], name="project_status_new"
            ),
            models.Index(fields=["-created_at", "-id"], name="project_new"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:editor", args=[self.pk])


class ProjectVersion(OwnedDocument):
    """A project as it once was: kept by name, or now and then by itself."""

    project = models.ForeignKey(
        VideoProject, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Empty: it was kept by itself.
    name = models.CharField(max_length=MAX_NAME, default="", blank=True)
    project_revision = models.PositiveIntegerField()
    timeline = EmbeddedField(schema=Timeline)
    settings = EmbeddedField(schema=Settings)

    class Meta:
        db_table = "project_versions"
        indexes = [
            models.Index(
                fields=["project", "-created_at", "-id"], name="version_project_new"
            ),
            models.Index(
                fields=["owner", "-created_at", "-id"], name="version_owner_new"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"revision {self.project_revision}"


@register
class Render(Job):
    """One file made from a project as it was when the render was asked for."""

    KIND: ClassVar[str] = "render"
    ACTOR: ClassVar[str] = "render_project"
    QUEUE: ClassVar[str] = "ffmpeg"

    project = models.ForeignKey(
        VideoProject, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    project_name = models.CharField(max_length=MAX_NAME)
    project_revision = models.PositiveIntegerField()
    timeline = EmbeddedField(schema=Timeline)
    settings = EmbeddedField(schema=Settings)
    preset = models.CharField(max_length=20, default="project")
    start_time = models.FloatField(null=True)
    end_time = models.FloatField(null=True)
    loudness_lufs = models.FloatField(null=True)
    plan = EmbeddedField(schema=RenderPlan, null=True)
    cost = EmbeddedField(schema=RenderCost, null=True)
    output_key = models.CharField(max_length=200, default="", blank=True)
    output_removed_at = models.DateTimeField(null=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    duration_ms = models.PositiveBigIntegerField(null=True)

    class Meta:
        db_table = "renders"
        indexes = [
            *Job.indexes("render"),
            models.Index(
                fields=["project", "-created_at", "-id"], name="render_project_new"
            ),
        ]

    def title(self) -> str:
        return self.project_name

    def target_url(self) -> str:
        return reverse("projects:editor", args=[self.project_id])

    def on_queued(self) -> None:
        self._set_project(VideoProject.Status.PROCESSING)

    def on_success(self) -> None:
        self._set_project(VideoProject.Status.COMPLETED)

    def on_failure(self, error: JobError) -> None:
        self._set_project(VideoProject.Status.FAILED)

    def on_cancel(self) -> None:
        self._set_project(VideoProject.Status.DRAFT)

    def _set_project(self, status: VideoProject.Status) -> None:
        """A project is processing as long as any other render of it is."""
        others = Render.objects.filter(
            project_id=self.project_id, state__in=ACTIVE
        ).exclude(pk=self.pk)
        if others.exists():
            status = VideoProject.Status.PROCESSING
        VideoProject.objects.filter(pk=self.project_id).update_idempotently(
            status=status, updated_at=timezone.now()
        )


@register
class RenderChunk(Job):
    """One span of a render, or its sound; `Render` joins what comes of them."""

    KIND: ClassVar[str] = "render_chunk"
    ACTOR: ClassVar[str] = "encode_span"
    QUEUE: ClassVar[str] = "ffmpeg"
    LISTED: ClassVar[bool] = False

    class Stage(models.TextChoices):
        PICTURE = "picture"
        SOUND = "sound"

    render = models.ForeignKey(
        Render, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    part = models.CharField(max_length=10, choices=Stage, default=Stage.PICTURE)
    first_frame = models.PositiveIntegerField()
    last_frame = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    weight = models.FloatField(default=1.0)
    cpu_s = models.FloatField(default=0.0)

    class Meta:
        db_table = "render_chunks"
        indexes = [
            *Job.indexes("render_chunk"),
            models.Index(fields=["render", "state"], name="render_chunk_render"),
        ]

    def title(self) -> str:
        return f"{self.part} {self.first_frame}"

    def target_url(self) -> str:
        return self.render.target_url()


class CachedChunk(OwnedDocument):
    """An encoded span or sound that all renders of its owner may use.

    Its key follows from the owner and the digest. `init_bytes` is where the media
    begin in its file, `fragments` the lengths of what follows, in ticks and bytes.
    """

    digest = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    samples = models.PositiveIntegerField()
    timescale = models.PositiveIntegerField()
    init_bytes = models.PositiveIntegerField()
    fragments = models.JSONField(default=list)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "cached_chunks"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="cached_owner_new"
            ),
            models.Index(fields=["owner", "used_at"], name="cached_owner_used"),
        ]

    def __str__(self) -> str:
        return self.digest
