"""Renders timelines without a database, and looks at what came out."""

import math
import subprocess
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from projects.fonts import fonts_directory
from projects.pipeline.encoding import (
    Encoder,
    encoded_span,
    joined,
    muxed,
    span_path,
)
from projects.pipeline.sound import (
    SoundPlan,
    encoding,
    measured,
    measuring,
    mixed_parts,
    sound_path,
)
from projects.pipeline.sources import SourceFile
from projects.timeline.document import Clip, Resolution, Settings, Timeline
from projects.timeline.heard import heard_of
from projects.timeline.scene import Scene, frame_of, scene_of
from projects.timeline.spans import Span, sample_at, spans_of
from streamfetch.ffmpeg import fragments, runner
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.probe import probe

WIDTH, HEIGHT = 160, 90
SAMPLE_RATE = 48_000
_NAMES = UUID(int=7)


def asset_of(path: Path) -> UUID:
    """The id under which a file is on a timeline."""
    return uuid5(_NAMES, str(path))


def clip(path: Path, start: float, end: float, **values: object) -> Clip:
    return Clip.model_validate(
        {"asset": asset_of(path), "start_time": start, "end_time": end, **values}
    )


def settings(rate: float = 30, background: str = "#000000") -> Settings:
    return Settings(
        resolution=Resolution(width=WIDTH, height=HEIGHT),
        frame_rate=rate,
        background_color=background,
    )


@cache
def source(path: Path) -> SourceFile:
    return SourceFile(path=path, info=probe(path))


def scene(
    paths: Sequence[Path], clips: Sequence[Clip], **parts: Any
) -> tuple[Timeline, Scene]:
    """A timeline of these clips and other parts, and what is seen of it."""
    wanted = parts.pop("wanted", None) or settings()
    texts = parts.pop("texts", ())
    timeline = Timeline(clips=list(clips), text_overlays=list(texts), **parts)
    return timeline, scene_of(timeline, frame_of(wanted))


def rendered(
    paths: Sequence[Path],
    clips: Sequence[Clip],
    *,
    directory: Path,
    spans: Sequence[Span] | None = None,
    encoder: Encoder | None = None,
    lufs: float | None = None,
    **parts: Any,
) -> Path:
    """The file that a render of these clips makes, span by span."""
    timeline, seen = scene(paths, clips, **parts)
    sources = {asset_of(path): source(path) for path in paths}
    spans = spans or spans_of(seen, 0, seen.frames)
    movies = []
    for number, span in enumerate(spans):
        folder = directory / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        command = encoded_span(
            seen,
            span,
            sources=sources,
            encoder=encoder or Encoder(),
            fonts=fonts_directory(),
            directory=folder,
        )
        runner.run(command, workspace=folder, deadline_s=60)
        movies.append((span, fragments.read(span_path(folder))))
    picture = directory / "picture.mp4"
    joined(movies, seen.frame.rate, picture)
    sound = sounded(timeline, seen, sources=sources, directory=directory, lufs=lufs)
    target = directory / "output.mp4"
    command = muxed(picture, sound, target=target, duration_ms=1)
    runner.run(command, workspace=directory, deadline_s=60)
    return target


def sounded(
    timeline: Timeline,
    seen: Scene,
    *,
    sources: Mapping[UUID, SourceFile],
    directory: Path,
    lufs: float | None = None,
) -> Path:
    """The sound of a whole timeline."""
    rate = seen.frame.rate
    audible = [pk for pk, source in sources.items() if source.info.audio]
    plan = SoundPlan(
        heard=heard_of(timeline, rate, audible),
        first=0,
        last=sample_at(seen.frames, rate),
    )
    levels = None
    for command in mixed_parts(plan, sources=sources, directory=directory):
        runner.run(command, workspace=directory, deadline_s=60)
    if lufs is not None:
        command = measuring(plan, sources=sources, directory=directory, lufs=lufs)
        found = runner.run(command, workspace=directory, deadline_s=60)
        levels = measured(found.stderr_tail)
    command = encoding(
        plan, sources=sources, directory=directory, lufs=lufs, levels=levels
    )
    runner.run(command, workspace=directory, deadline_s=60)
    return sound_path(directory)


