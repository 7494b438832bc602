"""Takes over job files of the previous system: JSON, camelCase, ISO dates."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

from django.db import IntegrityError
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from automation.documents import (
    LOG_LIMIT,
    SAMPLE_RATE,
    Attempt,
    ChunkError,
    DubbingProgress,
    DubConfig,
    Failure,
    VideoInfo,
)
from automation.models import (
    MAX_NAME,
    MAX_URL,
    AutomationJob,
    DubChunk,
    LogLine,
    Stage,
)
from streamfetch.jobs.models import JobError, State

MAX_BYTES = 20 * 1024 * 1024
MAX_CHUNKS = 2_000
_NAMES = UUID("8e0f3a52-4c9e-4f5b-9f57-0c6b7d0f6a11")
_STATES = {
    "completed": State.SUCCEEDED,
    "failed": State.FAILED,
    "cancelled": State.CANCELLED,
}


class Unreadable(Exception):
    """A file that is no job of the previous system; says why."""


class _Old(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )


class _OldVideo(_Old):
    title: str = ""
    duration: float = Field(default=0, ge=0, le=1e6)
    resolution: str = ""
    codec: str = ""
    file_size: int = Field(default=0, ge=0)


class _OldConfig(_Old):
    chunk_duration: Literal[30, 60, 120, 300] = 60
    target_language: str = Field(default="es", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    max_parallel_jobs: int = 1
    video_quality: Literal["1080p", "720p"] = "1080p"
    output_format: Literal["mp4", "webm"] = "mp4"
    use_watermark: bool = False
    keep_intermediate_files: bool = False
    chunking_strategy: Literal["fixed", "scene", "silence"] = "fixed"


class _OldChunk(_Old):
    index: int = Field(ge=0, lt=MAX_CHUNKS)
    status: str = "pending"
    dubbing_job_id: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str | None = None
    retry_count: int = Field(default=0, ge=0, le=1000)


class _OldDubbing(_Old):
    chunks: list[_OldChunk] = Field(default=[], max_length=MAX_CHUNKS)


class _OldProgress(_Old):
    stage: str = ""
    overall_percent: float = 0
    started_at: datetime | None = None
    dubbing: _OldDubbing = _OldDubbing()


class _OldError(_Old):
    code: str = "unknown"
    message: str = ""
    stage: str = ""
    recoverable: bool = False
    failed_chunks: list[int] = []


class _OldLine(_Old):
    timestamp: datetime
    level: str = "info"
    stage: str = ""
    message: str = ""
    metadata: dict[str, Any] = {}


class _OldJob(_Old):
    id: str = Field(min_length=1, max_length=200)
    status: Literal[
        "pending", "downloading", "chunking", "dubbing", "merging", "finalizing",
        "completed", "failed", "cancelled",
    ]  # fmt: skip
    source_url: str = Field(default="", max_length=MAX_URL)
    video_info: _OldVideo = _OldVideo()
    config: _OldConfig = _OldConfig()
    progress: _OldProgress = _OldProgress()
    logs: list[_OldLine] = []
    error: _OldError | None = None
    created_at: datetime
    updated_at: datetime | None = None


def read(path: Path) -> _OldJob:
    """Raises `Unreadable`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable("larger than 20 MB")
        return _OldJob.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Unreadable(error.strerror or "cannot be opened") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Unreadable(f"{place}: {first['msg']}" if place else first["msg"]) from (
            error
        )


def take_over(owner_id: UUID, path: Path) -> bool:
    """Make a job of a file; False when it was taken over before.

    What was under way cannot go on here: it becomes a failure that says so. Raises
    `Unreadable`; nothing is written then.
    """
    old = read(path)
    job = _job_of(owner_id, old)
    if AutomationJob.objects.filter(pk=job.pk).exists():
        return False
    chunks = _chunks_of(job, old)
    lines = _lines_of(job, old.logs)
    # What an import that was cut short has left.
    DubChunk.objects.filter(job_id=job.pk).delete()
    LogLine.objects.filter(job_id=job.pk).delete()
    DubChunk.objects.bulk_create(chunks)
    LogLine.objects.bulk_create(lines)
    try:
        # Last, so that a job that is there is there completely.
        job.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or timezone.is_aware(moment):
        return moment
    return timezone.make_aware(moment, timezone.get_default_timezone())


