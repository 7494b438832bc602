"""Waveforms: measured with the sound, at the right moments and heights."""

import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from streamfetch.storage.backends import media_storage
from tests import media
from tests.uploads.pipeline.conftest import Processed
from uploads.describing import playback
from uploads.models import Rendition

RATE = 48_000


def sound_file(path: Path, amplitudes: list[float], *, channels: int = 1) -> Path:
    """Half a second of a 9 kHz tone for each amplitude (0-1); all channels alike."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for amplitude in amplitudes:
            for n in range(RATE // 2):
                value = round(32767 * amplitude * math.sin(math.tau * n * 9000 / RATE))
                file.writeframesraw(struct.pack("<h", value) * channels)
    return path


def peaks_of(made: Processed) -> bytes:
    rendition = made.renditions[Rendition.Spec.PEAKS]
    content = media_storage().read_range(rendition.key, 0, rendition.size_bytes)
    assert len(content) == rendition.size_bytes
    return content


@pytest.mark.django_db
@pytest.mark.parametrize("channels", [1, 2])
def test_loud_is_high_and_silence_is_nothing(
    channels: int, bring: Callable[[Path], Processed], tmp_path: Path
) -> None:
    heights = [1.0, 0.0, 0.5, 0.1, 0.01]
    made = bring(sound_file(tmp_path / "steps.wav", heights, channels=channels))
    peaks = peaks_of(made)
    assert len(peaks) == len(heights) * 25
    for number, height in enumerate(heights):
        # The filter that resamples rings over one moment at each step.
        within = peaks[number * 25 + 1 : (number + 1) * 25 - 1]
        assert set(within) <= set(
            range(math.floor(height * 255 * 0.9), math.ceil(height * 255 * 1.1) + 2)
        )
    assert playback(made.asset)["peaks"]["per_second"] == 50


@pytest.mark.django_db
def test_a_video_has_the_peaks_of_its_sound(
    bring: Callable[[Path], Processed],
) -> None:
    made = bring(media.video(duration_s=6, audio_s=1, gop=250))
    peaks = peaks_of(made)
    assert min(peaks[2:48]) > 0
    assert max(peaks[55:] or b"\0") == 0
    silent = bring(media.video(audio=False, gop=250))
    assert playback(silent.asset)["peaks"] is None
