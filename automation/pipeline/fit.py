"""Makes a dubbed chunk exactly as long as its place, and as loud as the original."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from automation.pipeline import pcm
from automation.pipeline.commands import to_wav
from automation.pipeline.loudness import loudness
from automation.pipeline.pcm import Sound

SLOWEST, FASTEST = 0.85, 1.15
# Too little to be heard as another speed: cut or fill up.
NEGLIGIBLE_SAMPLES = 960
FADE = 480
MAX_GAIN_DB = 15.0
# Room for what encoding adds to peaks: -1 dBTP.
PEAK = 10 ** (-1.5 / 20)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A sound of the wanted length; `tempo` is how much faster it was made."""

    sound: Sound
    tempo: float = 1.0
    overruns: bool = False


def tempo_for(count: int, wanted: int) -> float:
    """How much faster `count` samples must be to last `wanted`, within limits."""
    if abs(count - wanted) <= NEGLIGIBLE_SAMPLES or not count:
        return 1.0
    return min(FASTEST, max(SLOWEST, count / wanted))


def fit(packed: Path, *, wanted: int, channels: int, workspace: Path) -> Fitted:
    """Read a FLAC of ours as exactly `wanted` samples.

    A little too long or short is cut or padded; more is played faster or slower
    (0.85 to 1.15), and what still does not fit is faded out and said to overrun.
    """
    wav = workspace / "fit.wav"
    try:
        to_wav(packed, wav, demuxer="flac", channels=channels, workspace=workspace)
        with pcm.Reader(wav) as reader:
            tempo = tempo_for(reader.sample_count, wanted)
        if tempo != 1.0:
            to_wav(
                packed,
                wav,
                demuxer="flac",
                channels=channels,
                workspace=workspace,
                tempo=tempo,
            )
        with pcm.Reader(wav) as reader:
            count = reader.sample_count
            sound = reader.read(0, min(count, wanted))
    finally:
        wav.unlink(missing_ok=True)
    too_long = count - wanted
    if too_long > NEGLIGIBLE_SAMPLES and len(sound) >= FADE:
        sound[-FADE:] *= np.linspace(1, 0, FADE, dtype=np.float32)[:, None]
    if len(sound) < wanted:
        sound = np.pad(sound, ((0, wanted - len(sound)), (0, 0)))
    return Fitted(sound=sound, tempo=tempo, overruns=too_long > NEGLIGIBLE_SAMPLES)


def gain_to(sound: Sound, original: Sound) -> float:
    """The factor that makes `sound` as loud as `original`, and clips nothing."""
    ours, theirs = loudness(sound), loudness(original)
    gain = 1.0
    if ours is not None and theirs is not None:
        gain_db = min(MAX_GAIN_DB, max(-MAX_GAIN_DB, theirs - ours))
        gain = 10 ** (gain_db / 20)
    peak = float(np.abs(sound).max(initial=0.0))
    return min(gain, PEAK / peak) if peak * gain > PEAK else gain
