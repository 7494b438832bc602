"""Makes a dubbed chunk exactly as long as its place, and as loud as the original."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from automation.pipeline import pcm
from automation.pipeline.commands import to_wav
from automation.pipeline.loudness import loudness_of
from automation.pipeline.pcm import Part, Sound

SLOWEST, FASTEST = 0.85, 1.15
# Too little to be heard as another speed: cut or fill up.
NEGLIGIBLE_SAMPLES = 960
FADE = 480
MAX_GAIN_DB = 15.0
# Room for what encoding adds to peaks: -1 dBTP.
PEAK = 10 ** (-1.5 / 20)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A sound of `wanted` samples; `tempo` is how much faster it was made."""

    reader: pcm.Reader
    wanted: int
    tempo: float = 1.0

    @property
    def overruns(self) -> bool:
        return self.reader.sample_count - self.wanted > NEGLIGIBLE_SAMPLES

    def read(self, start: int, end: int) -> Sound:
        """Samples `start` to `end`: silence after the end of what came back, and a
        short fade where it had to be cut off."""
        end = min(end, self.wanted)
        sound = self.reader.read(start, end)
        if len(sound) < end - start:
            sound = np.pad(sound, ((0, end - start - len(sound)), (0, 0)))
        if self.overruns and end > self.wanted - FADE:
            places = np.arange(start, end, dtype=np.float32)
            sound *= np.clip((self.wanted - 1 - places) / (FADE - 1), 0, 1)[:, None]
        return sound


def tempo_for(count: int, wanted: int) -> float:
    """How much faster `count` samples must be to last `wanted`, within limits."""
    if abs(count - wanted) <= NEGLIGIBLE_SAMPLES or not count:
        return 1.0
    return min(FASTEST, max(SLOWEST, count / wanted))


@contextmanager
def fitted(
    packed: Path, *, wanted: int, channels: int, workspace: Path
) -> Iterator[Fitted]:
    """A FLAC of ours as exactly `wanted` samples, for as long as the block lasts.

    A little too long or short is cut or padded; more is played faster or slower
    (0.85 to 1.15), and what still does not fit is faded out and said to overrun.
    """
    wav = workspace / "fit.wav"

    def decode(tempo: float) -> None:
        to_wav(
            packed,
            wav,
            demuxer="flac",
            channels=channels,
            workspace=workspace,
            tempo=tempo,
        )

    try:
        decode(1.0)
        with pcm.Reader(wav) as reader:
            tempo = tempo_for(reader.sample_count, wanted)
        if tempo != 1.0:
            decode(tempo)
        with pcm.Reader(wav) as reader:
            yield Fitted(reader=reader, wanted=wanted, tempo=tempo)
    finally:
        wav.unlink(missing_ok=True)


def gain_to(sound: Part, original: Part) -> float:
    """The factor that makes `sound` as loud as `original`, and clips nothing."""
    ours, theirs = loudness_of(sound.blocks()), loudness_of(original.blocks())
    gain = 1.0
    if ours is not None and theirs is not None:
        gain_db = min(MAX_GAIN_DB, max(-MAX_GAIN_DB, theirs - ours))
        gain = 10 ** (gain_db / 20)
    peaks = (float(np.abs(block).max(initial=0.0)) for block in sound.blocks())
    peak = max(peaks, default=0.0)
    return min(gain, PEAK / peak) if peak * gain > PEAK else gain
