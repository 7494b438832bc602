"""Exact lengths, cross-fades, loudness after the standard, and what is heard."""

import json
import re
import subprocess
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import numpy as np
import pytest

from automation.engines.base import PassingEngineError, Spoken, Task
from automation.engines.catalog import Setup
from automation.engines.local import ducking, listening, speaking, translating
from automation.engines.local.sounds import write_wav
from automation.pipeline import fit, loudness, pcm
from automation.pipeline.commands import to_flac
from automation.pipeline.joining import Joiner
from automation.pipeline.pcm import Part
from streamfetch.ffmpeg.binary import ffmpeg_path
from tests.automation.speech import RATE, level_db, sentence, speech
from tests.automation.test_elevenlabs_engine import MemoryLedger


@dataclass
class Held:
    """A sound in memory, read as files are."""

    sound: np.ndarray

    def read(self, start: int, end: int) -> np.ndarray:
        return self.sound[start:end]


def part(sound: np.ndarray) -> Part:
    return Part(Held(sound), 0, len(sound))


def packed(folder: Path, sound: np.ndarray) -> Path:
    wav, flac = folder / "in.wav", folder / "in.flac"
    write_wav(wav, sound, rate=RATE)
    to_flac(wav, flac, workspace=folder)
    return flac


@pytest.mark.parametrize(
    ("more_s", "tempo", "overruns"),
    [(0.0, 1.0, False), (0.015, 1.0, False), (0.3, 1.1, False), (-0.3, 0.9, False),
     (2.0, 1.15, True), (-2.0, 0.85, False)],
)  # fmt: skip
def test_a_return_is_made_exactly_as_long_as_its_place(
    tmp_path: Path, more_s: float, tempo: float, overruns: bool
) -> None:
    wanted = 3 * RATE
    flac = packed(tmp_path, speech(3 + more_s).sound)
    with fit.fitted(flac, wanted=wanted, channels=1, workspace=tmp_path) as found:
        sound = found.read(0, wanted)
        assert len(sound) == wanted
        assert np.array_equal(found.read(wanted - 300, wanted), sound[-300:])
        assert found.tempo == pytest.approx(tempo, abs=0.001)
        assert found.overruns is overruns
        assert abs(sound[-1, 0]) < 0.002 or not overruns
    assert not (tmp_path / "fit.wav").exists()


def test_chunks_join_without_a_lost_sample(tmp_path: Path) -> None:
    whole = speech(9).sound[:, None]
    path = tmp_path / "joined.wav"
    joiner = Joiner(path, channels=1)
    places = [(0, 100_000, 0, 9_600), (100_000, 250_000, 9_600, 480),
              (250_000, len(whole), 480, 0)]  # fmt: skip
    for start, end, before, after in places:
        part = Part(Held(whole), start - before, end + after - start + before)
        joiner.add(part, before=before, after=after)
    joiner.close()
    assert joiner.starts == [0, 100_000, 250_000]
    with pcm.Reader(path) as reader:
        assert reader.sample_count == len(whole)
        joined = reader.read(0, len(whole))
    # Equal but for the cross-fades, which mix each sound with itself.
    outside = np.ones(len(whole), dtype=bool)
    for start in (100_000, 250_000):
        outside[start - 480 : start + 480] = False
    assert np.abs(joined - whole)[outside].max() < 1e-4


