"""Says what a file is, by reading it in a confined child process (PyAV).

The imageio-ffmpeg wheel has no ffprobe, and a decoder bug must not be this
process. `probe_child` decides; this module starts it and checks its answer.
"""

import json
import os
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from streamfetch.ffmpeg import allowlists, colors, errors, process, sandbox

_CHILD = Path(__file__).with_name("probe_child.py")
_CPU_SHARE_OF_TIMEOUT = 2
_REFUSALS: dict[str, type[errors.FFmpegError]] = {
    kind.code: kind
    for kind in (
        errors.EmptyFile,
        errors.NotMedia,
        errors.UnsupportedMedia,
        errors.TruncatedMedia,
        errors.UnreadableMedia,
    )
}


@dataclass(frozen=True, kw_only=True)
class VideoStream:
    """The main picture. Rates are rationals as text, `30000/1001`.

    `width` and `height` are coded pixels; `display_*` is what a viewer sees,
    after `sample_aspect_ratio` and `rotation` (degrees clockwise: 0, 90, 180,
    270). `frame_rate` is the one to work with; `average_frame_rate` counts
    frames over time, `real_frame_rate` is FFmpeg's r_frame_rate. Colours are
    FFmpeg's names, None when the file does not state them.
    """

    index: int
    codec: str
    profile: str | None
    width: int
    height: int
    display_width: int
    display_height: int
    rotation: int
    sample_aspect_ratio: str
    frame_rate: str
    average_frame_rate: str
    real_frame_rate: str
    is_variable_frame_rate: bool
    frame_count: int
    pix_fmt: str
    color_primaries: str | None
    color_transfer: str | None
    color_matrix: str | None
    color_range: str | None
    is_hdr: bool
    bit_rate: int
    duration_ms: int
    start_ms: int
    # Of frames that are there and that the file says not to show (edit lists).
    hidden_frame_count: int = 0

    @property
    def fps(self) -> Fraction:
        """Return `frame_rate` as a number; 0 for a still picture without one."""
        return Fraction(self.frame_rate)


@dataclass(frozen=True, kw_only=True)
class AudioStream:
    """The default sound; `channel_layout` is FFmpeg's name, such as `5.1(side)`."""

    index: int
    codec: str
    profile: str | None
    sample_rate: int
    channels: int
    channel_layout: str
    bit_rate: int
    duration_ms: int
    start_ms: int


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A named part, from the start of the file; the title may be empty."""

    start_ms: int
    end_ms: int
    title: str


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """What one file is. `container` is the name of its demuxer (`mov`, `matroska`).

    Cover art is not video. `duration_ms` is 0 for an image; `bit_rate` is bits
    per second of the whole file.
    """

    container: str
    kind: Literal["video", "audio", "image"]
    duration_ms: int
    start_ms: int
    size_bytes: int
    bit_rate: int
    video: VideoStream | None
    audio: AudioStream | None
    chapters: tuple[Chapter, ...] = ()


_ANSWER = TypeAdapter(MediaInfo)


def probe(
    path: Path, *, timeout_s: float = 30, memory_bytes: int = 2 * 1024**3
) -> MediaInfo:
    """Read all of `path` (every packet, one frame of each stream) and describe it.

    Raises EmptyFile, NotMedia, UnsupportedMedia, TruncatedMedia (content is
    missing, or the header claims a duration that the packets do not have),
    UnreadableMedia (a decoder failed, or `memory_bytes` did not suffice),
    DeadlineExceeded, and FileNotFoundError.
    """
    return _probed(path, timeout_s=timeout_s, memory_bytes=memory_bytes, glance=False)


def glance(path: Path, *, timeout_s: float = 10) -> MediaInfo:
    """Describe a file of which only the beginning is there, by its header.

    Durations are what the header claims, counts are of the beginning. Raises what
    `probe` raises.
    """
    return _probed(path, timeout_s=timeout_s, memory_bytes=1024**3, glance=True)


def _probed(
    path: Path, *, timeout_s: float, memory_bytes: int, glance: bool
) -> MediaInfo:
    if path.stat().st_size == 0:
        raise errors.EmptyFile
    limits = sandbox.Limits(
        memory_bytes=memory_bytes,
        cpu_s=max(1, int(timeout_s * _CPU_SHARE_OF_TIMEOUT)),
        file_bytes=0,
        nice=0,
    )
    path = path.absolute()
    argv = sandbox.confined(
        [sys.executable, "-I", "-B", str(_CHILD), _config(path, glance=glance)],
        limits=limits,
        reads=[path],
        program_reads=_python_reads(),
    )
    env = sandbox.environment()
    try:
        answer = process.capture(argv, timeout_s=timeout_s, env=env)
    except process.OutOfTime as error:
        raise errors.DeadlineExceeded from error
    return _media(answer)


def _media(answer: process.Captured) -> MediaInfo:
    tail = answer.stderr[-4000:].decode(errors="replace")
    try:
        message = json.loads(answer.stdout)
        if "error" in message:
            raise _REFUSALS[message["error"]](stderr_tail=tail)
        media = message["media"]
        if video := media["video"]:
            video |= colors.named(video.pop("color"))
            video["is_hdr"] = video["color_transfer"] in colors.HDR_TRANSFERS
        return _ANSWER.validate_python(media)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        # Killed by a limit, or taken over by the file: neither is an answer.
        raise errors.UnreadableMedia(stderr_tail=tail) from error


@cache
def _python_reads() -> list[Path]:
    """Return what the interpreter needs in its sandbox, nothing of the project."""
    import av

    executable = Path(os.path.realpath(sys.executable))
    packages = Path(av.__file__).parent.parent
    return [Path(sys.prefix), Path(sys.base_prefix), packages, _CHILD, executable]


def _config(path: Path, *, glance: bool) -> str:
    return json.dumps(
        {
            "path": str(path),
            "glance": glance,
            "formats": allowlists.FORMAT_WHITELIST,
            "codecs": allowlists.CODEC_WHITELIST,
            "picture_containers": ("gif", *allowlists.PICTURE_CONTAINERS),
            "containers_with_duration": allowlists.CONTAINERS_WITH_DURATION,
            "max_pixels": allowlists.MAX_PIXELS,
        }
    )
