"""Whether picture and sound are together after a hundred cuts over 30 minutes.

python -m tests.benchmarks.sync [CUTS]

Renders a source with a white frame and a beep at each second, cut at uneven times,
and measures how much farther each flash is from its beep than it is in the source,
where a beep is at the second and a flash on the next frame.
"""

import subprocess
import sys
import tempfile
from array import array
from fractions import Fraction
from pathlib import Path

from projects.timeline.rational import exact_frame_rate
from streamfetch.ffmpeg.binary import ffmpeg_path
from tests.benchmarks.figures import header, row
from tests.projects.rendering import clip, lumas, rendered, settings
from tests.projects.test_sound import flashes

CUTS = 100
CLIP_S = 17.9
SOURCE_S = 60
HERTZ = 8000
SAMPLES_A_MS = HERTZ // 1000


def beeps(path: Path) -> list[float]:
    """The seconds at which a beep begins."""
    argv = [str(ffmpeg_path()), "-v", "error", "-i", str(path), "-map", "0:a"]
    argv += ["-ac", "1", "-ar", str(HERTZ), "-f", "s16le", "pipe:1"]
    data = subprocess.run(argv, capture_output=True, check=True, timeout=120).stdout
    sound = array("h", data)
    found: list[float] = []
    for at in range(0, len(sound) - SAMPLES_A_MS, SAMPLES_A_MS):
        if max(map(abs, sound[at : at + SAMPLES_A_MS])) > 6500:
            time_s = at / HERTZ
            if not found or time_s - found[-1] > 0.2:
                found.append(time_s)
    return found


def seen(path: Path, rate: Fraction) -> list[float]:
    """The seconds at which a flash begins."""
    shown = lumas(path, rate)
    return [
        float(number / rate)
        for number in range(1, len(shown))
        if shown[number] > 120 >= shown[number - 1]
    ]


def apart(flashing: list[float], beeping: list[float]) -> list[float]:
    """By how many seconds each flash comes after its beep."""
    assert len(flashing) == len(beeping), (len(flashing), len(beeping))
    return [flash - beep for flash, beep in zip(flashing, beeping, strict=True)]


def errors(
    folder: Path, *, rate: str, said: float, vfr: bool, cuts: int
) -> list[float]:
    """How many frames each flash was moved against its beep."""
    source = flashes(folder / "flash.mp4", rate=rate, seconds=SOURCE_S, vfr=vfr)
    exact = exact_frame_rate(said)
    # A flash is seen to begin from the second frame on; no cut shows the first.
    own = dict(enumerate(apart(seen(source, exact), beeps(source)[1:]), 1))
    clips, at, expected = [], 0.0, []
    for number in range(cuts):
        start = round((number % 40) + 0.803 + 0.0013 * (number % 7), 3)
        end = round(start + CLIP_S + 0.0017 * (number % 5), 3)
        clips.append(clip(source, start, end, position=round(at, 3)))
        at = round(at + end - start, 3)
        expected += [own[second] for second in range(int(start) + 1, int(end) + 1)]
    path = rendered([source], clips, directory=folder / "out", wanted=settings(said))
    found = apart(seen(path, exact), beeps(path))
    assert len(found) == len(expected) == 18 * cuts, len(found)
    return [
        abs(now - before) * float(exact)
        for now, before in zip(found, expected, strict=True)
    ]


def main() -> None:
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else CUTS
    print(header(f"Flash and beep, {cuts} cuts over {cuts * CLIP_S / 60:.1f} min"))
    for title, rate, said, vfr in (
        ("23.976", "24000/1001", 23.976, False),
        ("29.97", "30000/1001", 29.97, False),
        ("variable frame rate, at 30", "30", 30.0, True),
    ):
        with tempfile.TemporaryDirectory() as name:
            found = errors(Path(name), rate=rate, said=said, vfr=vfr, cuts=cuts)
        print(row(f"{title} (limit 1)", found, "frames"), flush=True)


if __name__ == "__main__":
    main()
