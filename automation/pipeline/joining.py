"""Lays chunks one after the other on the line, with short cross-fades. Knows no job."""

from pathlib import Path

import numpy as np

from automation.pipeline import pcm
from automation.pipeline.pcm import Part, Sound

# 20 ms around each boundary, of which both chunks have ten.
FADE = 960
HALF = FADE // 2


class Joiner:
    """Writes a WAV sample by sample; each chunk comes with its handles."""

    def __init__(self, path: Path, *, channels: int) -> None:
        self._writer = pcm.Writer(path, channels=channels)
        self._tail: Sound | None = None
        self.starts: list[int] = []

    @property
    def sample_count(self) -> int:
        return self._writer.sample_count

    def add(self, sound: Part, *, before: int, after: int) -> None:
        """A chunk with `before` and `after` samples of handles around it.

        Handles are at least half a cross-fade, except at the ends of the line.
        """
        first = before - (HALF if before else 0)
        last = sound.length - after + (HALF if after else 0)
        if self._tail is not None:
            rising = np.linspace(0, 1, FADE, dtype=np.float32)[:, None]
            head = sound.read(first, first + FADE)
            # The same power all along: the two are strangers to each other.
            self._writer.write(
                self._tail * np.sqrt(1 - rising) + head * np.sqrt(rising)
            )
            self.starts.append(self._writer.sample_count - HALF)
            first += FADE
        else:
            self.starts.append(self._writer.sample_count)
        until = last - FADE if after else last
        body = Part(sound, first, until - first)
        for block in body.blocks():
            self._writer.write(block)
        self._tail = sound.read(until, last) if after else None

    def close(self) -> None:
        if self._tail is not None:
            self._writer.write(self._tail)
            self._tail = None
        self._writer.__exit__(None, None, None)
