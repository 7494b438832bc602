"""Takes pictures from a source as they are: whole groups, from true IDR frames.

Any doubt, and the span is encoded: only H.264 in MP4 or MOV whose every frame lasts
equally long, in 4:2:0, upright, with square pixels, in BT.709, of the frame's size.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from projects.pipeline.encoding import timescale_of
from projects.timeline.clips import Transform
from projects.timeline.rational import frame_at
from projects.timeline.scene import Scene, Shot
from projects.timeline.spans import Span
from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from streamfetch.ffmpeg.fragments import Fragment, Movie
from streamfetch.ffmpeg.probe import MediaInfo

# A copy shorter than this is not worth two more seams.
LEAST_S = 1
# Rec. ITU-T H.264, table 7-1.
_SLICE, _IDR = 1, 5
_LOOKED_AT_BYTES = 256 * 1024
_TV = (None, "tv")
_BT709 = (None, "bt709")


@dataclass(frozen=True)
class Index:
    """Where a source can be cut: the frames at which its groups begin, and its end.

    `frames[n]` is where group n begins, the last entry where the last one ends.
    """

    rate: Fraction
    frames: tuple[int, ...]
    width: int
    height: int


def may_be_copied(info: MediaInfo) -> bool:
    """Whether looking into a source is worth it."""
    video = info.video
    return (
        video is not None
        and info.container.startswith("mov")
        and video.codec == "h264"
        and video.pix_fmt == "yuv420p"
        and not video.is_variable_frame_rate
        and not video.is_hdr
        and video.rotation == 0
        and Fraction(video.sample_aspect_ratio) == 1
        and video.width % 2 == 0
        and video.height % 2 == 0
        and video.color_range in _TV
        and video.color_matrix in _BT709
        and video.fps > 0
    )


def in_fragments(path: Path, info: MediaInfo, directory: Path) -> Command:
    """The command that brings a source's picture, as it is, to `groups_path`.

    One fragment for each group, with its parameter sets in front of it.
    """
    video = info.video
    if video is None:
        raise ValueError("a sound has no picture")
    graph = Graph()
    stream = graph.input(Input(path=path, demuxer=info.container)).stream(video.index)
    output = Output(
        path=groups_path(path, directory),
        muxer="mp4",
        streams=[stream],
        options={
            "c:v": "copy",
            "bsf:v": "h264_mp4toannexb",
            "video_track_timescale": timescale_of(video.fps),
            "movflags": "+cmaf+frag_keyframe",
            "map_metadata": -1,
        },
    )
    return graph.command(output, expected_duration_ms=info.duration_ms)


def groups_path(path: Path, directory: Path) -> Path:
    return directory / f"{path.stem}-groups.mp4"


def index_of(movie: Movie, info: MediaInfo) -> Index | None:
    """Where the groups of a source begin; None when it is not regular enough."""
    video = info.video
    if video is None or movie.timescale != timescale_of(video.fps):
        return None
    ticks = timescale_of(video.fps) / video.fps
    start = movie.fragments[0].start if movie.fragments else 0
    frames = [0]
    with movie.path.open("rb") as file:
        for fragment in movie.fragments:
            file.seek(fragment.offset + fragment.header_bytes + 8)
            if not _begins_with_idr(file.read(_LOOKED_AT_BYTES)):
                return None
            is_even = fragment.ticks == fragment.samples * ticks
            is_placed = fragment.start - start == frames[-1] * ticks
            if not (fragment.is_closed and is_even and is_placed):
                return None
            frames.append(frames[-1] + fragment.samples)
    return Index(video.fps, tuple(frames), video.width, video.height)


def untouched(scene: Scene, span: Span, indexes: Mapping[UUID, Index]) -> Shot | None:
    """The one shot that a span shows as it is in its source, if it does."""
    layers = list(scene.within(span.first, span.last))
    if len(layers) != 1 or len(layers[0]) != 1:
        return None
    shot = layers[0][0]
    if not isinstance(shot, Shot) or scene.words_within(span.first, span.last):
        return None
    index = indexes.get(shot.clip.asset)
    if index is None or not _is_untouched(shot, scene, index):
        return None
    return shot if shot.first <= span.first and span.last <= shot.last else None


def copyable(
    scene: Scene, span: Span, indexes: Mapping[UUID, Index]
) -> tuple[Span, UUID, int] | None:
    """The part of a span that is a source's own groups: where, of what, from which
    of its frames. None when there is none."""
    shot = untouched(scene, span, indexes)
    if shot is None:
        return None
    index = indexes[shot.clip.asset]
    # Frame n of the timeline is frame n + ahead of the source.
    ahead = frame_at(shot.clip.start_time, index.rate) - shot.anchor
    begin = bisect_left(index.frames, span.first + ahead)
    end = bisect_right(index.frames, span.last + ahead) - 1
    if end <= begin:
        return None
    middle = Span(index.frames[begin] - ahead, index.frames[end] - ahead)
    if middle.frames < LEAST_S * index.rate:
        return None
    return middle, shot.clip.asset, index.frames[begin]


def taken(movie: Movie, first: int, frames: int) -> Movie:
    """The groups of a movie that make up `frames` frames from `first` on.

    Raises `ValueError` when they begin or end elsewhere.
    """
    chosen: list[Fragment] = []
    at = 0
    for fragment in movie.fragments:
        if first <= at < first + frames:
            chosen.append(fragment)
        at += fragment.samples
    if sum(fragment.samples for fragment in chosen) != frames:
        raise ValueError("the groups of the source begin elsewhere")
    return Movie(
        path=movie.path,
        init=movie.init,
        timescale=movie.timescale,
        codec=movie.codec,
        fragments=tuple(chosen),
    )


def read(path: Path) -> Movie | None:
    """The movie that `in_fragments` left; None when it cannot be cut."""
    try:
        return fragments.read(path)
    except (ValueError, KeyError, IndexError, struct.error):
        return None


def _is_untouched(shot: Shot, scene: Scene, index: Index) -> bool:
    clip, frame = shot.clip, scene.frame
    return (
        clip.transform == Transform()
        and not clip.effects
        and clip.speed == 1
        and (frame.width, frame.height) == (index.width, index.height)
        and frame.rate == index.rate
    )


def _begins_with_idr(sample: bytes) -> bool:
    """Whether the first slice is one of an IDR picture, after parameter sets."""
    at = 0
    while at + 5 <= len(sample):
        (size,) = struct.unpack_from(">I", sample, at)
        kind = sample[at + 4] & 0x1F
        if kind in (_SLICE, _IDR):
            return kind == _IDR
        at += 4 + size
    return False
