"""How dubbing jobs are shown: in the API, in events, on pages. Changes nothing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from automation.documents import SAMPLE_RATE, Output
from automation.engines.languages import name_of
from automation.models import AutomationJob, DubChunk, LogLine, Stage
from streamfetch.events import bus
from streamfetch.jobs import queue
from streamfetch.storage.backends import media_storage

MS_PER_S = 1000


def stream_key(job_id: UUID) -> str:
    return f"sf:dub:{job_id}"


def milliseconds(samples: int) -> float:
    return round(samples * MS_PER_S / SAMPLE_RATE, 3)


def describe(job: AutomationJob) -> dict[str, Any]:
    """A job as the API, the events and the pages show it. Asks nothing more of the
    database, so that a list costs one query."""
    outputs = [_output(job, each) for each in job.outputs.items]
    done = next((each for each in outputs if each["file_url"]), None)
    return {
        **queue.describe(job),
        "status": str(job.status),
        "name": job.name,
        "is_paused": job.is_paused,
        "awaits_review": job.awaits_review,
        "source_url": job.source_url or None,
        "asset": str(job.asset_id) if job.asset_id else None,
        "download": str(job.download_id) if job.download_id else None,
        "video_info": job.video_info.model_dump(mode="json"),
        "config": job.config.model_dump(mode="json"),
        "progress": _progress(job),
        "error": _error(job),
        "spent_usd": round(job.spent_usd, 4),
        "outputs": outputs,
        "output_file": done["file_url"] if done else None,
        "stream_url": reverse("dub-stream", args=[job.pk]),
        "updated_at": job.updated_at,
    }


def _progress(job: AutomationJob) -> dict[str, Any]:
    return {
        "stage": job.stage if job.stage in Stage.values else None,
        "overall_percent": round(job.percent, 1),
        "started_at": job.started_at,
        "eta_s": job.eta_s,
        "estimated_completion": _estimated_completion(job),
        "download": job.download.model_dump(mode="json"),
        "chunking": _chunking(job),
        "dubbing": job.dubbing.model_dump(mode="json"),
        "merging": job.merging.model_dump(mode="json"),
    }


def _chunking(job: AutomationJob) -> dict[str, int | None]:
    total, cut = len(job.plan.edges) - 1 if job.plan else 0, job.chunks_cut
    is_cutting = job.is_active and not job.is_paused and job.stage == Stage.CHUNK
    return {
        "total_chunks": total,
        "processed": cut,
        "current_chunk": cut if is_cutting and cut < total else None,
    }


def _estimated_completion(job: AutomationJob) -> datetime | None:
    if job.eta_s is None or not job.is_active or job.is_paused:
        return None
    return job.updated_at + timedelta(seconds=job.eta_s)


def _error(job: AutomationJob) -> dict[str, Any] | None:
    if job.error is None:
        return None
    failure = job.failure
    return {
        "code": job.error.code,
        "message": job.error.message,
        "stage": (failure.stage if failure else job.stage) or None,
        "recoverable": job.error.recoverable or bool(failure and failure.recoverable),
        "failed_chunks": failure.failed_chunks if failure else [],
        "details": failure.details if failure else "",
    }


def _output(job: AutomationJob, output: Output) -> dict[str, Any]:
    has_file = bool(output.asset) or (output.key and job.files_removed_at is None)
    return {
        "language": output.language,
        "language_name": name_of(output.language),
        "is_complete": output.is_complete,
        "asset": output.asset,
        "url": reverse("uploads:asset", args=[output.asset]) if output.asset else None,
        "followup_url": output.followup_url,
        "file_url": f"{reverse('dub-file', args=[job.pk])}?language={output.language}"
        if has_file
        else None,
        "playback_url": media_storage().playback_url(output.key).url
        if has_file and output.key
        else None,
        "size_bytes": output.size_bytes,
        "kept_original": output.report.kept_original,
        "passed": output.report.passed,
    }


def describe_chunk(chunk: DubChunk) -> dict[str, Any]:
    """A chunk; `original_url` and `dub_url` are signed addresses of its sound."""
    storage = media_storage()

    def address(key: str) -> str | None:
        return storage.playback_url(key).url if key else None

    attempt = chunk.attempt
    return {
        "id": str(chunk.pk),
        "language": chunk.language,
        "index": chunk.index,
        "start_ms": milliseconds(chunk.start_sample),
        "end_ms": milliseconds(chunk.end_sample),
        "start_sample": chunk.start_sample,
        "end_sample": chunk.end_sample,
        "state": str(chunk.state),
        "dubbing_job_id": attempt.remote_id if attempt else None,
        "retry_count": chunk.retry_count,
        "engine_calls": chunk.engine_calls,
        "cost_usd": round(chunk.cost_usd, 4),
        "error": chunk.error.model_dump() if chunk.error else None,
        "flags": chunk.flags.split() if chunk.flags else [],
        "is_edited": chunk.is_edited,
        "original_url": address(chunk.source_key),
        "dub_url": address(chunk.output_key),
        "transcript": chunk.transcript.model_dump(mode="json")["cues"],
        "started_at": chunk.started_at,
        "completed_at": chunk.completed_at,
    }


def describe_line(line: LogLine) -> dict[str, Any]:
    return {
        "id": str(line.pk),
        "timestamp": line.created_at,
        "level": str(line.level),
        "stage": line.stage,
        "message": line.message,
        "metadata": line.metadata,
    }


def announce(job: AutomationJob) -> None:
    """Tell those who watch the job. Called for every change, in any process."""
    bus.append(stream_key(job.pk), "job", describe(job))


def announce_chunk(chunk: DubChunk) -> None:
    bus.append(stream_key(chunk.job_id), "chunk", describe_chunk(chunk))


def announce_line(line: LogLine) -> None:
    bus.append(stream_key(line.job_id), "log", describe_line(line))
