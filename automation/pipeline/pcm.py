"""Reads and writes WAV files of 16-bit samples in blocks, as arrays. Knows no job.

An array has one row a sample and one column a channel, and values from -1 to 1.
"""

import hashlib
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
FULL_SCALE = 32_768.0
BLOCK_S = 20


class Reader:
    """A WAV file; raises `wave.Error` when it is none."""

    def __init__(self, path: Path) -> None:
        self._file = wave.open(str(path), "rb")  # noqa: SIM115
        self.channels = self._file.getnchannels()
        self.rate = self._file.getframerate()
        self.sample_count = self._file.getnframes()

    def bytes_of(self, start: int, end: int) -> bytes:
        """The stored bytes of samples `start` up to, not including, `end`."""
        self._file.setpos(max(0, min(start, self.sample_count)))
        return self._file.readframes(max(0, min(end, self.sample_count) - start))

    def read(self, start: int, end: int) -> Sound:
        """Samples `start` up to, not including, `end`; fewer at the end."""
        data = np.frombuffer(self.bytes_of(start, end), dtype="<i2")
        return data.reshape(-1, self.channels).astype(np.float32) / FULL_SCALE

    def blocks(self, *, multiple_of: int = 1) -> Iterator[Sound]:
        """All of it, some seconds at a time, cut at multiples of some samples."""
        size = max(1, self.rate * BLOCK_S // multiple_of) * multiple_of
        for start in range(0, self.sample_count, size):
            yield self.read(start, start + size)

    def digest(self, start: int, end: int) -> str:
        """SHA-256 of some samples."""
        digest = hashlib.sha256(f"{self.rate} {self.channels} ".encode())
        size = self.rate * BLOCK_S
        for at in range(start, end, size):
            digest.update(self.bytes_of(at, min(end, at + size)))
        return digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


class Readable(Protocol):
    def read(self, start: int, end: int) -> Sound:
        """Samples `start` up to, not including, `end`."""


@dataclass(frozen=True)
class Part:
    """`length` samples of something, from `start`, made louder by `gain`.

    It holds no samples: a chunk of an hour takes no more memory than one of a second.
    """

    source: Readable
    start: int
    length: int
    gain: float = 1.0

    def read(self, start: int, end: int) -> Sound:
        """Samples by their place in the part."""
        end = min(end, self.length)
        return self.source.read(self.start + start, self.start + end) * self.gain

    def blocks(self, size: int = 48_000 * BLOCK_S) -> Iterator[Sound]:
        for at in range(0, self.length, size):
            yield self.read(at, at + size)


class Writer:
    """A new WAV file at 48 kHz."""

    def __init__(self, path: Path, *, channels: int, rate: int = 48_000) -> None:
        self._file = wave.open(str(path), "wb")  # noqa: SIM115
        self._file.setnchannels(channels)
        self._file.setsampwidth(2)
        self._file.setframerate(rate)
        self.sample_count = 0

    def write(self, sound: Sound) -> None:
        clipped = np.clip(np.rint(sound * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1)
        self._file.writeframes(clipped.astype("<i2").tobytes())
        self.sample_count += len(sound)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def copy(source: Path, target: Path, *, start: int, end: int) -> None:
    """Samples `start` up to, not including, `end` as a file of their own."""
    with Reader(source) as reader, wave.open(str(target), "wb") as file:
        file.setnchannels(reader.channels)
        file.setsampwidth(2)
        file.setframerate(reader.rate)
        size = reader.rate * BLOCK_S
        for at in range(start, end, size):
            file.writeframes(reader.bytes_of(at, min(end, at + size)))
