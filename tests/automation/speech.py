"""Speech with known words and pauses, made by espeak-ng, alone or under a picture."""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from automation.engines.local.sounds import (
    read_wav,
    resampled,
    trimmed,
    write_wav,
)
from streamfetch.ffmpeg.binary import ffmpeg_path

RATE = 48_000
SENTENCES = (
    "The harbour wakes before the sun comes up.",
    "Boats return with fish and salt on their decks.",
    "People carry boxes along the narrow street.",
    "A child counts the birds above the water.",
    "Later the market opens and everybody talks.",
    "Nobody knows how old the bell tower is.",
)


@dataclass(frozen=True)
class Speech:
    """Mono samples at 48 kHz, and where somebody speaks in them."""

    sound: np.ndarray
    words: tuple[tuple[int, int], ...]

    def is_spoken_at(self, sample: int, *, margin: int = 480) -> bool:
        """Whether a cut here goes through a sentence."""
        return any(a + margin < sample < b - margin for a, b in self.words)


@cache
def sentence(text: str, voice: str = "en") -> np.ndarray:
    path = Path("/dev/stdout")
    argv = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
    spoken = subprocess.run(argv, capture_output=True, check=True, timeout=30).stdout
    # The header of a stream says nothing of its length.
    sound = np.frombuffer(spoken[44:], dtype="<i2").astype(np.float32) / 32_768
    assert path.name == "stdout"
    return resampled(trimmed(sound), 22_050, RATE)


def speech(
    duration_s: float,
    *,
    pauses_s: tuple[float, ...] = (0.35, 0.5, 0.8),
    floor_db: float = -55.0,
    seed: int = 1,
) -> Speech:
    """Sentences with pauses between them over a constant noise."""
    random = np.random.default_rng(seed)
    total = round(duration_s * RATE)
    line = random.normal(0, 10 ** (floor_db / 20), total).astype(np.float32)
    words, at, number = [], RATE // 5, 0
    while True:
        voice = sentence(SENTENCES[number % len(SENTENCES)])
        if at + len(voice) > total - RATE // 10:
            break
        line[at : at + len(voice)] += voice * 0.6
        words.append((at, at + len(voice)))
        pause = pauses_s[int(random.integers(len(pauses_s)))]
        at += len(voice) + round(pause * RATE)
        number += 1
    return Speech(sound=np.clip(line, -0.99, 0.99), words=tuple(words))


def talking_video(
    path: Path, sound: np.ndarray, *, fps: str = "25", channels: int = 1
) -> Path:
    """A small moving picture with this sound, as long as it is."""
    wav = path.with_suffix(".src.wav")
    write_wav(wav, sound, rate=RATE)
    duration_s = len(sound) / RATE
    container = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    if path.suffix == ".webm":
        container = ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"]
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-y"]
    argv += ["-f", "lavfi", "-i", f"testsrc2=s=160x90:r={fps}:d={duration_s}"]
    argv += ["-i", str(wav), *container, "-g", "250"]
    argv += ["-ac", str(channels), str(path)]
    subprocess.run(argv, check=True, timeout=100 + duration_s / 10)
    wav.unlink()
    return path


def decoded(path: Path) -> np.ndarray:
    """The sound of a file as mono samples at 48 kHz."""
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-i", str(path)]
    argv += ["-map", "0:a", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "pipe:1"]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, dtype="<f4")


def level_db(sound: np.ndarray) -> float:
    return 10 * float(np.log10(max(1e-10, float(np.square(sound).mean()))))


__all__ = [
    "RATE",
    "Speech",
    "decoded",
    "level_db",
    "read_wav",
    "sentence",
    "speech",
    "talking_video",
]
