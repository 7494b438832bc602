"""Which FFmpeg program is used and what it can do. Reads no media."""

import os
import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from streamfetch.ffmpeg import process, sandbox
from streamfetch.ffmpeg.errors import FFmpegMissing

REQUIRED_ENCODERS = ("libx264", "aac", "mjpeg", "libwebp")
REQUIRED_FILTERS = ("ass", "scale", "overlay", "trim", "atrim", "concat", "amix")

_ENCODER_LINE = re.compile(r"^ [VAS][A-Z.]{5} (\S+)", re.MULTILINE)
_FILTER_LINE = re.compile(r"^ [A-Z.]{2,3} (\S+) +\S+->\S+", re.MULTILINE)


@dataclass(frozen=True)
class Capabilities:
    """What one FFmpeg build offers."""

    version: str
    encoders: frozenset[str]
    filters: frozenset[str]

    def missing(self) -> tuple[str, ...]:
        """Return the required encoders and filters that this build lacks."""
        encoders = (name for name in REQUIRED_ENCODERS if name not in self.encoders)
        filters = (name for name in REQUIRED_FILTERS if name not in self.filters)
        return (*encoders, *filters)


def ffmpeg_path() -> Path:
    """Return the program: STREAMFETCH_FFMPEG, else the one of imageio-ffmpeg.

    Raises FFmpegMissing.
    """
    named = os.environ.get("STREAMFETCH_FFMPEG", "")
    found = shutil.which(named) if named else _bundled()
    if not found:
        raise FFmpegMissing
    return Path(found).absolute()


def version() -> str:
    """Return the version FFmpeg states, such as `7.1` or `n9.0.2-17-g2a571b6068`."""
    return capabilities().version


def capabilities() -> Capabilities:
    """Return what the program offers; asked once per program file.

    Raises FFmpegMissing.
    """
    path = ffmpeg_path()
    return _capabilities_of(path, path.stat().st_mtime_ns)


@cache
def _bundled() -> str | None:
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


@cache
def _capabilities_of(path: Path, _mtime_ns: int) -> Capabilities:
    stated = re.match(r"ffmpeg version (\S+)", _ask(path, "-version"))
    if stated is None:
        raise FFmpegMissing
    return Capabilities(
        version=stated[1],
        encoders=frozenset(_ENCODER_LINE.findall(_ask(path, "-encoders"))),
        filters=frozenset(_FILTER_LINE.findall(_ask(path, "-filters"))),
    )


def _ask(path: Path, question: str) -> str:
    argv = [str(path), "-hide_banner", question]
    try:
        answer = process.capture(argv, timeout_s=30, env=sandbox.environment())
    except (OSError, process.OutOfTime) as error:
        raise FFmpegMissing from error
    return answer.stdout.decode(errors="replace")
