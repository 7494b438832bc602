"""What is said when in a chunk: captions where there are some, else recognition."""

import json
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from automation.engines.base import EngineError, Spoken, Task
from automation.engines.local import tools
from automation.engines.local.sounds import resampled, write_wav
from streamfetch.subtitles import Cue

RATE = 16_000
HOP_MS = 20
ABOVE_FLOOR_DB = 9.0
LONGEST_GAP_MS = 350
LONGEST_PHRASE_MS = 9_000
SHORTEST_PHRASE_MS = 200
MARGIN_MS = 60
NOTHING_DB = -60.0
_CHILD = Path(__file__).with_name("recognise_child.py")


def heard(task: Task, mono: np.ndarray) -> list[Spoken]:
    """Phrases of the source language. `mono` is the chunk at 48 kHz."""
    if task.captions:
        return [_spoken(cue) for cue in task.captions if cue.text.strip()]
    stretches = phrases(mono)
    return _recognised(task, mono, stretches) if stretches else []


def _spoken(cue: Cue) -> Spoken:
    text = " ".join(cue.text.split())
    return Spoken(start_ms=cue.start_ms, end_ms=cue.end_ms, source=text)


def phrases(mono: np.ndarray, rate: int = 48_000) -> list[tuple[int, int]]:
    """Stretches of speech in milliseconds, divided at pauses."""
    hop = rate * HOP_MS // 1000
    count = len(mono) // hop
    if not count:
        return []
    power = np.square(mono[: count * hop].reshape(count, hop)).mean(axis=1)
    levels = 10 * np.log10(np.maximum(power, 1e-9))
    floor = float(np.percentile(levels, 10))
    loud = float(np.percentile(levels, 95))
    if loud < NOTHING_DB:
        return []
    threshold = min(floor + ABOVE_FLOOR_DB, (floor + loud) / 2)
    speaks = np.flatnonzero(levels > max(threshold, NOTHING_DB))
    if not len(speaks):
        return []
    gap = LONGEST_GAP_MS // HOP_MS
    breaks = np.flatnonzero(np.diff(speaks) > gap)
    starts = [speaks[0], *speaks[breaks + 1]]
    ends = [*speaks[breaks], speaks[-1]]
    total_ms = len(mono) * 1000 // rate
    found: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        first = max(0, int(start) * HOP_MS - MARGIN_MS)
        last = min(total_ms, (int(end) + 1) * HOP_MS + MARGIN_MS)
        if last - first >= SHORTEST_PHRASE_MS:
            found += _divided(first, last, levels)
    return found


def _divided(start: int, end: int, levels: np.ndarray) -> list[tuple[int, int]]:
    """A long phrase in parts, cut where it is quietest near the middle."""
    if end - start <= LONGEST_PHRASE_MS:
        return [(start, end)]
    third = (end - start) // 3
    first, last = (start + third) // HOP_MS, (end - third) // HOP_MS
    cut = (first + int(levels[first:last].argmin())) * HOP_MS
    return [*_divided(start, cut, levels), *_divided(cut, end, levels)]


def _recognised(
    task: Task, mono: np.ndarray, stretches: Sequence[tuple[int, int]]
) -> list[Spoken]:
    path = task.directory / "listen.wav"
    write_wav(path, resampled(mono, 48_000, RATE), rate=RATE)
    duration_s = len(mono) / 48_000
    argv = [sys.executable, "-I", "-B", str(_CHILD), str(path)]
    printed = tools.run(
        [*argv, json.dumps(list(stretches))],
        task=task,
        timeout_s=60 + 8 * duration_s,
        program_reads=_python_reads(),
    )
    try:
        found = json.loads(printed)
        return [
            Spoken(
                start_ms=each["start_ms"], end_ms=each["end_ms"], source=each["text"]
            )
            for each in found
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(
            "Speech recognition gave no answer for this part.",
            code="local_tool_failed",
        ) from error


@cache
def _python_reads() -> list[Path]:
    """What the interpreter needs in its sandbox, nothing of the project."""
    import pocketsphinx

    executable = Path(os.path.realpath(sys.executable))
    packages = Path(str(pocketsphinx.__file__)).parent.parent
    prefixes = [Path(sys.prefix), Path(sys.base_prefix)]
    return [*prefixes, packages, _CHILD, executable]