def test_loudness_is_that_of_the_standard(tmp_path: Path) -> None:
    sound = np.stack([speech(12).sound, speech(12, seed=4).sound], axis=1)
    path = tmp_path / "loud.wav"
    write_wav(path, sound, rate=RATE)
    argv = [str(ffmpeg_path()), "-nostdin", "-i", str(path), "-af"]
    argv += ["ebur128=framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(argv, capture_output=True, check=True, timeout=60).stderr
    theirs = float(re.findall(rb"I:\s+(-?[\d.]+) LUFS", said)[-1])
    ours = loudness.loudness(sound)
    assert ours == pytest.approx(theirs, abs=0.15)
    assert loudness.loudness(np.zeros((RATE, 1), dtype=np.float32)) is None


def test_a_gain_matches_the_original_and_never_clips() -> None:
    original = speech(6).sound[:, None] * 0.5
    quiet = original * 0.2
    assert fit.gain_to(part(quiet), part(original)) == pytest.approx(5, rel=0.02)
    loud = np.tile(np.array([[0.9], [-0.9]], dtype=np.float32), (RATE, 1))
    gain = fit.gain_to(part(original), part(loud))
    assert np.abs(original * gain).max() <= fit.PEAK + 1e-6


def task_of(folder: Path, sound: np.ndarray, language: str = "es") -> Task:
    audio = folder / "chunk.wav"
    write_wav(audio, sound, rate=RATE)
    work = folder / "work"
    work.mkdir()
    return Task(
        audio=audio,
        sample_count=len(sound),
        channels=1,
        source_language="en",
        target_language=language,
        directory=work,
        ledger=MemoryLedger(),
        should_stop=lambda: False,
        tell=lambda level, text: None,
    )


def test_speech_is_heard_translated_and_spoken(tmp_path: Path) -> None:
    voice = sentence("The people talk about the house and the water.")
    sound = np.pad(voice * 0.6, (RATE // 2, RATE))
    task = task_of(tmp_path, sound)
    heard = listening.heard(task, sound)
    assert len(heard) == 1
    assert abs(heard[0].start_ms - 500) < 150
    # A robot speaks: it is understood less well than people are.
    assert "house" in heard[0].source.split(), heard
    (text,) = translating.translate(["The house and the water."], task=task,
                                    setup=Setup())  # fmt: skip
    assert {"casa", "agua"} <= set(text.lower().split())
    said = speaking.spoken(
        task,
        [Spoken(start_ms=500, end_ms=1800, source="", target=text)],
        length=len(sound),
    )
    assert len(said) == len(sound)
    assert level_db(said[: RATE // 2]) < -90
    assert level_db(said[RATE // 2 : RATE * 3 // 2]) > -40


class Translator(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that says what the test wants it to."""

    answers: ClassVar[list[tuple[int, str]]] = []
    asked: ClassVar[list[dict[str, Any]]] = []

    def log_message(self, *_arguments: object) -> None:
        """Nothing: tests look at `asked`."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({**body, "key": self.headers["Authorization"]})
        status, content = self.answers.pop(0)
        answer = {"choices": [{"message": {"content": content}}]}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


def test_a_translation_service_is_asked_and_not_trusted(tmp_path: Path) -> None:
    task = task_of(tmp_path, np.zeros(RATE, dtype=np.float32), language="de")
    Translator.answers = [
        (200, '```json\n["Das Haus", "Das  Wasser"]\n```'),
        (200, '["only one"]'),
        (200, "I cannot do that."),
        (503, ""),
    ]
    with ThreadingHTTPServer(("127.0.0.1", 0), Translator) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        setup = Setup(
            translation_url=f"http://127.0.0.1:{server.server_port}/v1",
            translation_key="key1",
            translation_model="m",
        )
        texts = ["The house", "The water"]
        found = translating.translate(texts, task=task, setup=setup)
        assert found == ["Das Haus", "Das Wasser"]
        for code in ("mismatch", "unreadable", "unavailable"):
            with pytest.raises(PassingEngineError) as raised:
                translating.translate(texts, task=task, setup=setup)
            assert raised.value.code == f"translation_{code}"
        server.shutdown()
    assert (Translator.asked[0]["key"], Translator.asked[0]["model"]) == (
        "Bearer key1",
        "m",
    )
    assert "German" in Translator.asked[0]["messages"][0]["content"]


def test_the_original_steps_back_under_the_voice() -> None:
    original = np.full((RATE * 4, 1), 0.1, dtype=np.float32)
    original[::2] *= -1
    voice = np.zeros(RATE * 4, dtype=np.float32)
    voice[RATE : RATE * 2] = np.sin(np.arange(RATE) * 0.05) * 0.3
    mixed = ducking.over(original, voice)
    assert mixed.shape == original.shape
    assert level_db(mixed[: RATE // 2]) == pytest.approx(-20, abs=0.1)
    assert level_db(mixed[RATE * 3 :]) == pytest.approx(-20, abs=0.1)
    only_original = np.abs(np.fft.rfft(mixed[RATE + 9600 : RATE * 2 - 9600, 0]))[-1]
    before = np.abs(np.fft.rfft(original[RATE + 9600 : RATE * 2 - 9600, 0]))[-1]
    assert only_original < before * 0.2
    assert np.array_equal(ducking.over(original, voice * 0), original)
