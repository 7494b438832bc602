"""Plans the poster of a source. Starts nothing."""

from dataclasses import dataclass
from pathlib import Path

from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream
from streamfetch.ffmpeg.filters import to_sdr
from streamfetch.ffmpeg.probe import MediaInfo

POSTER_WIDTH = 960
WAVEFORM_SIZE = "960x540"
# The accent of the pages.
WAVEFORM_COLOR = "0xff7438"
MAX_POSTER_MOMENT_MS = 3000


@dataclass(frozen=True)
class Planned:
    """A command, where it leaves its picture, and the size of that in pixels."""

    command: Command
    path: Path
    size: tuple[int, int]


def _even(value: float) -> int:
    return max(2, 2 * round(value / 2))


def fit(info: MediaInfo, *, width: int) -> tuple[int, int]:
    """Size of the picture within a width, never above the source."""
    video = info.video
    if video is None:
        raise ValueError("a sound has no size")
    scale = min(1.0, width / video.display_width)
    return _even(video.display_width * scale), _even(video.display_height * scale)


def _scaled(stream: Stream, size: tuple[int, int]) -> Stream:
    return stream.filter("scale", w=size[0], h=size[1], flags="bicubic").filter(
        "setsar", sar=1
    )


def poster(
    path: Path, info: MediaInfo, directory: Path, *, moment_ms: int | None = None
) -> Planned:
    """One JPEG: a frame a little into the video, the picture, or the waveform."""
    target = directory / "poster.jpg"
    graph = Graph()
    if info.video is None:
        wave = graph.input(Input(path=path, demuxer=info.container)).audio.filter(
            "showwavespic", s=WAVEFORM_SIZE, colors=WAVEFORM_COLOR, split_channels=0
        )
        streams, size = [wave], (960, 540)
    else:
        if moment_ms is None:
            moment_ms = min(MAX_POSTER_MOMENT_MS, info.duration_ms // 10)
        source = Input(path=path, demuxer=info.container, start_ms=moment_ms)
        size = fit(info, width=POSTER_WIDTH)
        picture = graph.input(source).stream(info.video.index)
        picture = to_sdr(_scaled(picture, size), info.video)
        streams = [picture.filter("format", pix_fmts="yuvj420p")]
    output = Output(
        path=target,
        muxer="image2",
        streams=streams,
        options={"frames:v": 1, "c:v": "mjpeg", "q:v": 3, "update": 1},
    )
    return Planned(
        command=graph.command(output, expected_frames=1),
        path=target,
        size=size,
    )
