"""The stages of a dubbing job, one after the other; each is safe to run twice.

What a stage leaves behind is found again by what it is: the plan in the job, chunks
by their place, results by a digest. So a job that is taken up again does only what
is missing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import ngettext

from automation import setup
from automation.documents import DownloadProgress, Failure, VideoInfo
from automation.engines import building
from automation.engines.base import EngineError
from automation.engines.catalog import capabilities
from automation.engines.languages import name_of
from automation.models import AutomationJob, DubChunk, Stage
from automation.pipeline import chunking, finalize, merge, sound
from automation.pipeline.dub import Dubbing, Price, Resting
from automation.pipeline.journal import note, trim
from automation.pipeline.sound import CannotDub, Line
from automation.pipeline.verify import verify
from downloads.models import Download
from streamfetch.errors import DomainError
from streamfetch.ffmpeg.probe import MediaInfo
from streamfetch.jobs import queue
from streamfetch.jobs.models import LeaseLost, State
from streamfetch.jobs.running import Run
from streamfetch.subtitles import Cue
from uploads.models import Asset
from uploads.services import captions

LOOK_AGAIN_S = 2.0
DOWNLOADED_AT, EXTRACTED_AT = 10.0, 15.0
MERGED_AT, VERIFIED_AT = 92.0, 99.0


class ChunksFailed(DomainError):
    """Some chunks could not be dubbed, after all their tries."""

    code = "chunks_failed"
    http_status = 422


def dub(run: Run[AutomationJob]) -> dict[str, Any]:
    """The work of an `AutomationJob`."""
    job = run.job
    if _is_done(job):
        # Killed between the last clean-up and the end.
        finalize.clean_up(job)
        return {}
    try:
        asset = _download(run)
        line = _chunk(run, asset)
        _dub(run, line, asset)
        _merge_all(run, line)
    except Resting:
        _rest(run)
    except EngineError as error:
        run.store(
            failure=Failure(stage=job.stage, recoverable=True, details=error.detail)
        )
        note(job, error.detail, level="error", code=error.code)
        raise
    except DomainError as error:
        if not error.recoverable:
            note(job, error.detail, level="error", code=error.code)
        raise
    finalize.clean_up(job)
    note(job, "Done")
    trim(job)
    return {}


def _is_done(job: AutomationJob) -> bool:
    complete = {each.language for each in job.outputs.items if each.is_complete}
    if complete != set(job.config.target_languages):
        return False
    chunks = DubChunk.objects.filter(job_id=job.pk)
    return (
        chunks.exists() and not chunks.exclude(state=DubChunk.State.COMPLETE).exists()
    )


def _rest(run: Run[AutomationJob]) -> None:
    """Leave the worker until somebody resumes. Raises `LeaseLost`, and returns never:
    who resumed in the meantime gets the job from the queue again."""
    if run.job.rest():
        note(run.job, "Paused")
        queue.announce(run.job)
    else:
        run.job.park(delay_s=0)
        queue.send(run.job)
    raise LeaseLost


def _download(run: Run[AutomationJob]) -> Asset:
    """The asset to dub; waits in the queue, not in a worker, until it is here."""
    job = run.job
    if job.asset_id is None and job.download_id is not None:
        run.enter(Stage.DOWNLOAD, percent=job.download.percent / 100 * DOWNLOADED_AT)
        _look_at_download(run)
    found = Asset.objects.alive().filter(owner_id=job.owner_id)
    asset = found.filter(pk=job.asset_id).first() if job.asset_id else None
    if asset is None or not asset.source_key:
        raise CannotDub(
            "The video is not in the library any more. Bring it in again and start "
            "another job.",
            code="asset_missing",
        )
    return asset


def _look_at_download(run: Run[AutomationJob]) -> None:
    """Take the asset over when it has arrived; else come back in two seconds."""
    job = run.job
    download = Download.objects.filter(pk=str(job.download_id)).first()
    if download is None or download.state in (State.FAILED, State.CANCELLED):
        reason = download.error.message if download and download.error else ""
        raise CannotDub(
            f"The video could not be fetched. {reason}".strip(), code="download_failed"
        )
    if download.state == State.SUCCEEDED and download.asset_id:
        run.store(
            asset_id=download.asset_id,
            download=job.download.model_copy(update={"percent": 100.0, "eta_s": None}),
        )
        note(job, "The video has been fetched")
        return
    run.store(
        percent=download.percent / 100 * DOWNLOADED_AT,
        download=DownloadProgress(
            percent=round(download.percent, 1),
            bytes_downloaded=download.bytes_downloaded,
            total_bytes=download.total_bytes,
            speed_bytes_per_s=download.speed_bytes_per_s,
            eta_s=download.eta_s,
        ),
    )
    if job.rest():
        queue.announce(job)
    else:
        job.park(delay_s=LOOK_AGAIN_S)
        queue.send(job, delay_s=LOOK_AGAIN_S)
    raise LeaseLost


def _chunk(run: Run[AutomationJob], asset: Asset) -> Line:
    job = run.job
    run.enter(Stage.CHUNK, percent=DOWNLOADED_AT)
    path, info = sound.fetch(run, asset)
    run.store(video_info=_described(asset, info))
    needs_scenes = job.config.chunking_strategy == "scene" and job.plan is None
    line = sound.extract(
        run,
        path,
        info,
        with_scenes=needs_scenes,
        span=(DOWNLOADED_AT, EXTRACTED_AT),
    )
    plan = chunking.propose(run, line)
    if job.config.review and job.reviewed_at is None:
        job.pause()
        raise Resting
    chunking.cut(run, line, plan)
    return line


def _described(asset: Asset, info: MediaInfo) -> VideoInfo:
    video = info.video
    return VideoInfo(
        title=asset.title,
        duration_ms=info.duration_ms,
        width=video.display_width if video else 0,
        height=video.display_height if video else 0,
        codec=video.codec if video else "",
        audio_codec=info.audio.codec if info.audio else None,
        frame_rate=video.frame_rate if video else "",
        frame_count=video.frame_count if video else 0,
        size_bytes=info.size_bytes,
    )


def _dub(run: Run[AutomationJob], line: Line, asset: Asset) -> None:
    job = run.job
    run.enter(Stage.DUB, percent=20)
    configured = replace(
        setup.general(), api_key=setup.key_of(job.owner_id, job.config.engine)
    )
    engine = building.build(job.config.engine, configured)
    price = Price(
        usd_per_minute=capabilities(configured)[job.config.engine].usd_per_minute or 0
    )
    known = _captions(asset, job.config.source_language)
    try:
        Dubbing(run, line, engine=engine, price=price, captions=known).finish()
    finally:
        engine.close()


def _captions(asset: Asset, language: str) -> Sequence[Cue]:
    """What is known to be said in the source, in its own language."""
    for track in captions.of(asset):
        if track.language.partition("-")[0] == language.partition("-")[0]:
            return track.cues()
    return ()


def _merge_all(run: Run[AutomationJob], line: Line) -> None:
    """Make a file of each language. Raises `ChunksFailed`, after it has."""
    job = run.job
    languages = job.config.target_languages
    failed: dict[str, list[int]] = {}
    for at, language in enumerate(languages):
        share = (MERGED_AT - 80) / len(languages)
        begin = 80 + share * at
        run.enter(Stage.MERGE, percent=begin)
        chunks = _chunks_in(job, language)
        lost = [each.index for each in chunks if each.state != DubChunk.State.COMPLETE]
        if lost:
            failed[language] = lost
        if len(lost) == len(chunks):
            continue
        _finish_one(run, line, chunks, language=language, span=(begin, begin + share))
    if failed:
        _say_failed(run, failed)


def _finish_one(
    run: Run[AutomationJob],
    line: Line,
    chunks: list[DubChunk],
    *,
    language: str,
    span: tuple[float, float],
) -> None:
    job = run.job
    digest = merge.digest_of(job, chunks, line)
    done = job.outputs.of(language)
    if done is not None and done.digest == digest:
        return
    merged = merge.merge(run, line, chunks, language=language, span=span)
    run.enter(Stage.FINALIZE, percent=max(job.percent, span[1]))
    report = verify(run, line, merged)
    note(
        job,
        f"{name_of(language)}: {report.frames_out} of {report.frames_in} frames, sound "
        f"{report.av_difference_ms:.1f} ms off, joins at most "
        f"{report.max_boundary_error_samples} samples off",
        level="info" if report.passed else "warning",
    )
    finalize.keep(run, merged, chunks, language=language, digest=digest, report=report)
    merged.path.unlink(missing_ok=True)
    merged.sound.unlink(missing_ok=True)


def _say_failed(run: Run[AutomationJob], failed: dict[str, list[int]]) -> None:
    count = sum(map(len, failed.values()))
    total = run.job.dubbing.total
    details = "; ".join(
        f"{name_of(language)}: {', '.join(str(each + 1) for each in indexes)}"
        for language, indexes in failed.items()
    )
    run.store(
        failure=Failure(
            stage=Stage.DUB,
            recoverable=True,
            failed_chunks=sorted({each for found in failed.values() for each in found}),
            details=details,
        )
    )
    raise ChunksFailed(
        ngettext(
            "%(count)d of %(total)d chunks could not be dubbed and keeps the original "
            "sound. Retry the job: only what failed is dubbed again.",
            "%(count)d of %(total)d chunks could not be dubbed and keep the original "
            "sound. Retry the job: only what failed is dubbed again.",
            count,
        )
        % {"count": count, "total": total}
    )


def _chunks_in(job: AutomationJob, language: str) -> list[DubChunk]:
    found = DubChunk.objects.filter(job_id=job.pk, language=language)
    return sorted(found, key=lambda each: each.index)
