"""Makes one file out of what a source fetched: joins, cuts, adds chapters.

Picture and sound come as files of their own, and segments of a stream as MPEG-TS:
both are only packed anew, nothing is encoded. Only a cut encodes, to be exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from downloads.models import Download
from downloads.sources import segments
from downloads.sources.segments import Segment
from downloads.sources.video import Chapter
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.jobs.running import Run

_MP4_CODECS = {"h264", "hevc", "av1", "aac", "mp3", "ac3", "eac3"}
_WEBM_CODECS = {"vp8", "vp9", "av1", "opus", "vorbis"}
_KEPT_CONTAINERS = {"mov", "matroska", "mp3", "ogg", "flac", "wav", "gif"}
_ENCODED = {
    "c:v": "libx264",
    "preset": "veryfast",
    "crf": 18,
    "pix_fmt": "yuv420p",
    "c:a": "aac",
    "b:a": "192k",
}
# Of the whole file only: without ":g" the titles of chapters would go too.
_NO_METADATA = {"map_metadata:g": -1}
PACK_DEADLINE_S = 1800.0
# A cut that takes longer than this many times the duration is not coming.
CUT_DEADLINE_FACTOR = 20
PROBE_S = 120.0


@dataclass(frozen=True)
class Wishes:
    """What is to be done besides joining."""

    chapters: Sequence[Chapter] = ()
    marked: Sequence[Segment] = ()
    removed: Sequence[Segment] = ()


def assemble(run: Run[Download], paths: Sequence[Path], wishes: Wishes) -> Path:
    """The one file, in the run's workspace or where it was. Raises `FFmpegError`."""
    infos = [probe(path, timeout_s=PROBE_S) for path in paths]
    duration_ms = max(info.duration_ms for info in infos)
    removed = [each for each in wishes.removed if each.start_ms < duration_ms]
    chapters = list(wishes.chapters)
    if wishes.marked:
        chapters = segments.marked(chapters, wishes.marked, duration_ms=duration_ms)
    if removed:
        chapters = segments.shifted(chapters, removed)
    is_whole = len(paths) == 1 and infos[0].container.split(",")[0] in _KEPT_CONTAINERS
    if is_whole and not chapters and not removed:
        return paths[0]
    if removed:
        ranges = segments.kept_ranges(duration_ms, removed)
        if ranges:
            command = _cut(run, paths, infos, ranges=ranges, chapters=chapters)
            deadline_s = 120 + CUT_DEADLINE_FACTOR * duration_ms / 1000
            return _made(run, command, deadline_s=deadline_s)
    command = _pack(run, paths, infos, chapters=chapters)
    return _made(run, command, deadline_s=PACK_DEADLINE_S)


def _made(run: Run[Download], command: Command, *, deadline_s: float) -> Path:
    sizes = sum(path.stat().st_size for path in command.reads)
    run.workspace.require_free(sizes)
    runner.run(
        command,
        workspace=run.workspace.path,
        deadline_s=deadline_s,
        should_stop=run.should_stop,
        file_bytes=max(4 * 1024**3, 2 * sizes),
    )
    return command.outputs[0]


def _muxer(infos: Sequence[MediaInfo]) -> tuple[str, str]:
    """Muxer and extension that can hold all streams as they are."""
    has_picture = any(info.video for info in infos)
    streams = [
        stream for info in infos for stream in (info.video, info.audio) if stream
    ]
    codecs = {stream.codec for stream in streams}
    if codecs <= _MP4_CODECS:
        return "mp4", "mp4" if has_picture else "m4a"
    if codecs <= _WEBM_CODECS:
        return "webm", "webm"
    return "matroska", "mkv"


def _pack(
    run: Run[Download],
    paths: Sequence[Path],
    infos: Sequence[MediaInfo],
    *,
    chapters: Sequence[Chapter],
) -> Command:
    graph = Graph()
    streams: list[Stream] = []
    for path, info in zip(paths, infos, strict=True):
        media = graph.input(Input(path=path, demuxer=info.container))
        alone = len(paths) == 1
        if info.video and (alone or path == paths[0]):
            streams.append(media.stream(info.video.index))
        if info.audio and (alone or path != paths[0] or not info.video):
            streams.append(media.stream(info.audio.index))
    muxer, extension = _muxer(infos)
    options: dict[str, Any] = {"c": "copy", **_NO_METADATA}
    if muxer == "mp4":
        options["movflags"] = "+faststart"
    _add_chapters(run, graph, chapters)
    output = Output(
        path=run.workspace.path / f"whole.{extension}",
        muxer=muxer,
        streams=streams,
        options=options,
    )
    return graph.command(output)


def _cut(
    run: Run[Download],
    paths: Sequence[Path],
    infos: Sequence[MediaInfo],
    *,
    ranges: Sequence[tuple[int, int]],
    chapters: Sequence[Chapter],
) -> Command:
    graph = Graph()
    picture = next(((p, i) for p, i in zip(paths, infos, strict=True) if i.video), None)
    sound = next(
        ((p, i) for p, i in reversed(list(zip(paths, infos, strict=True))) if i.audio),
        None,
    )
    pieces: list[Stream] = []
    for start_ms, end_ms in ranges:
        for chosen, is_picture in ((picture, True), (sound, False)):
            if chosen is None:
                continue
            path, info = chosen
            media = graph.input(
                Input(
                    path=path,
                    demuxer=info.container,
                    start_ms=start_ms,
                    duration_ms=end_ms - start_ms,
                )
            )
            if is_picture and info.video:
                stream = media.stream(info.video.index)
                pieces.append(stream.filter("setpts", expr="PTS-STARTPTS"))
            elif info.audio:
                stream = media.stream(info.audio.index)
                pieces.append(stream.filter("asetpts", expr="PTS-STARTPTS"))
    kinds = (1 if picture else 0, 1 if sound else 0)
    joined = graph.filters(
        "concat", pieces, outputs=sum(kinds), n=len(ranges), v=kinds[0], a=kinds[1]
    )
    _add_chapters(run, graph, chapters)
    options: dict[str, Any] = {
        **_ENCODED,
        "movflags": "+faststart",
        **_NO_METADATA,
    }
    output = Output(
        path=run.workspace.path / f"whole.{'mp4' if picture else 'm4a'}",
        muxer="mp4",
        streams=joined,
        options=options,
    )
    total_ms = sum(end - start for start, end in ranges)
    return graph.command(output, expected_duration_ms=total_ms)


def _add_chapters(
    run: Run[Download], graph: Graph, chapters: Sequence[Chapter]
) -> None:
    if not chapters:
        return
    path = run.workspace.path / "chapters.txt"
    path.write_text(segments.metadata_text(chapters), encoding="utf-8")
    graph.chapters(path)
