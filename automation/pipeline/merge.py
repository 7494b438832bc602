"""The stage `merge`: one sound out of the chunks, laid over the untouched picture."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from automation.documents import ChunkPlan, MergingProgress
from automation.models import AutomationJob, DubChunk
from automation.pipeline import pcm
from automation.pipeline.chunking import ranges
from automation.pipeline.commands import MAX_OUTPUT_BYTES, run_command
from automation.pipeline.containers import (
    THREE_LETTERS,
    is_copied,
    picture_options,
    size_of,
    sound_options,
)
from automation.pipeline.fit import fitted, gain_to
from automation.pipeline.joining import Joiner
from automation.pipeline.pcm import Part
from automation.pipeline.pictures import Grid, returned_pictures, sent_range
from automation.pipeline.sound import SAMPLES_PER_MS, Line
from streamfetch.ffmpeg import binary
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Value
from streamfetch.jobs.running import Run
from streamfetch.storage.backends import media_storage

VERSION = "2"


@dataclass(frozen=True, kw_only=True)
class Merged:
    """A finished file of the workspace, and what was done to make it."""

    path: Path
    sound: Path
    starts: list[int]
    is_copied: bool
    kept_original: list[int] = field(default_factory=list)
    flagged: dict[str, list[int]] = field(default_factory=dict)


def digest_of(job: AutomationJob, chunks: list[DubChunk], line: Line) -> str:
    """Names a result: its chunks, its picture, and how it is put together."""
    config = job.config
    parts = [
        VERSION,
        binary.version(),
        str(job.asset_id),
        str(line.sample_count),
        config.output_format,
        config.video_quality,
        str(config.use_watermark),
        *(f"{each.start_sample} {each.state} {each.output_for}" for each in chunks),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def merge(
    run: Run[AutomationJob],
    line: Line,
    chunks: list[DubChunk],
    *,
    language: str,
    span: tuple[float, float],
) -> Merged:
    """Join the chunks of one language, and put them under the picture."""
    share = 0.3 if run.job.config.use_watermark else 0.6
    middle = span[0] + (span[1] - span[0]) * share
    sound = run.workspace / f"mix-{language}.wav"
    starts, kept, flagged = _join(run, line, chunks, sound, span=(span[0], middle))
    config = run.job.config
    path = run.workspace / f"dubbed-{language}.{config.output_format}"
    _tell(run, "concatenating", done=len(chunks), total=len(chunks))
    pictures = None
    if config.use_watermark:
        pictures = returned_pictures(run, line, chunks, span=(middle, span[1]))
        middle = span[1]
    command, copies = _command(
        run.job, line, sound, path, language=language, pictures=pictures
    )
    run_command(run, command, span=(middle, span[1]), file_bytes=MAX_OUTPUT_BYTES)
    if pictures is not None:
        pictures.unlink(missing_ok=True)
    return Merged(
        path=path,
        sound=sound,
        starts=starts,
        is_copied=copies,
        kept_original=kept,
        flagged=flagged,
    )


def _join(
    run: Run[AutomationJob],
    line: Line,
    chunks: list[DubChunk],
    target: Path,
    *,
    span: tuple[float, float],
) -> tuple[list[int], list[int], dict[str, list[int]]]:
    """Where chunks begin, which keep the original, and which are remarkable."""
    plan: ChunkPlan = run.job.plan
    kept: list[int] = []
    flagged: dict[str, list[int]] = {}
    joiner = Joiner(target, channels=line.channels)
    try:
        with pcm.Reader(line.sound) as reader:
            for chunk, place in zip(chunks, ranges(plan), strict=True):
                start, end, before, after = place
                original = Part(reader, start - before, end + after - start + before)
                if chunk.state == DubChunk.State.COMPLETE:
                    with _dubbed(run, line, chunk, original) as (sound, flags):
                        joiner.add(sound, before=before, after=after)
                    for flag in flags:
                        flagged.setdefault(flag, []).append(chunk.index)
                else:
                    kept.append(chunk.index)
                    joiner.add(original, before=before, after=after)
                share = (chunk.index + 1) / len(chunks)
                run.report(span[0] + (span[1] - span[0]) * share)
                _tell(run, "replacing_audio", done=chunk.index + 1, total=len(chunks))
    finally:
        joiner.close()
    return joiner.starts, kept, flagged


@contextmanager
def _dubbed(
    run: Run[AutomationJob], line: Line, chunk: DubChunk, original: Part
) -> Iterator[tuple[Part, list[str]]]:
    """What came back for a chunk, as long and as loud as the original of its place."""
    packed = run.workspace / "packed.flac"
    packed.unlink(missing_ok=True)
    media_storage().fetch_to(chunk.output_key, packed)
    start, end = sent_range(run.job, line, chunk)
    with fitted(
        packed,
        wanted=end - start,
        channels=line.channels,
        workspace=run.workspace.path,
    ) as found:
        packed.unlink(missing_ok=True)
        flags = set(chunk.flags.split()) - {"overrun"}
        if found.overruns:
            flags.add("overrun")
        sound = Part(found, original.start - start, original.length)
        yield replace(sound, gain=gain_to(sound, original)), sorted(flags)


def _tell(run: Run[AutomationJob], step: str, *, done: int, total: int) -> None:
    run.job.merging = MergingProgress.model_validate(
        {
            "percent": round(100 * done / max(1, total), 1),
            "current_step": step,
            "chunks_processed": done,
            "total_chunks": total,
        }
    )
    if done in {1, total}:
        run.store(merging=run.job.merging)


def _command(
    job: AutomationJob,
    line: Line,
    sound: Path,
    path: Path,
    *,
    language: str,
    pictures: Path | None,
) -> tuple[Command, bool]:
    """`pictures`: finished ones, that take the place of the source's."""
    video = line.info.video
    if video is None:
        raise ValueError("there is no picture")
    config = job.config
    graph = Graph()
    if pictures is None:
        media = graph.input(Input(path=line.source, demuxer=line.info.container))
        picture, codec = media.stream(video.index), video.codec
        copies = is_copied(
            config,
            codec=codec,
            width=video.display_width,
            height=video.display_height,
        )
    else:
        begins = {"itsoffset": float(Grid.of(line).first_s)}
        picture = graph.input(Input(path=pictures, demuxer="mov", options=begins)).video
        codec, copies = "", True
    mixed = graph.input(Input(path=sound, demuxer="wav")).audio
    options: dict[str, Value | None] = {}
    if copies:
        options["c:v"] = "copy"
        if codec == "hevc":
            options["tag:v"] = "hvc1"
    else:
        width, height = size_of(
            config, width=video.display_width, height=video.display_height
        )
        picture = picture.filter("scale", w=width, h=height)
        picture = picture.filter("format", pix_fmts="yuv420p")
        options |= picture_options(config.output_format)
    options |= sound_options(config.output_format, line.channels)
    options["metadata:s:a:0"] = f"language={THREE_LETTERS.get(language, 'und')}"
    options |= {"map_chapters": -1, "max_interleave_delta": 0}
    if config.output_format == "mp4":
        options["movflags"] = "+faststart"
    output = Output(
        path=path,
        muxer=config.output_format,
        streams=[picture, mixed],
        options=options,
    )
    duration_ms = line.sample_count // SAMPLES_PER_MS
    command = graph.command(output, expected_duration_ms=duration_ms)
    return command, copies and pictures is None
