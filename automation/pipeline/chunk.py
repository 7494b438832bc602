"""Where a sound is cut: pure analysis of its level, on a line of whole samples.

The level is that of the voice band (300-3400 Hz) in hops of 10 ms. A pause is where
it stays near the floor of its surroundings for 200 ms; cuts go into the middle of
pauses. Where there is none the quietest moment is taken, and said to be a guess.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from automation.documents import Boundary, ChunkPlan, Strategy
from automation.pipeline.pcm import Sound

Levels = NDArray[np.float32]

HOP_S = 0.01
HOP_SAMPLES = 480
SILENCE_DB = -90.0
# A pause is at most this much above the floor around it.
ABOVE_FLOOR_DB = 8.0
FLOOR_PERCENTILE = 5
FLOOR_WINDOW_S = 30
# A stretch without pauses must not pass its speech off as floor.
MAX_FLOOR_RISE_DB = 12.0
SHORTEST_PAUSE_S = 0.2
LONG_PAUSE_S = 0.3
WINDOW_SHARE = 0.25
QUIET_S = 0.2
# A cut of a scene moves no further than this to a pause.
SCENE_WINDOW_S = 5.0
MAX_HANDLE = 9_600
MIN_HANDLE = 480
NOTHING_HEARD_DB = -60.0


@dataclass(frozen=True)
class Pause:
    """Hops `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def middle(self) -> int:
        return (self.start + self.end) // 2


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """The level of every hop, and the pauses in it."""

    levels: Levels
    pauses: tuple[Pause, ...]
    floor_db: float
    threshold_db: float

    @property
    def is_silent(self) -> bool:
        """Whether nothing is to be heard at all."""
        return not len(self.levels) or float(self.levels.max()) < NOTHING_HEARD_DB

    @property
    def speech_share(self) -> float:
        quiet = sum(pause.end - pause.start for pause in self.pauses)
        return 1 - quiet / max(1, len(self.levels))


def levels_of(blocks: Iterable[Sound], *, rate: int) -> Levels:
    """RMS in dBFS of each hop; blocks must hold whole hops, but for the last."""
    hop = round(rate * HOP_S)
    found = []
    for block in blocks:
        mono = block.mean(axis=1)
        count = -(-len(mono) // hop)
        padded = np.pad(mono, (0, count * hop - len(mono)))
        power = np.square(padded.reshape(count, hop)).mean(axis=1)
        found.append(10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10))))
    return np.concatenate(found).astype(np.float32) if found else np.zeros(0, "f4")


def analyse(levels: Levels) -> Analysis:
    """Find the pauses, with a threshold that follows the floor."""
    if not len(levels):
        return Analysis(levels=levels, pauses=(), floor_db=0, threshold_db=0)
    smooth = np.convolve(np.pad(levels, 1, mode="edge"), np.ones(3) / 3, "valid")
    floor = _floor(smooth)
    threshold = floor + ABOVE_FLOOR_DB
    return Analysis(
        levels=levels,
        pauses=tuple(_runs(smooth < threshold)),
        floor_db=round(float(np.median(floor)), 1),
        threshold_db=round(float(np.median(threshold)), 1),
    )


def _floor(levels: NDArray[np.floating]) -> NDArray[np.floating]:
    """The floor around each hop: low percentiles of windows, joined by lines."""
    size = int(FLOOR_WINDOW_S / HOP_S)
    overall = float(np.percentile(levels, FLOOR_PERCENTILE))
    centres: list[float] = []
    floors: list[float] = []
    for start in range(0, len(levels), size // 3):
        window = levels[start : start + size]
        if centres and len(window) < size // 3:
            break
        centres.append(start + len(window) / 2)
        floors.append(float(np.percentile(window, FLOOR_PERCENTILE)))
    limited = np.minimum(floors, overall + MAX_FLOOR_RISE_DB)
    return np.interp(np.arange(len(levels)), centres, limited)


def _runs(is_quiet: NDArray[np.bool_]) -> Iterable[Pause]:
    edges = np.flatnonzero(np.diff(np.pad(is_quiet.astype(np.int8), 1)))
    shortest = round(SHORTEST_PAUSE_S / HOP_S)
    for start, end in edges.reshape(-1, 2):
        if end - start >= shortest:
            yield Pause(int(start), int(end))


def plan(
    analysis: Analysis,
    *,
    sample_count: int,
    chunk_s: int,
    strategy: Strategy,
    strict_grid: bool = False,
    scenes_s: Sequence[float] = (),
) -> ChunkPlan:
    """Propose where to cut. Chunks have `chunk_s` seconds, within a quarter."""
    chooser = _Chooser(analysis, chunk_s=chunk_s)
    boundaries: list[Boundary] = []
    end = sample_count // HOP_SAMPLES
    size = round(chunk_s / HOP_S)
    at = before = 0
    while end - (at := at + size if strategy == "fixed" else before + size) > (
        size * WINDOW_SHARE
    ):
        if strategy == "fixed" and strict_grid:
            cut, is_pause = at, chooser.pause_at(at) is not None
        elif strategy == "fixed":
            cut, is_pause = chooser.nearest(at)
        elif strategy == "scene":
            cut, is_pause = chooser.scene(at, scenes_s, is_strict=strict_grid)
        else:
            cut, is_pause = chooser.best(at)
        before = cut
        boundaries.append(chooser.boundary(cut, is_pause=is_pause))
    return ChunkPlan(
        sample_count=sample_count,
        boundaries=boundaries,
        floor_db=analysis.floor_db,
        threshold_db=analysis.threshold_db,
        speech_share=round(analysis.speech_share, 3),
        strategy=strategy,
    )


class _Chooser:
    """Picks one cut near a wished place; places are hops."""

    def __init__(self, analysis: Analysis, *, chunk_s: int) -> None:
        self._levels = analysis.levels
        self._pauses = analysis.pauses
        self._middles = np.array([pause.middle for pause in analysis.pauses])
        self._window = round(chunk_s * WINDOW_SHARE / HOP_S)

    def _near(self, at: int, window: int) -> list[Pause]:
        if not len(self._middles):
            return []
        first = int(np.searchsorted(self._middles, at - window))
        last = int(np.searchsorted(self._middles, at + window, side="right"))
        return list(self._pauses[first:last])

    def pause_at(self, at: int) -> Pause | None:
        return next((p for p in self._near(at, 6_000) if p.start <= at < p.end), None)

    def best(self, at: int) -> tuple[int, bool]:
        """The longest pause, all the more when it is near."""
        near = self._near(at, self._window)
        if not near:
            return self._quietest(at, self._window), False

        def worth(pause: Pause) -> float:
            length_s = min(1.0, (pause.end - pause.start) * HOP_S)
            return length_s - abs(pause.middle - at) / self._window / 2

        return max(near, key=worth).middle, True

    def nearest(self, at: int, window: int | None = None) -> tuple[int, bool]:
        """The pause whose middle is nearest."""
        window = window or self._window
        near = self._near(at, window)
        if not near:
            return self._quietest(at, min(window, 100)), False
        # The breath between two words is a pause too, but one between sentences
        # is better.
        long = round(LONG_PAUSE_S / HOP_S)
        near = [each for each in near if each.end - each.start >= long] or near
        return min(near, key=lambda pause: abs(pause.middle - at)).middle, True

    def scene(
        self, at: int, scenes_s: Sequence[float], *, is_strict: bool
    ) -> tuple[int, bool]:
        """The change of scene that is nearest, else as without scenes."""
        hops = [round(second / HOP_S) for second in scenes_s]
        near = [hop for hop in hops if abs(hop - at) <= self._window and hop > 0]
        if not near:
            return self.best(at)
        chosen = min(near, key=lambda hop: abs(hop - at))
        if is_strict:
            return chosen, self.pause_at(chosen) is not None
        return self.nearest(chosen, round(SCENE_WINDOW_S / HOP_S))

    def _quietest(self, at: int, window: int) -> int:
        size = round(QUIET_S / HOP_S)
        first = max(0, at - window - size // 2)
        part = self._levels[first : at + window + size // 2]
        if len(part) <= size:
            return at
        power = np.convolve(10 ** (part / 10), np.ones(size), "valid")
        return first + int(power.argmin()) + size // 2

    def boundary(self, cut: int, *, is_pause: bool) -> Boundary:
        pause = self.pause_at(cut) if is_pause else None
        handle = MIN_HANDLE
        if pause is not None:
            room = min(cut - pause.start, pause.end - cut) - 2
            handle = min(MAX_HANDLE, max(MIN_HANDLE, room * HOP_SAMPLES))
        confidence: Literal["high", "low"] = "high" if pause else "low"
        return Boundary(sample=cut * HOP_SAMPLES, confidence=confidence, handle=handle)


def scene_changes(frames: NDArray[np.uint8], *, rate: float) -> list[float]:
    """Moments in seconds at which a picture differs from the one before.

    `frames` has one row a picture of few grey pixels. A change is large by itself
    and against its surroundings, so that motion is none.
    """
    if len(frames) < 3:
        return []
    differences = np.abs(np.diff(frames.astype(np.int16), axis=0)).mean(axis=1)
    padded = np.pad(differences, 2, mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    found = np.flatnonzero((differences > 20) & (differences > 3 * around + 5))
    return [float((at + 1) / rate) for at in found]