def _decoded(argv: list[str]) -> bytes:
    finished = subprocess.run(
        [str(ffmpeg_path()), "-v", "error", "-nostdin", *argv],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return finished.stdout


def lumas(path: Path, rate: Fraction | None = None) -> list[float]:
    """The luma of every frame in the middle of the picture; `rate` makes it steady."""
    steady = f"fps={rate}," if rate else ""
    data = _decoded(
        ["-i", str(path), "-map", "0:v", "-vf", f"{steady}extractplanes=y,crop=16:16",
         "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    )  # fmt: skip
    return [sum(data[at : at + 256]) / 256 for at in range(0, len(data), 256)]


@dataclass(frozen=True)
class Picture:
    """One frame as WIDTH x HEIGHT pixels of RGB."""

    data: bytes

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        start = (y * WIDTH + x) * 3
        red, green, blue = self.data[start : start + 3]
        return red, green, blue

    def is_like(self, color: str, *, x: int, y: int, within: int = 4) -> bool:
        """Whether a pixel has the colour `#rrggbb`, as far as 4:2:0 can tell."""
        wanted = bytes.fromhex(color.removeprefix("#"))
        return all(
            abs(a - b) <= within for a, b in zip(self.at(x, y), wanted, strict=True)
        )

    def changed_box(self, other: "Picture") -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom of where two pictures clearly differ."""
        places = [
            divmod(at // 3, WIDTH)[::-1]
            for at, (a, b) in enumerate(zip(self.data, other.data, strict=True))
            if abs(a - b) > 60
        ]
        if not places:
            return None
        xs, ys = zip(*places, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def pictures(path: Path) -> list[Picture]:
    """Every frame."""
    data = _decoded(
        ["-i", str(path), "-map", "0:v", "-fps_mode", "passthrough",
         "-vf", f"scale={WIDTH}:{HEIGHT}:in_color_matrix=bt709", "-pix_fmt", "rgb24",
         "-f", "rawvideo", "pipe:1"]
    )  # fmt: skip
    size = WIDTH * HEIGHT * 3
    return [Picture(data[at : at + size]) for at in range(0, len(data), size)]


def samples(path: Path) -> "array[float]":
    """The mean of both channels as floats at 48 kHz."""
    mean = "aformat=channel_layouts=stereo,pan=mono|c0=0.5*c0+0.5*c1"
    data = _decoded(
        ["-i", str(path), "-map", "0:a", "-af", mean, "-ar", str(SAMPLE_RATE),
         "-f", "f32le", "pipe:1"]
    )  # fmt: skip
    return array("f", data)


def loudness(sound: "array[float]", start_s: float, end_s: float) -> float:
    """Root mean square between two moments."""
    part = sound[int(start_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)]
    return math.sqrt(sum(value * value for value in part) / len(part))


def pitch(sound: "array[float]", start_s: float, end_s: float) -> float:
    """Frequency in Hz of a plain tone between two moments."""
    part = sound[int(start_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)]
    ups = sum(1 for before, after in pairwise(part) if before < 0 <= after)
    return ups / (end_s - start_s)


def make_ramp(path: Path, *, frames: int = 60, rate: str = "30", gop: int = 30) -> Path:
    """A video whose frame n has the luma 20 + 3n, with a tone of 440 Hz."""
    argv = [str(ffmpeg_path()), "-v", "error", "-y"]
    argv += ["-f", "lavfi", "-i", f"color=black:s=64x64:r={rate},format=yuv420p,"
             "geq=lum='20+3*N':cb=128:cr=128"]  # fmt: skip
    argv += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
    argv += ["-frames:v", str(frames), "-t", f"{float(frames / Fraction(rate)):.6f}"]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "1", "-g", str(gop)]
    argv += ["-c:a", "aac", str(path)]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    return path


def frame_numbers(found: Sequence[float]) -> list[int]:
    """Which frames of a ramp these lumas are."""
    return [round((value - 20) / 3) for value in found]
