"""Speaks phrases with espeak-ng so that each fits into its slot."""

import wave
from collections.abc import Sequence

import numpy as np

from automation.engines.base import EngineError, Spoken, Task
from automation.engines.local import tools
from automation.engines.local.sounds import read_wav, resampled, trimmed

RATE = 48_000
NORMAL_WPM, SLOWEST_WPM, FASTEST_WPM = 165, 120, 360
VOICES = {"pt": "pt-br", "es": "es", "ca": "ca", "gl": "es"}
# A phrase may run on into the pause behind it, but for this much.
BREATH_MS = 120
TRIES = 3
FADE = 480
MAX_CHARACTERS = 2_000


def spoken(task: Task, phrases: Sequence[Spoken], *, length: int) -> np.ndarray:
    """`length` mono samples at 48 kHz with every phrase at its time."""
    line = np.zeros(length, dtype=np.float32)
    for at, phrase in enumerate(phrases):
        if not phrase.target.strip():
            continue
        following = phrases[at + 1].start_ms - BREATH_MS if at + 1 < len(phrases) else (
            length * 1000 // RATE)  # fmt: skip
        start = min(length, phrase.start_ms * RATE // 1000)
        room = min(length, max(phrase.end_ms, following) * RATE // 1000) - start
        if room < FADE:
            continue
        wanted = (phrase.end_ms - phrase.start_ms) * RATE // 1000
        voice = _fitted(task, phrase.target, wanted=wanted, room=room)
        line[start : start + len(voice)] += voice
    return line


def _fitted(task: Task, text: str, *, wanted: int, room: int) -> np.ndarray:
    """As fast as it takes to last `wanted`, and cut off softly after `room`."""
    wpm = NORMAL_WPM
    voice = _voice(task, text, wpm)
    for _try in range(TRIES - 1):
        share = len(voice) / max(1, wanted)
        better = round(min(FASTEST_WPM, max(SLOWEST_WPM, wpm * share)))
        if abs(better - wpm) < 8:
            break
        wpm = better
        voice = _voice(task, text, wpm)
    if len(voice) > room:
        voice = voice[:room].copy()
        voice[-FADE:] *= np.linspace(1, 0, FADE, dtype=np.float32)
    return voice


def _voice(task: Task, text: str, wpm: int) -> np.ndarray:
    language = task.target_language
    source, target = task.directory / "say.txt", task.directory / "say.wav"
    source.write_text(text[:MAX_CHARACTERS], encoding="utf-8")
    target.unlink(missing_ok=True)
    argv = [str(tools.required("espeak-ng")), "-v", VOICES.get(language, language)]
    argv += ["-s", str(wpm), "-f", str(source), "-w", str(target)]
    tools.run(argv, task=task, timeout_s=60)
    try:
        sound, rate = read_wav(target)
    except (OSError, EOFError, wave.Error) as error:
        raise EngineError(
            "The voice said nothing for this part.", code="local_tool_failed"
        ) from error
    return resampled(trimmed(sound.mean(axis=1)), rate, RATE)
