"""Commands that make the rungs and the sound of a ladder. Starts nothing.

Each output is one fragmented MP4 (CMAF) with a fragment a segment; `packaging`
cuts it up. The picture is decoded once for all rungs of a command, and each rung
is scaled from the next larger one: less work than from the source.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from streamfetch.ffmpeg.command import (
    Command,
    Graph,
    Input,
    Media,
    Output,
    Stream,
    Value,
)
from streamfetch.ffmpeg.filters import to_sdr, to_stereo
from streamfetch.ffmpeg.probe import MediaInfo, VideoStream
from uploads.pipeline import peaks
from uploads.pipeline.ladder import SEGMENT_S, Grid, Rung
from uploads.tracks import SAMPLE_RATE, SOUND

CHANNELS = 2
SOUND_BIT_RATE = "128k"
QUALITY_CRF = 23
# Key frames come from the plan alone.
NO_KEY_FRAMES = 1_000_000
MIN_TIMESCALE = 10_000
THREADS_PER_CORE = 1.5
HD_HEIGHT = 720
HALVED = 2

_PICTURE_FLAGS = "+cmaf+frag_keyframe"
# The late header can say how much of the first frame is the encoder's delay.
_SOUND_FLAGS = "+cmaf+delay_moov"
_NO_METADATA: dict[str, str | int] = {"map_metadata": -1, "map_chapters": -1}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file in the workspace, and what it was found to be."""

    path: Path
    info: MediaInfo


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Frames `first` up to, not including, `end` of the grid; None is the end."""

    first: int = 0
    end: int | None = None


WHOLE = Stretch()


def track_path(directory: Path, name: str) -> Path:
    """Where a command leaves the track `name`."""
    return directory / f"{name}.mp4"


def pictures(
    source: Source,
    rungs: tuple[Rung, ...],
    *,
    grid: Grid,
    directory: Path,
    sound: bool = False,
    stretch: Stretch = WHOLE,
) -> Command:
    """The command for `rungs` (at least one), and with `sound` the sound too."""
    video = source.info.video
    if video is None or not rungs:
        raise ValueError("there is no picture to encode")
    graph = Graph()
    shrinks = HALVED * rungs[-1].width <= video.display_width
    media = graph.input(_input(source, grid=grid, stretch=stretch, shrinks=shrinks))
    frames = _frames(media, video, grid=grid, stretch=stretch)
    pixels = sum(rung.width * rung.height for rung in rungs)
    outputs = [
        _rung_output(
            stream,
            rung,
            grid=grid,
            directory=directory,
            stretch=stretch,
            share=rung.width * rung.height / pixels,
        )
        for stream, rung in _cascade(frames, video, rungs)
    ]
    if sound and source.info.audio is not None:
        outputs += _sound_outputs(media, source.info, directory=directory)
    end = stretch.end or grid.frame_count
    return graph.command(
        *outputs,
        expected_duration_ms=math.ceil((end - stretch.first) / grid.rate * 1000),
    )


def sound_alone(source: Source, *, directory: Path) -> Command:
    """The command for the sound of a source."""
    graph = Graph()
    media = graph.input(Input(path=source.path, demuxer=source.info.container))
    outputs = _sound_outputs(media, source.info, directory=directory)
    return graph.command(*outputs, expected_duration_ms=source.info.duration_ms)


def copied_sound(source: Source, *, directory: Path) -> Command:
    """The command that puts the source's sound into fragments as it is."""
    if source.info.audio is None:
        raise ValueError("there is no sound to copy")
    graph = Graph()
    media = graph.input(Input(path=source.path, demuxer=source.info.container))
    stream = media.stream(source.info.audio.index)
    return graph.command(
        _sound_track(stream, {"c:a": "copy"}, directory=directory),
        _samples(_even(stream), directory=directory),
        expected_duration_ms=source.info.duration_ms,
    )


def copied_picture(source: Source, rung: Rung, *, directory: Path) -> Command:
    """The command that puts the source's picture into fragments as it is."""
    video = source.info.video
    if video is None:
        raise ValueError("there is no picture to copy")
    graph = Graph()
    media = graph.input(Input(path=source.path, demuxer=source.info.container))
    output = Output(
        path=track_path(directory, rung.name),
        muxer="mp4",
        streams=[media.stream(video.index)],
        options={"c:v": "copy", "movflags": _PICTURE_FLAGS, **_NO_METADATA},
    )
    return graph.command(output, expected_duration_ms=source.info.duration_ms)


def progressive(picture: Path | None, sound: Path | None, *, target: Path) -> Command:
    """One file to download or scrub in, made of finished tracks without encoding."""
    graph = Graph()
    streams = []
    if picture is not None:
        streams.append(graph.input(Input(path=picture, demuxer="mov")).video)
    if sound is not None:
        streams.append(graph.input(Input(path=sound, demuxer="mov")).audio)
    output = Output(
        path=target,
        muxer="mp4",
        streams=streams,
        options={"c": "copy", "movflags": "+faststart", **_NO_METADATA},
    )
    return graph.command(output)


def timescale_of(rate: Fraction) -> int:
    """Ticks per second in which a frame is a whole number of ticks."""
    return rate.numerator * math.ceil(MIN_TIMESCALE / rate.numerator)


def _input(source: Source, *, grid: Grid, stretch: Stretch, shrinks: bool) -> Input:
    options: dict[str, str | None] = {}
    if shrinks:
        # Blocks in frames that no other depends on vanish when they are shrunk.
        options["skip_loop_filter"] = "noref"
    if stretch.first:
        # From the key frame before, nothing dropped: with uneven frame times the
        # frame shown at the first moment may have begun long before it.
        options["noaccurate_seek"] = None
        options["ss"] = f"{float(stretch.first / grid.rate):.6f}"
    return Input(path=source.path, demuxer=source.info.container, options=options)


