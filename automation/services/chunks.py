"""What people do with the chunks and the log of a job."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from automation import setup
from automation.describing import announce_chunk, milliseconds
from automation.documents import SpokenCue, Transcript
from automation.engines.catalog import capabilities
from automation.models import AutomationJob, DubChunk, LogLine
from streamfetch.errors import Conflict, Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.jobs.models import State
from streamfetch.storage.backends import media_storage

PEAKS_PER_S = 50
MAX_POINTS = 4_000


def chunks_of(job: AutomationJob, language: str = "") -> list[DubChunk]:
    """In order: by language, then by place."""
    found = DubChunk.objects.filter(job_id=job.pk)
    if language:
        found = found.filter(language=language)
    order = {code: at for at, code in enumerate(job.config.target_languages)}
    return sorted(found, key=lambda each: (order.get(each.language, 99), each.index))


def find(job: AutomationJob, chunk_id: UUID) -> DubChunk:
    """Raises `NotFound`."""
    chunk = DubChunk.objects.filter(pk=chunk_id, job_id=job.pk).first()
    if chunk is None:
        raise NotFound(_("There is no such chunk."))
    return chunk


def redo(job: AutomationJob, chunk: DubChunk) -> AutomationJob:
    """Have one chunk dubbed once more. Raises `Conflict` while the job runs."""
    _check_files(job, chunk)
    _begin_again(job, chunk, take=chunk.take + 1)
    return job


def _check_files(job: AutomationJob, chunk: DubChunk) -> None:
    """Raises `Conflict` where one chunk would cost all of them."""
    engine = capabilities(setup.general())[job.config.engine]
    others = DubChunk.objects.filter(
        job_id=job.pk, state=DubChunk.State.COMPLETE, output_key=""
    )
    if engine.usd_per_minute and others.exclude(pk=chunk.pk).exists():
        raise Conflict(
            _(
                "The files of the other chunks were removed when the job was done. "
                "Start another job, and keep the intermediate files."
            ),
            code="chunks_removed",
        )


def rewrite(job: AutomationJob, chunk: DubChunk, cues: list[SpokenCue]) -> DubChunk:
    """Keep what a chunk is to say instead; `redo` then says it.

    Raises `Invalid` when the engine cannot be told what to say.
    """
    engine = capabilities(setup.general())[job.config.engine]
    if not engine.edits_transcript:
        raise Invalid(
            _("%(engine)s cannot be told what to say.") % {"engine": engine.label},
            code="transcript_fixed",
            field="transcript",
        )
    length_ms = milliseconds(chunk.end_sample - chunk.start_sample)
    before = 0
    for number, cue in enumerate(cues):
        if not before <= cue.start_ms < cue.end_ms <= length_ms + 1:
            raise Invalid(
                _("The times must follow each other and lie inside the chunk."),
                code="cue_out_of_place",
                field=f"transcript[{number}].start_ms",
            )
        before = cue.end_ms
    chunk.change(transcript=Transcript(cues=cues), is_edited=True)
    announce_chunk(chunk)
    return chunk


def _begin_again(job: AutomationJob, chunk: DubChunk, *, take: int) -> None:
    if job.is_active and not job.is_paused:
        raise Conflict(
            _("The job is at work. Pause it or wait for its end, then redo a chunk."),
            code="job_active",
        )
    chunk.change(
        state=DubChunk.State.PENDING,
        take=take,
        retry_count=0,
        error=None,
        not_before=None,
        completed_at=None,
    )
    announce_chunk(chunk)
    if not job.is_active:
        _queue_again(job)


def _queue_again(job: AutomationJob) -> None:
    if job.state == State.SUCCEEDED:
        # A finished job is no failure to restart from: it has new work.
        AutomationJob.objects.filter(pk=job.pk, state=State.SUCCEEDED).update(
            state=State.CANCELLED
        )
        job.refresh_from_db()
    queue.retry(job)


def log_of(job: AutomationJob, level: str = "") -> Any:
    found = LogLine.objects.filter(job_id=job.pk)
    return found.filter(level=level) if level else found


def log_text(job: AutomationJob) -> str:
    """The whole log, the oldest line first."""
    lines = log_of(job).newest_first(1_000)
    return "".join(
        f"{line.created_at:%Y-%m-%dT%H:%M:%S.%fZ} {line.level.upper():7} "
        f"{line.stage:8} {line.message}\n"
        for line in reversed(lines)
    )


def preview(
    job: AutomationJob, *, start_ms: int = 0, end_ms: int = 0, points: int = 1_000
) -> dict[str, Any]:
    """The proposed chunks and the loudest sample (0..255) of each of up to `points`
    stretches between two moments. Raises `Conflict` before the sound was looked at.
    """
    if job.plan is None:
        raise Conflict(
            _("The sound has not been looked at yet. Wait for the chunks."),
            code="not_chunked",
        )
    total_ms = milliseconds(job.plan.sample_count)
    end_ms = min(end_ms or int(total_ms) + 1, int(total_ms) + 1)
    start_ms = min(start_ms, end_ms)
    first, last = (ms * PEAKS_PER_S // 1000 for ms in (start_ms, end_ms))
    data = b""
    if last > first and job.files_removed_at is None:
        key = job.peaks_key
        if media_storage().head(key):
            data = media_storage().read_range(key, first, last - first)
    return {
        "duration_ms": total_ms,
        "sample_rate": 48_000,
        "sample_count": job.plan.sample_count,
        "floor_db": job.plan.floor_db,
        "threshold_db": job.plan.threshold_db,
        "speech_share": job.plan.speech_share,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "peaks": _thinned(data, points),
        "boundaries": [
            {
                "sample": each.sample,
                "ms": milliseconds(each.sample),
                "confidence": each.confidence,
            }
            for each in job.plan.boundaries
        ],
    }


def _thinned(data: bytes, points: int) -> list[int]:
    count = min(max(1, points), MAX_POINTS)
    if len(data) <= count:
        return list(data)
    return [
        max(data[at * len(data) // count : (at + 1) * len(data) // count])
        for at in range(count)
    ]
