"""The stage `merge`: one sound out of the chunks, laid over the untouched picture."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from automation.documents import ChunkPlan, MergingProgress
from automation.models import AutomationJob, DubChunk
from automation.pipeline import pcm
from automation.pipeline.chunking import ranges
from automation.pipeline.commands import MAX_OUTPUT_BYTES, run_command
from automation.pipeline.fit import fit, gain_to
from automation.pipeline.joining import Joiner
from automation.pipeline.sound import SAMPLES_PER_MS, Line
from streamfetch.ffmpeg import binary
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream, Value
from streamfetch.ffmpeg.probe import VideoStream
from streamfetch.jobs.running import Run
from streamfetch.storage.backends import media_storage

VERSION = "1"
# What each container takes as it is.
COPIED = {
    "mp4": frozenset({"h264", "hevc", "av1", "mpeg4", "vp9"}),
    "webm": frozenset({"vp8", "vp9", "av1"}),
}
HEIGHTS = {"1080p": 1080, "720p": 720}
# ISO 639-2 codes, which are what MP4 has room for.
THREE_LETTERS = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu",
    "el": "ell", "en": "eng", "es": "spa", "fi": "fin", "fr": "fra", "gl": "glg",
    "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn",
    "ko": "kor", "ms": "msa", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por",
    "ro": "ron", "ru": "rus", "sk": "slk", "sv": "swe", "ta": "tam", "tr": "tur",
    "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip


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
    middle = span[0] + (span[1] - span[0]) * 0.6
    sound = run.workspace / f"mix-{language}.wav"
    starts, kept, flagged = _join(run, line, chunks, sound, span=(span[0], middle))
    config = run.job.config
    path = run.workspace / f"dubbed-{language}.{config.output_format}"
    command, is_copied = _command(run.job, line, sound, path, language=language)
    _tell(run, "concatenating", done=len(chunks), total=len(chunks))
    run_command(run, command, span=(middle, span[1]), file_bytes=MAX_OUTPUT_BYTES)
    return Merged(
        path=path,
        sound=sound,
        starts=starts,
        is_copied=is_copied,
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
                sound = reader.read(start - before, end + after)
                if chunk.state == DubChunk.State.COMPLETE:
                    sound, flags = _dubbed(run, line, chunk, sound)
                    for flag in flags:
                        flagged.setdefault(flag, []).append(chunk.index)
                else:
                    kept.append(chunk.index)
                joiner.add(sound, before=before, after=after)
                share = (chunk.index + 1) / len(chunks)
                run.report(span[0] + (span[1] - span[0]) * share)
                _tell(run, "replacing_audio", done=chunk.index + 1, total=len(chunks))
    finally:
        joiner.close()
    return joiner.starts, kept, flagged


def _dubbed(
    run: Run[AutomationJob], line: Line, chunk: DubChunk, original: pcm.Sound
) -> tuple[pcm.Sound, list[str]]:
    packed = run.workspace / "packed.flac"
    packed.unlink(missing_ok=True)
    media_storage().fetch_to(chunk.output_key, packed)
    fitted = fit(
        packed,
        wanted=len(original),
        channels=line.channels,
        workspace=run.workspace.path,
    )
    packed.unlink(missing_ok=True)
    flags = set(chunk.flags.split()) - {"overrun"}
    if fitted.overruns:
        flags.add("overrun")
    return fitted.sound * gain_to(fitted.sound, original), sorted(flags)


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
    job: AutomationJob, line: Line, sound: Path, path: Path, *, language: str
) -> tuple[Command, bool]:
    video = line.info.video
    if video is None:
        raise ValueError("there is no picture")
    config = job.config
    graph = Graph()
    media = graph.input(Input(path=line.source, demuxer=line.info.container))
    mixed = graph.input(Input(path=sound, demuxer="wav")).audio
    picture = media.stream(video.index)
    limit = HEIGHTS[config.video_quality]
    shortest = min(video.display_width, video.display_height)
    is_copied = shortest <= limit and video.codec in COPIED[config.output_format]
    options: dict[str, Value | None] = {}
    if is_copied:
        options["c:v"] = "copy"
        if video.codec == "hevc":
            options["tag:v"] = "hvc1"
    else:
        picture = _smaller(picture, video, limit)
        options |= _picture_options(config.output_format)
    options |= _sound_options(config.output_format, line.channels)
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
    return graph.command(output, expected_duration_ms=duration_ms), is_copied


def _smaller(picture: Stream, video: VideoStream, limit: int) -> Stream:
    width, height = video.display_width, video.display_height
    scale = min(1.0, limit / min(width, height))
    return picture.filter(
        "scale", w=int(width * scale) // 2 * 2, h=int(height * scale) // 2 * 2
    ).filter("format", pix_fmts="yuv420p")


def _picture_options(container: str) -> dict[str, Value | None]:
    if container == "webm":
        return {
            "c:v": "libvpx-vp9",
            "b:v": 0,
            "crf": 34,
            "deadline": "realtime",
            "cpu-used": 7,
            "row-mt": 1,
            "fps_mode": "passthrough",
        }
    return {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 21,
        "fps_mode": "passthrough",
    }


def _sound_options(container: str, channels: int) -> dict[str, Value | None]:
    if container == "webm":
        return {"c:a": "libopus", "b:a": f"{64 * channels}k", "ar": 48_000}
    return {"c:a": "aac", "b:a": f"{96 * channels}k", "ar": 48_000}