def _frames(
    media: Media, video: VideoStream, *, grid: Grid, stretch: Stretch
) -> Stream:
    """The picture at a constant rate from the very beginning."""
    stream = media.stream(video.index).filter(
        "fps", fps=str(grid.rate), start_time=0, round="near"
    )
    if stretch.end is None:
        return stream
    return stream.filter("trim", end_frame=stretch.end - stretch.first)


def _cascade(
    stream: Stream, video: VideoStream, rungs: tuple[Rung, ...]
) -> list[tuple[Stream, Rung]]:
    """Each rung's picture, the largest scaled from the source."""
    *smaller, largest = rungs
    stream = _prepared(stream, video, largest)
    made = []
    larger = largest
    for rung in reversed(smaller):
        own, stream = stream.split(2, kind="video")
        made.append((own, larger))
        stream = stream.filter("scale", w=rung.width, h=rung.height, flags="area")
        stream = stream.filter("setsar", sar=1)
        larger = rung
    return [*made, (stream, larger)]


def _prepared(stream: Stream, video: VideoStream, rung: Rung) -> Stream:
    """The picture as H.264 players want it: SDR, 4:2:0, square pixels, tagged."""
    shown = (video.display_width, video.display_height)
    is_rgb = video.color_matrix == "gbr" or "rgb" in video.pix_fmt
    full_range = video.color_range == "pc" or video.pix_fmt.startswith("yuvj")
    wanted = (rung.width, rung.height)
    coded = (video.height, video.width) if video.rotation % 180 else (
        video.width, video.height)  # fmt: skip
    if wanted != coded or is_rgb or full_range:
        options = {"out_color_matrix": "bt709"} if is_rgb else {}
        if not video.is_hdr:
            options["out_range"] = "tv"
        shrinks = shown[0] > wanted[0] * 1.5
        flags = "area" if shrinks else "bicubic"
        stream = stream.filter(
            "scale", w=wanted[0], h=wanted[1], flags=flags, **options
        )
    stream = to_sdr(stream, video).filter("format", pix_fmts="yuv420p")
    stream = stream.filter("setsar", sar=1)
    if is_rgb or (video.color_matrix is None and not video.is_hdr):
        # Players guess by each rung's size; the rungs have to look the same.
        name = "bt709" if is_rgb or min(shown) >= HD_HEIGHT else "smpte170m"
        stream = stream.filter(
            "setparams",
            colorspace=name,
            color_primaries=name,
            color_trc=name,
            range="tv",
        )
    return stream


def _threads(share: float) -> int:
    """Encoders of one command share the threads that x264 would take for one."""
    cores = len(os.sched_getaffinity(0))
    return max(1, round(THREADS_PER_CORE * cores * share))


def _rung_output(
    stream: Stream,
    rung: Rung,
    *,
    grid: Grid,
    directory: Path,
    stretch: Stretch,
    share: float,
) -> Output:
    return Output(
        path=track_path(directory, rung.name),
        muxer="mp4",
        streams=[stream],
        options={
            "c:v": "libx264",
            "profile:v": "high",
            "preset": "veryfast",
            "crf": QUALITY_CRF,
            "maxrate": rung.max_bit_rate,
            "bufsize": 2 * rung.max_bit_rate,
            "g": NO_KEY_FRAMES,
            "sc_threshold": 0,
            "threads": _threads(share),
            "force_key_frames": ",".join(
                grid.key_times(first=stretch.first, end=stretch.end)
            ),
            "fps_mode": "passthrough",
            "video_track_timescale": timescale_of(grid.rate),
            "movflags": _PICTURE_FLAGS,
            **_NO_METADATA,
        },
    )


def _sound_outputs(media: Media, info: MediaInfo, *, directory: Path) -> list[Output]:
    """The track, and its samples in mono for `peaks`, of the same decoding."""
    if info.audio is None:
        raise ValueError("there is no sound to encode")
    stream = _even(media.stream(info.audio.index))
    heard, drawn = stream.split(2, kind="audio")
    encoder: dict[str, Value | None] = {
        "c:a": "aac",
        "profile:a": "aac_low",
        "b:a": SOUND_BIT_RATE,
        "ac": CHANNELS,
        "ar": SAMPLE_RATE,
    }
    return [
        _sound_track(to_stereo(heard, info.audio), encoder, directory=directory),
        _samples(drawn, directory=directory),
    ]


def _even(stream: Stream) -> Stream:
    """Samples from the very beginning, holes filled with silence."""
    return stream.filter("aresample", osr=SAMPLE_RATE, first_pts=0, **{"async": 1})


def _sound_track(
    stream: Stream, encoder: Mapping[str, Value | None], *, directory: Path
) -> Output:
    return Output(
        path=track_path(directory, SOUND),
        muxer="mp4",
        streams=[stream],
        options={
            **encoder,
            "frag_duration": SEGMENT_S * 1_000_000,
            "movflags": _SOUND_FLAGS,
            **_NO_METADATA,
        },
    )


def _samples(stream: Stream, *, directory: Path) -> Output:
    return Output(
        path=peaks.samples_path(directory),
        muxer="wav",
        streams=[stream.filter("aformat", channel_layouts="mono")],
        options={"c:a": "pcm_mulaw", **_NO_METADATA},
    )
