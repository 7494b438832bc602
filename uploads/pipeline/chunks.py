"""Encodes long sources in parts, as jobs, on however many workers there are.

The parts begin at cuts of the ladder and put their segments where they belong in
the whole, with the times they have there: joining them is listing them. The sound
is one part, so it has no seams. Whoever is free takes the next part: the worker of
the processing itself too, so one worker alone gets to the end. Parts that are done
stay done when the processing is taken up again.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid5

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from dramatiq.middleware import Shutdown

from streamfetch.errors import DomainError
from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.probe import MediaInfo
from streamfetch.jobs import queue
from streamfetch.jobs.models import ACTIVE, LeaseLost, State
from streamfetch.jobs.running import Run, run_job
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, AssetChunk, AssetProcessing
from uploads.pipeline import encoding, ladder, packaging, publishing, turns
from uploads.pipeline.commands import run_command
from uploads.pipeline.encoding import Source, Stretch, track_path
from uploads.pipeline.ladder import Grid, Rung
from uploads.pipeline.packaging import Folder, SeamMismatch
from uploads.tracks import SOUND, ChunkPlan, ChunkResult, Track

logger = logging.getLogger(__name__)

LONG_MS = 10 * 60 * 1000
CHUNK_S = 120
SOUND_STAGE = "sound"
WAIT_S = 0.5
# How often a part asks whether it is still wanted.
ASK_EVERY_S = 5.0
ENCODED_AT = 95


class PartFailed(DomainError):
    """One part could not be encoded, after all its tries."""

    code = "part_failed"
    http_status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(_("A part of this file cannot be encoded. %s") % reason)


def is_long(info: MediaInfo) -> bool:
    """Whether a source is encoded in parts. Only where seeking finds every frame."""
    return (
        info.video is not None
        and info.container in ladder.INDEXED_CONTAINERS
        and info.duration_ms > LONG_MS
    )


def stretches(grid: Grid) -> Iterator[tuple[int, int | None, int]]:
    """First frame, end frame and first segment of each part; the last is open, and
    longer than the others rather than shorter."""
    cuts = [cut for cut in grid.cuts if cut < grid.frame_count]
    per_chunk = max(1, CHUNK_S // ladder.SEGMENT_S)
    starts = range(0, max(1, len(cuts) // per_chunk * per_chunk), per_chunk)
    for start in starts:
        last = start == starts[-1]
        yield cuts[start], None if last else cuts[start + per_chunk], start + 1


def picture_plans(
    info: MediaInfo, rungs: Sequence[Rung], *, grid: Grid, folder: Folder, stage: str
) -> list[ChunkPlan]:
    """The parts of `rungs`."""
    return [
        ChunkPlan(
            stage=stage,
            number=number,
            spec=folder.spec,
            info=info,
            rungs=tuple(rung.name for rung in rungs),
            rate=str(grid.rate),
            first_frame=first,
            end_frame=end,
            cuts=tuple(
                cut for cut in grid.cuts if first <= cut and (end is None or cut < end)
            ),
            first_segment=first_segment,
        )
        for number, (first, end, first_segment) in enumerate(stretches(grid))
    ]


def sound_plan(info: MediaInfo, *, folder: Folder) -> ChunkPlan:
    """The sound, whole."""
    return ChunkPlan(stage=SOUND_STAGE, number=0, spec=folder.spec, info=info)


def submit(processing: AssetProcessing, plans: Sequence[ChunkPlan]) -> None:
    """Queue parts that are not there yet, and those that ended badly. Safe to
    repeat."""
    for plan in plans:
        name = f"{plan.spec} {plan.stage} {plan.number}"
        chunk = AssetChunk(
            pk=uuid5(processing.pk, name),
            owner_id=processing.owner_id,
            processing=processing,
            plan=plan,
        )
        try:
            queue.submit(chunk)
        except IntegrityError:
            known = AssetChunk.objects.filter(pk=chunk.pk).first()
            if known is not None and known.restart():
                queue.send(known)


def finish(
    run: Run[AssetProcessing],
    source: Source,
    stages: Sequence[str],
    *,
    on_progress: Callable[[float], None],
) -> list[Track]:
    """Work on the parts of `stages` until all are done; returns the whole tracks.

    What plays already lets others go first. Raises `PartFailed`, `SeamMismatch`,
    `LeaseLost`, `SteppedAside`.
    """
    while True:
        if run.should_stop():
            raise LeaseLost
        chunks = [chunk for chunk in _chunks_of(run.job) if chunk.plan.stage in stages]
        for chunk in chunks:
            if chunk.state in (State.FAILED, State.CANCELLED):
                raise PartFailed(chunk.error.message if chunk.error else "")
        on_progress(sum(map(_share, chunks)) / len(chunks))
        if all(chunk.result is not None for chunk in chunks):
            return joined(chunks)
        if run.job.first_part is not None and turns.others_wait():
            run.step_aside()
        if not _help_once(run.job, source, stages=stages, parent=run):
            time.sleep(WAIT_S)


def retries_of(processing: AssetProcessing, stages: Sequence[str]) -> int:
    """How many tries the parts of `stages` took beyond the first of each."""
    done = (one for one in _chunks_of(processing) if one.plan.stage in stages)
    return sum(max(0, one.attempts - 1) for one in done)


def encode(run: Run[AssetChunk]) -> dict[str, Any]:
    """The work of an `AssetChunk` job: its part, then others of the same source.

    The source is fetched once for all of them, unless something urgent waits.
    """
    processing = AssetProcessing.objects.filter(pk=run.job.processing_id).first()
    if processing is None or not _is_wanted(run.job):
        run.job.cancel()
        raise LeaseLost
    asset = Asset.objects.get(pk=processing.asset_id)
    if run.job.result is not None:
        return {}
    path = run.workspace.path / f"source{Path(asset.source_key).suffix}"
    media_storage().fetch_to(asset.source_key, path)
    source = Source(path=path, info=run.job.plan.info)
    run.store(result=_encoded(run, source, asset=asset))
    while not (run.should_stop() or turns.others_wait()):
        if not _help_once(processing, source):
            break
    return {}


def forget(processing: AssetProcessing) -> None:
    """Remove the records of parts, which are all in the manifests now."""
    AssetChunk.objects.filter(processing_id=processing.pk).delete()


def joined(chunks: Sequence[AssetChunk]) -> list[Track]:
    """The tracks whose stretches `chunks` are. Raises `SeamMismatch`."""
    ordered = sorted(chunks, key=lambda chunk: chunk.plan.number)
    whole: dict[str, Track] = {}
    inits: dict[str, str] = {}
    for chunk in ordered:
        plan, result = chunk.plan, chunk.result
        for track in result.tracks:
            if (
                inits.setdefault(track.name, result.inits[track.name])
                != (result.inits[track.name])
            ):
                raise SeamMismatch(f"{track.name} changes in part {plan.number}")
            before = whole.get(track.name)
            if before is None:
                whole[track.name] = track
                continue
            if before.samples != plan.first_frame:
                raise SeamMismatch(f"part {plan.number} begins elsewhere")
            segments = before.segments + track.segments
            whole[track.name] = before.model_copy(update={"segments": segments})
    frames = {track.samples for track in whole.values() if track.kind == "video"}
    if len(frames) > 1:
        raise SeamMismatch("rungs differ in their number of frames")
    return list(whole.values())


def _help_once(
    processing: AssetProcessing,
    source: Source,
    *,
    stages: Sequence[str] | None = None,
    parent: Run | None = None,
) -> bool:
    """Work on one part that waits; False when there is none."""
    waiting = AssetChunk.objects.filter(
        processing_id=processing.pk,
        state=State.QUEUED,
        not_before__lte=timezone.now(),
    ).order_by("created_at")
    chunk = next(
        (one for one in waiting if stages is None or one.plan.stage in stages), None
    )
    if chunk is None or not _is_wanted(chunk):
        return False
    stopping: list[Shutdown] = []

    def work(run: Run[AssetChunk]) -> dict[str, Any]:
        if parent is not None:
            parent.when_stopped(lambda: _stop(run))
        asset = Asset.objects.get(pk=processing.asset_id)
        try:
            return {"result": run.job.result or _encoded(run, source, asset=asset)}
        except Shutdown as shutdown:
            stopping.append(shutdown)
            raise

    run_job(AssetChunk, str(chunk.pk), work)
    if stopping:
        # Taken by the part's run; this one has to stop too.
        raise stopping[0]
    return True


def _stop(run: Run[AssetChunk]) -> None:
    run.job.cancel()
    run.lease.lose()


def _encoded(run: Run[AssetChunk], source: Source, *, asset: Asset) -> ChunkResult:
    plan = run.job.plan
    folder = Folder(asset_id=asset.pk, spec=plan.spec)
    directory = run.workspace.path
    if not plan.rungs:
        command = encoding.sound_alone(source, directory=directory)
        _run(run, command, duration_ms=source.info.duration_ms)
        movie = fragments.read(track_path(directory, SOUND))
        segments = packaging.store_segments(
            folder,
            movie,
            packaging.groups_of(movie, None),
            name=SOUND,
            directory=directory,
        )
        publishing.store_peaks(asset.pk, directory)
        track = packaging.sound_track(movie, segments)
        return ChunkResult(tracks=(track,), inits={SOUND: _digest(movie.init)})
    return _encoded_pictures(run, source, folder)


def _encoded_pictures(
    run: Run[AssetChunk], source: Source, folder: Folder
) -> ChunkResult:
    plan = run.job.plan
    directory = run.workspace.path
    video = source.info.video
    if video is None:
        raise ValueError("a sound has no rungs")
    rungs = tuple(rung for rung in ladder.rungs_of(video) if rung.name in plan.rungs)
    rate = Fraction(plan.rate)
    count = round(ladder.duration_of(source.info) * rate)
    grid = Grid(rate=rate, frame_count=count, cuts=plan.cuts)
    stretch = Stretch(first=plan.first_frame, end=plan.end_frame)
    command = encoding.pictures(
        source, rungs, grid=grid, directory=directory, stretch=stretch
    )
    end = plan.end_frame or count
    duration_ms = int((end - plan.first_frame) / rate * 1000)
    _run(run, command, duration_ms=duration_ms)
    tracks, inits = [], {}
    for rung in rungs:
        movie = fragments.read(track_path(directory, rung.name))
        if plan.end_frame and movie.samples != plan.end_frame - plan.first_frame:
            raise SeamMismatch(f"part {plan.number} has {movie.samples} frames")
        groups = packaging.groups_of(
            movie, [cut - plan.first_frame for cut in plan.cuts]
        )
        segments = packaging.store_segments(
            folder,
            movie,
            groups,
            name=rung.name,
            directory=directory,
            first_number=plan.first_segment,
            shift_ticks=int(plan.first_frame * movie.timescale / rate),
        )
        inits[rung.name] = _digest(movie.init)
        tracks.append(packaging.picture_track(rung, movie, segments, grid=grid))
    return ChunkResult(tracks=tuple(tracks), inits=inits)


def _run(run: Run[AssetChunk], command: Any, *, duration_ms: int) -> None:
    asked_at = time.monotonic()

    def should_stop() -> bool:
        nonlocal asked_at
        if run.should_stop():
            return True
        if time.monotonic() - asked_at < ASK_EVERY_S:
            return False
        asked_at = time.monotonic()
        if _is_wanted(run.job):
            return False
        _stop(run)
        return True

    run_command(
        run,
        command,
        span=(0, ENCODED_AT),
        duration_ms=duration_ms,
        should_stop=should_stop,
    )


def _is_wanted(chunk: AssetChunk) -> bool:
    return AssetProcessing.objects.filter(
        pk=chunk.processing_id, state__in=ACTIVE
    ).exists()


def _chunks_of(processing: AssetProcessing) -> list[AssetChunk]:
    return list(AssetChunk.objects.filter(processing_id=processing.pk))


def _share(chunk: AssetChunk) -> float:
    if chunk.result is not None:
        return 1.0
    return chunk.percent / 100 if chunk.state == State.RUNNING else 0.0


def _digest(init: bytes) -> str:
    return hashlib.sha256(init).hexdigest()[:16]