def _job_of(owner_id: UUID, old: _OldJob) -> AutomationJob:
    state = _STATES.get(old.status, State.FAILED)
    error = old.error
    if error is None and old.status not in _STATES:
        error = _OldError(
            code="interrupted",
            message="The previous system was stopped in the middle of this job. "
            "Start it again from its address.",
            stage=old.progress.stage,
        )
    finished_at = _aware(old.updated_at) or _aware(old.created_at)
    chunks = old.progress.dubbing.chunks
    done = sum(each.status == "complete" for each in chunks)
    return AutomationJob(
        pk=uuid5(_NAMES, f"{owner_id} {old.id}"),
        owner_id=owner_id,
        name=(old.video_info.title or old.source_url or old.id)[:MAX_NAME],
        source_url=old.source_url,
        config=_config_of(old.config),
        video_info=_video_of(old.video_info),
        state=state,
        stage=old.progress.stage if old.progress.stage in Stage.values else "",
        percent=100.0 if state == State.SUCCEEDED else 0.0,
        error=JobError(
            code=error.code[:100],
            message=error.message or "The previous system gave no reason.",
        )
        if error
        else None,
        failure=Failure(stage=error.stage, failed_chunks=error.failed_chunks)
        if error
        else None,
        dubbing=DubbingProgress(
            total=len(chunks), completed=done, failed=len(chunks) - done
        ),
        created_at=_aware(old.created_at) or timezone.now(),
        started_at=_aware(old.progress.started_at),
        finished_at=finished_at,
        shown_until=finished_at,
        # Its files are not here.
        files_removed_at=timezone.now(),
    )


def _config_of(old: _OldConfig) -> DubConfig:
    return DubConfig.model_validate(
        {
            **old.model_dump(exclude={"target_language", "max_parallel_jobs"}),
            "engine": "elevenlabs",
            "target_languages": [old.target_language],
            "max_parallel_jobs": min(5, max(1, old.max_parallel_jobs)),
        }
    )


def _video_of(old: _OldVideo) -> VideoInfo:
    width, _x, height = old.resolution.partition("x")
    return VideoInfo(
        title=old.title,
        duration_ms=round(old.duration * 1000),
        width=int(width) if width.isascii() and width.isdigit() else 0,
        height=int(height) if height.isascii() and height.isdigit() else 0,
        codec=old.codec,
        size_bytes=old.file_size,
    )


def _chunks_of(job: AutomationJob, old: _OldJob) -> list[DubChunk]:
    size = old.config.chunk_duration * SAMPLE_RATE
    return [
        DubChunk(
            pk=uuid5(job.pk, f"chunk {each.index}"),
            job_id=job.pk,
            language=old.config.target_language,
            index=each.index,
            start_sample=each.index * size,
            end_sample=(each.index + 1) * size,
            state="complete" if each.status == "complete" else "failed",
            retry_count=each.retry_count,
            attempt=Attempt(reference="", remote_id=each.dubbing_job_id)
            if each.dubbing_job_id
            else None,
            error=ChunkError(code="imported", message=each.error)
            if each.error
            else None,
            started_at=_aware(each.started_at),
            completed_at=_aware(each.completed_at),
        )
        for each in old.progress.dubbing.chunks
    ]


def _lines_of(job: AutomationJob, lines: Sequence[_OldLine]) -> list[LogLine]:
    levels = {"warn": "warning", "fatal": "error"}
    return [
        LogLine(
            pk=uuid5(job.pk, f"line {at}"),
            job_id=job.pk,
            created_at=_aware(line.timestamp) or timezone.now(),
            level=found
            if (found := levels.get(line.level, line.level)) in LogLine.Level.values
            else "info",
            stage=line.stage[:10],
            message=line.message[:1_000],
            metadata=line.metadata,
        )
        for at, line in enumerate(lines[-LOG_LIMIT:])
    ]
