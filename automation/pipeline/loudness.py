"""Loudness after ITU-R BS.1770-4, computed in blocks with the filter in frequency.

Knows no job. The K-weighting is the standard's two biquads at 48 kHz; blocks are
weighted by the response of both at once, which leaves out the phase.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from automation.pipeline.pcm import Sound

RATE = 48_000
STEP = RATE // 10
STEPS_PER_BLOCK = 4
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = 10.0
OFFSET_DB = -0.691
# Seconds that are filtered at once, and what is filtered with them on both sides.
PART_STEPS = 50
MARGIN = RATE // 5

# ITU-R BS.1770-4, tables 1 and 2.
_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


@cache
def _weights(size: int) -> NDArray[np.float32]:
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    gain = np.ones(len(z))
    for above, below in (_SHELF, _HIGH_PASS):
        gain = gain * np.abs(np.polyval(above[::-1], z) / np.polyval(below[::-1], z))
    return gain.astype(np.float32)


def powers(sound: Sound) -> NDArray[np.float64]:
    """Mean square of each tenth of a second, K-weighted, channels added up."""
    found = []
    for start in range(0, len(sound) // STEP, PART_STEPS):
        first, last = start * STEP, min(len(sound), (start + PART_STEPS) * STEP)
        before = min(MARGIN, first)
        part = sound[first - before : last + MARGIN]
        size = 1 << (len(part) - 1).bit_length()
        spectrum = np.fft.rfft(part, size, axis=0) * _weights(size)[:, None]
        filtered = np.fft.irfft(spectrum, size, axis=0)[before : before + last - first]
        count = len(filtered) // STEP
        steps = filtered[: count * STEP].reshape(count, STEP, -1)
        found.append(np.square(steps).mean(axis=1).sum(axis=1))
    return np.concatenate(found) if found else np.zeros(0)


def integrated(steps: NDArray[np.float64]) -> float | None:
    """Integrated loudness in LUFS of what `powers` gave; None where it is silent."""
    if len(steps) < STEPS_PER_BLOCK:
        return None
    window = np.ones(STEPS_PER_BLOCK) / STEPS_PER_BLOCK
    blocks = np.convolve(steps, window, "valid")
    loud = blocks[blocks > 10 ** ((ABSOLUTE_GATE_LUFS - OFFSET_DB) / 10)]
    if not len(loud):
        return None
    gate = loud.mean() * 10 ** (-RELATIVE_GATE_LU / 10)
    return float(OFFSET_DB + 10 * np.log10(loud[loud > gate].mean()))


def loudness(sound: Sound) -> float | None:
    """Integrated loudness in LUFS, None where it is silent or too short."""
    return integrated(powers(sound))


def loudness_of(parts: Iterable[Sound]) -> float | None:
    """The same for a sound in parts of whole tenths of a second."""
    found = [powers(part) for part in parts]
    return integrated(np.concatenate(found)) if found else None
