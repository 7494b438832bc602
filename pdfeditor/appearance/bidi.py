"""Puts the runs of a line into the order in which they are seen.

A part of the Unicode Bidirectional Algorithm (UAX #9): implicit levels (rules W2,
N1, N2, I1, I2) and reordering (L2), without embeddings and isolates.
"""

import unicodedata
from dataclasses import dataclass

_RIGHT_TO_LEFT = {"R", "AL"}
_NUMBERS = {"EN", "AN"}


@dataclass(frozen=True)
class Run:
    """Characters `start` to `end` of a line, all in one direction."""

    start: int
    end: int
    is_rtl: bool


def is_rtl(text: str) -> bool:
    """Whether a paragraph runs from right to left: its first letter decides (P2)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


def visual_runs(text: str) -> list[Run]:
    """The runs of `text` from left to right as they are seen."""
    levels = _levels(text)
    runs: list[tuple[int, int, int]] = []
    for index, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], index + 1, level)
        else:
            runs.append((index, index + 1, level))
    highest = max(levels, default=0)
    for level in range(highest, 0, -1):
        index = 0
        while index < len(runs):
            end = index
            while end < len(runs) and runs[end][2] >= level:
                end += 1
            runs[index:end] = reversed(runs[index:end])
            index = max(end, index + 1)
    return [Run(start, end, bool(level % 2)) for start, end, level in runs]


def _levels(text: str) -> list[int]:
    base = 1 if is_rtl(text) else 0
    directions: list[str] = []
    strong = "R" if base else "L"
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "NSM" and directions:
            direction = directions[-1]
        elif direction in _RIGHT_TO_LEFT:
            direction = strong = "R"
        elif direction == "L":
            strong = "L"
        elif direction in _NUMBERS:
            direction = "N" if strong == "R" else "L"
        else:
            direction = ""
        directions.append(direction)
    _settle_neutrals(directions, "R" if base else "L")
    of = {"L": 2 if base else 0, "R": 1, "N": 2}
    return [of[direction] for direction in directions]


def _settle_neutrals(directions: list[str], base: str) -> None:
    """Spaces and signs go with their neighbours when those agree (N1, N2)."""
    index = 0
    while index < len(directions):
        if directions[index]:
            index += 1
            continue
        end = index
        while end < len(directions) and not directions[end]:
            end += 1
        before = directions[index - 1] if index else base
        after = directions[end] if end < len(directions) else base
        sides = {"R" if side == "N" else side for side in (before, after)}
        directions[index:end] = [sides.pop() if len(sides) == 1 else base] * (
            end - index
        )
        index = end
