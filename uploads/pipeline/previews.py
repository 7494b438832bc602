"""Plans the pictures and the preview of a source. Starts nothing."""

from dataclasses import dataclass
from pathlib import Path

from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream
from streamfetch.ffmpeg.probe import MediaInfo
from uploads.models import Rendition

POSTER_WIDTH = 960
PREVIEW_HEIGHT = 360
WAVEFORM_SIZE = "960x540"
MAX_POSTER_MOMENT_MS = 3000


@dataclass(frozen=True)
class Made:
    """A file in the workspace that becomes a rendition. Sizes in pixels."""

    spec: str
    path: Path
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Planned:
    """A command and what it will have made."""

    command: Command
    made: Made


def _even(value: float) -> int:
    return max(2, 2 * round(value / 2))


def fit(
    info: MediaInfo, *, height: int | None = None, width: int | None = None
) -> tuple[int, int]:
    """Size of the picture within a height or a width, never above the source."""
    video = info.video
    if video is None:
        raise ValueError("a sound has no size")
    scale = 1.0
    if height is not None:
        scale = min(scale, height / min(video.display_height, video.display_width))
    if width is not None:
        scale = min(scale, width / video.display_width)
    return _even(video.display_width * scale), _even(video.display_height * scale)


def _scaled(stream: Stream, size: tuple[int, int]) -> Stream:
    return stream.filter("scale", w=size[0], h=size[1], flags="bicubic").filter(
        "setsar", sar=1
    )


def poster(path: Path, info: MediaInfo, directory: Path) -> Planned | None:
    """One JPEG: a frame a little into the video, the picture, or the waveform."""
    target = directory / "poster.jpg"
    graph = Graph()
    if info.video is None:
        wave = graph.input(Input(path=path, demuxer=info.container)).audio.filter(
            "showwavespic", s=WAVEFORM_SIZE, colors="0x8b7cf6", split_channels=0
        )
        streams, size = [wave], (960, 540)
    else:
        moment_ms = min(MAX_POSTER_MOMENT_MS, info.duration_ms // 10)
        source = Input(
            path=path,
            demuxer=info.container,
            start_ms=0 if info.kind == "image" else moment_ms,
        )
        size = fit(info, width=POSTER_WIDTH)
        picture = _scaled(graph.input(source).video, size)
        streams = [picture.filter("format", pix_fmts="yuvj420p")]
    output = Output(
        path=target,
        muxer="image2",
        streams=streams,
        options={"frames:v": 1, "c:v": "mjpeg", "q:v": 3, "update": 1},
    )
    return Planned(
        command=graph.command(output, expected_frames=1),
        made=Made(Rendition.Spec.POSTER, target, *size),
    )


def preview(path: Path, info: MediaInfo, directory: Path) -> Planned | None:
    """A small MP4 that every browser plays and seeks quickly. None for pictures."""
    if info.kind == "image":
        return None
    target = directory / ("preview.mp4" if info.video else "preview.m4a")
    graph = Graph()
    media = graph.input(Input(path=path, demuxer=info.container))
    streams: list[Stream] = []
    options: dict[str, str | int | float | bool | Path | None] = {
        "movflags": "+faststart",
        "map_metadata": -1,
    }
    size: tuple[int, int] | tuple[None, None] = (None, None)
    if info.video:
        size = fit(info, height=PREVIEW_HEIGHT)
        picture = _scaled(media.video, size).filter("format", pix_fmts="yuv420p")
        streams.append(picture)
        options |= {
            "c:v": "libx264",
            "preset": "veryfast",
            "crf": 25,
            # A key frame a second: scrubbing in the editor stays exact and quick.
            "force_key_frames": "expr:gte(t,n_forced)",
        }
    if info.audio:
        sound = media.audio.filter("aresample", osr=48000, first_pts=0)
        streams.append(sound)
        options |= {"c:a": "aac", "b:a": "128k", "ac": 2}
    output = Output(path=target, muxer="mp4", streams=streams, options=options)
    return Planned(
        command=graph.command(output, expected_duration_ms=info.duration_ms),
        made=Made(Rendition.Spec.PREVIEW, target, *size),
    )
