"""How loud a sound is from moment to moment, for drawing its waveform.

FFmpeg leaves the samples in mono as mu-law (ITU-T G.711), whose codes are in the
order of their loudness: one byte a sample, and quiet voices keep their shape.
"""

from pathlib import Path

import numpy as np

from uploads.tracks import PEAKS_PER_S, SAMPLE_RATE

SAMPLES_PER_PEAK = SAMPLE_RATE // PEAKS_PER_S
READ_BYTES = SAMPLES_PER_PEAK * 4096
HEADER_BYTES = 4096
_MAGNITUDE_BITS = 0x7F
_BIAS = 0x84


def samples_path(directory: Path) -> Path:
    """Where a command leaves the samples."""
    return directory / "samples.wav"


def write(directory: Path) -> Path | None:
    """Turn the samples in `directory` into a file of peaks; None without sound.

    One byte for each 1/50 s: the largest amplitude, 255 the loudest there is. The
    samples are removed.
    """
    source, target = samples_path(directory), directory / "peaks.bin"
    with source.open("rb") as samples, target.open("wb") as peaks:
        samples.seek(_data_start(samples.read(HEADER_BYTES)))
        while block := samples.read(READ_BYTES):
            peaks.write(_peaks(block))
    source.unlink()
    return target if target.stat().st_size else None


def _data_start(header: bytes) -> int:
    """Where the samples begin in a WAV file: after the head of chunk `data`."""
    at = header.find(b"data")
    if at < 0:
        raise ValueError("the samples have no beginning")
    return at + 8


def _peaks(block: bytes) -> bytes:
    codes = ~np.frombuffer(block, dtype=np.uint8) & _MAGNITUDE_BITS
    missing = -len(codes) % SAMPLES_PER_PEAK
    loudest = np.pad(codes, (0, missing)).reshape(-1, SAMPLES_PER_PEAK).max(axis=1)
    return bytes(_LOUDNESS[loudest])


def _loudness() -> np.ndarray:
    """The 128 magnitudes, from 0 to 255."""
    codes = np.arange(128)
    amplitudes = ((((codes & 0xF) << 3) + _BIAS) << (codes >> 4)) - _BIAS
    shares = amplitudes / amplitudes[-1]
    return np.asarray(np.round(shares * 255), dtype=np.uint8)


_LOUDNESS = _loudness()
