"""The encoder's settings, and the commands for spans, joins and files.

Threads are fixed: x264 decides differently with another number of them, and the
same document must give the same frames on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal
from uuid import UUID

from projects.pipeline.picture import PictureGraph, with_words
from projects.pipeline.script import script_of
from projects.pipeline.sources import SourceFile
from projects.timeline.scene import Scene
from projects.timeline.spans import Span
from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Value
from streamfetch.ffmpeg.fragments import Movie

THREADS = 4
# A look ahead in a thread of its own sees more or fewer frames with the load of the
# machine: on two cores with four busy loops eleven encodes of sixty came out otherwise.
LOOK_AHEAD = "sync-lookahead=0"
MIN_TIMESCALE = 10_000
GIF_RATE, GIF_WIDTH = 12, 480
COLORS: dict[str, Value] = {
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "colorspace": "bt709",
    "color_range": "tv",
}


@dataclass(frozen=True)
class Encoder:
    """How spans are encoded. `in_band`: with parameter sets at each key frame."""

    preset: str = "veryfast"
    crf: int = 20
    profile: str = "high"
    in_band: bool = False

    def options(self) -> dict[str, Value | None]:
        found: dict[str, Value | None] = {
            "c:v": "libx264",
            "preset": self.preset,
            "crf": self.crf,
            "profile:v": self.profile,
            "threads": THREADS,
            "x264-params": LOOK_AHEAD,
            "bitexact": None,
            **COLORS,
        }
        if self.in_band:
            found["bsf:v"] = "dump_extra=freq=keyframe"
        return found


def timescale_of(rate: Fraction) -> int:
    """Ticks a second in which every frame has a whole number of them."""
    return rate.numerator * max(1, -(-MIN_TIMESCALE // rate.numerator))


def encoded_span(
    scene: Scene,
    span: Span,
    *,
    sources: Mapping[UUID, SourceFile],
    encoder: Encoder,
    fonts: Path,
    directory: Path,
) -> Command:
    """The command that writes a span's picture to `directory/span.mp4`."""
    graph = Graph()
    drawn = PictureGraph(graph, scene, span.first, span.last, sources=sources)
    picture = drawn.picture()
    if words := script_of(scene, span.first, span.last):
        path = directory / "words.ass"
        path.write_text(words.text, encoding="utf-8")
        picture = with_words(picture, path, fonts=fonts, shift_s=str(words.shift))
    rate = scene.frame.rate
    output = Output(
        path=span_path(directory),
        muxer="mp4",
        streams=[picture],
        options={
            "copyts": None,
            **encoder.options(),
            "r": rate,
            "video_track_timescale": timescale_of(rate),
            "movflags": "+cmaf+frag_keyframe",
            "map_metadata": -1,
        },
    )
    return graph.command(
        output,
        expected_frames=span.frames,
        expected_duration_ms=round(span.frames / rate * 1000),
    )


def span_path(directory: Path) -> Path:
    return directory / "span.mp4"


def frame_picture(
    scene: Scene,
    number: int,
    *,
    sources: Mapping[UUID, SourceFile],
    fonts: Path,
    directory: Path,
    image_format: Literal["jpeg", "png"],
) -> Command:
    """The command that writes one frame to `directory/frame.jpeg` or `.png`."""
    graph = Graph()
    drawn = PictureGraph(graph, scene, number, number + 1, sources=sources)
    picture = drawn.picture()
    if words := script_of(scene, number, number + 1):
        path = directory / "words.ass"
        path.write_text(words.text, encoding="utf-8")
        picture = with_words(picture, path, fonts=fonts, shift_s=str(words.shift))
    is_png = image_format == "png"
    picture = picture.filter(
        "scale", in_color_matrix="bt709", in_range="tv", out_range="pc"
    ).filter("format", pix_fmts="rgb24" if is_png else "yuvj420p")
    output = Output(
        path=directory / f"frame.{image_format}",
        muxer="image2",
        streams=[picture],
        options={
            "copyts": None,
            "frames:v": 1,
            "c:v": "png" if is_png else "mjpeg",
            **({} if is_png else {"q:v": 2}),
            "update": 1,
        },
    )
    return graph.command(output, expected_frames=1)


class SeamMismatch(ValueError):
    """Pieces do not fit together: another number of frames, clock or header."""


def joined(spans: Sequence[tuple[Span, Movie]], rate: Fraction, path: Path) -> None:
    """Write the pictures of spans one after the other to one fragmented file.

    Its header is the one that asks most of a decoder; where headers differ, every
    piece carries its own parameter sets. Raises `SeamMismatch`.
    """
    ticks = timescale_of(rate) / rate
    at = first = spans[0][0].first
    placed = []
    for span, movie in spans:
        if span.first != at or movie.samples != span.frames:
            raise SeamMismatch(f"{movie.samples} frames from {at} for {span}")
        if movie.timescale != timescale_of(rate):
            raise SeamMismatch("a span has another clock")
        begins = movie.fragments[0].start if movie.fragments else 0
        length = sum(fragment.ticks for fragment in movie.fragments)
        if length != span.frames * ticks:
            raise SeamMismatch("the frames of a span do not last equally long")
        placed.append((movie, int((span.first - first) * ticks) - begins))
        at = span.last
    header = max((movie for _span, movie in spans), key=_demands)
    fragments.write_joined(placed, path, init=header.init)


def _demands(movie: Movie) -> tuple[str, str]:
    """Level, then profile, of `avc1.PPCCLL` (RFC 6381)."""
    return movie.codec[-2:], movie.codec[-6:-4]


def muxed(
    picture: Path | None, sound: Path | None, *, target: Path, duration_ms: int
) -> Command:
    """The command that puts picture and sound into one file, for any player."""
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
        options={"c": "copy", "movflags": "+faststart", "map_metadata": -1},
    )
    return graph.command(output, expected_duration_ms=duration_ms)


def animated_size(width: int, height: int) -> tuple[int, int]:
    """Of the GIF that `animated` makes of a picture of this size."""
    narrowed = min(width, GIF_WIDTH)
    return narrowed, 2 * round(height * narrowed / width / 2)


def animated(picture: Path, *, target: Path, duration_ms: int) -> Command:
    """The command that makes an animated GIF, its colours chosen for all frames."""
    graph = Graph()
    stream = graph.input(Input(path=picture, demuxer="mov")).video
    stream = stream.filter("fps", fps=GIF_RATE).filter(
        "scale", w=f"min(iw,{GIF_WIDTH})", h=-2, flags="lanczos"
    )
    shown, counted = stream.split(2, kind="video")
    palette = counted.filter("palettegen", stats_mode="diff")
    stream = shown.joined("paletteuse", palette, dither="bayer", bayer_scale=4)
    output = Output(path=target, muxer="gif", streams=[stream], options={"loop": 0})
    return graph.command(output, expected_duration_ms=duration_ms)
