"""Exact time: frame rates as fractions, moments as frame numbers. Pure."""

import math
from fractions import Fraction

_NTSC = Fraction(1000, 1001)


def exact_frame_rate(frame_rate: float) -> Fraction:
    """The rate that a rounded number stands for: 29.97 is 30000/1001.

    Broadcast rates are whole numbers times 1000/1001 (SMPTE ST 12-1); others are
    taken as they are, to a thousandth.
    """
    for whole in (24, 30, 48, 60, 120):
        exact = whole * _NTSC
        if abs(frame_rate - float(exact)) < 0.006:
            return exact
    return Fraction(round(frame_rate * 1000), 1000)


def frame_at(seconds: float, rate: Fraction) -> int:
    """The number of the frame nearest to a moment."""
    milliseconds = round(seconds * 1000)
    return round(Fraction(milliseconds, 1000) * rate)


def frame_on(time_ms: int, rate: Fraction) -> int:
    """The number of the frame that is on at a moment.

    Half a millisecond more: it may be a frame's beginning, rounded down.
    """
    return math.floor((2 * time_ms + 1) * rate / 2000)


def seconds_of(frames: int, rate: Fraction) -> Fraction:
    """When frame number `frames` begins."""
    return Fraction(frames) / rate
