"""The stage `chunk`: propose where to cut, and cut the sound there."""

from pathlib import Path
from uuid import UUID

import numpy as np

from automation.documents import Boundary, ChunkPlan
from automation.models import AutomationJob, DubChunk
from automation.pipeline import chunk, pcm
from automation.pipeline.commands import to_flac
from automation.pipeline.journal import note
from automation.pipeline.sound import SCENE_RATE, SCENE_SIZE, CannotDub, Line, peaks_of
from streamfetch.jobs.running import Run
from streamfetch.mongo.outages import retrying
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage


def propose(run: Run[AutomationJob], line: Line) -> ChunkPlan:
    """Look at the sound and store the plan, unless there is one already.

    Raises `CannotDub` for a sound in which nothing is to be heard.
    """
    job = run.job
    known: ChunkPlan | None = job.plan
    if known is not None and known.sample_count == line.sample_count:
        return known
    with pcm.Reader(line.voice) as voice:
        levels = chunk.levels_of(
            voice.blocks(multiple_of=voice.rate // 100), rate=voice.rate
        )
    analysis = chunk.analyse(levels)
    if analysis.is_silent:
        raise CannotDub(
            "Nothing is to be heard in this video, so there is nothing to dub. "
            "Choose one in which somebody speaks.",
            code="silent_audio",
        )
    config = job.config
    plan = chunk.plan(
        analysis,
        sample_count=line.sample_count,
        chunk_s=config.chunk_duration,
        strategy=config.chunking_strategy,
        strict_grid=config.strict_grid,
        scenes_s=_scenes(line),
    )
    path = run.workspace / "peaks.bin"
    path.write_bytes(peaks_of(line))
    media_storage().save_file(path, job.peaks_key, consume=True)
    run.store(plan=plan)
    low = sum(each.confidence == "low" for each in plan.boundaries)
    note(
        job,
        f"{len(plan.boundaries) + 1} chunks proposed, {low} of the cuts without a "
        f"pause; floor {plan.floor_db} dB, threshold {plan.threshold_db} dB",
        level="warning" if low else "info",
    )
    return plan


def _scenes(line: Line) -> list[float]:
    if not line.scenes.exists():
        return []
    width, height = SCENE_SIZE
    frames = np.fromfile(line.scenes, dtype=np.uint8)
    whole = len(frames) // (width * height) * (width * height)
    return chunk.scene_changes(
        frames[:whole].reshape(-1, width * height), rate=SCENE_RATE
    )


def ranges(plan: ChunkPlan) -> list[tuple[int, int, int, int]]:
    """Start and end of each chunk, and how much is handed along on both sides."""
    ends = [*plan.boundaries, Boundary(sample=plan.sample_count)]
    found = []
    start, before = 0, 0
    for end in ends:
        found.append((start, end.sample, before, end.handle))
        start, before = end.sample, end.handle
    return found


def with_handles(plan: ChunkPlan, *, start: int, end: int) -> tuple[int, int]:
    """What is sent of the chunk from `start` to `end`: its sound and the handles."""
    for first, last, before, after in ranges(plan):
        if (first, last) == (start, end):
            return first - before, last + after
    raise ValueError("the plan has no such chunk")


def cut(run: Run[AutomationJob], line: Line, plan: ChunkPlan) -> None:
    """Make a document of each chunk in each language. Those that are there stay."""
    job = run.job
    known = {each.pk: each for each in DubChunk.objects.filter(job_id=job.pk)}
    wanted: set[UUID] = set()
    places = ranges(plan)
    with pcm.Reader(line.sound) as reader:
        for index, (start, end, before, after) in enumerate(places):
            run.report(15 + 5 * index / len(places), chunks_cut=index)
            ids = {
                language: DubChunk.id_of(
                    job.pk, language=language, start=start, end=end
                )
                for language in job.config.target_languages
            }
            wanted.update(ids.values())
            first = known.get(next(iter(ids.values())))
            if first is None or not first.source_key:
                digest = reader.digest(start - before, end + after)
                source_key = _keep(
                    run, line, digest, start=start - before, end=end + after
                )
            else:
                digest, source_key = first.audio_sha256, first.source_key
            for language, pk in ids.items():
                if pk in known and known[pk].audio_sha256 == digest:
                    continue
                document = DubChunk(
                    pk=pk,
                    job_id=job.pk,
                    language=language,
                    index=index,
                    start_sample=start,
                    end_sample=end,
                    audio_sha256=digest,
                    source_key=source_key,
                )
                retrying(document.save)
    run.store(chunks_cut=len(places))
    for pk, other in known.items():
        if pk not in wanted:
            other.delete()


def _keep(
    run: Run[AutomationJob], line: Line, digest: str, *, start: int, end: int
) -> str:
    """Store the original sound of a chunk, to be listened to."""
    key = keys.dub_file(run.job.pk, "original", digest, "flac")
    if media_storage().head(key) is None:
        part: Path = run.workspace / "part.wav"
        packed: Path = run.workspace / "part.flac"
        pcm.copy(line.sound, part, start=start, end=end)
        to_flac(part, packed, workspace=run.workspace.path)
        media_storage().save_file(packed, key, consume=True)
        part.unlink(missing_ok=True)
    return key
