"""Small WAV files of the local engine as arrays of -1 to 1. Knows no pipeline."""

import wave
from pathlib import Path

import numpy as np

FULL_SCALE = 32_768.0


def read_wav(path: Path) -> tuple[np.ndarray, int]:
    """Rows of samples, columns of channels, and the rate. Raises `wave.Error`."""
    with wave.open(str(path), "rb") as file:
        channels, rate = file.getnchannels(), file.getframerate()
        data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return data.reshape(-1, channels).astype(np.float32) / FULL_SCALE, rate


def write_wav(path: Path, sound: np.ndarray, *, rate: int) -> None:
    columns = sound if sound.ndim == 2 else sound[:, None]
    clipped = np.clip(np.rint(columns * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(columns.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(clipped.astype("<i2").tobytes())


def resampled(mono: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """`mono` at another rate: band-limited first, then read between samples."""
    if rate == wanted or not len(mono):
        return mono
    if wanted < rate:
        taps = np.sinc(np.arange(-48, 49) * wanted / rate * 0.9) * np.hamming(97)
        mono = np.convolve(mono, taps / taps.sum(), "same")
    places = np.arange(int(len(mono) * wanted / rate)) * rate / wanted
    read = np.interp(places, np.arange(len(mono)), mono)
    return np.asarray(read, dtype=np.float32)


def trimmed(mono: np.ndarray, *, below: float = 0.003) -> np.ndarray:
    """Without silence at both ends."""
    loud = np.flatnonzero(np.abs(mono) > below)
    return mono[loud[0] : loud[-1] + 1] if len(loud) else mono[:0]
