"""What a render sounds like: lanes, fades, ducking, loudness, many clips."""

import math
import subprocess
from pathlib import Path
from typing import Any

import pytest

from projects.timeline import heard
from projects.timeline.clips import AudioTrack
from streamfetch.ffmpeg.binary import ffmpeg_path
from tests.projects.rendering import (
    asset_of,
    clip,
    loudness,
    lumas,
    pitch,
    rendered,
    samples,
    settings,
)


def tone(path: Path, hertz: int, *, seconds: float = 3, level: float = 0.25) -> Path:
    graph = f"sine=f={hertz}:r=48000:d={seconds},volume={8 * level}"
    argv = [str(ffmpeg_path()), "-v", "error", "-y", "-f", "lavfi", "-i", graph]
    subprocess.run([*argv, "-c:a", "pcm_s16le", str(path)], check=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tones")


@pytest.fixture(scope="module")
def low(folder: Path) -> Path:
    return tone(folder / "low.wav", 300)


@pytest.fixture(scope="module")
def high(folder: Path) -> Path:
    return tone(folder / "high.wav", 1000)


def track(path: Path, start: float, end: float, **values: Any) -> AudioTrack:
    return AudioTrack.model_validate(
        {"asset": asset_of(path), "start_time": start, "end_time": end, **values}
    )


def level_db(value: float) -> float:
    return 20 * math.log10(max(value, 1e-9))


def test_a_sound_beside_clips_is_where_it_is_put(
    low: Path, high: Path, tmp_path: Path
) -> None:
    path = rendered(
        [low, high],
        [clip(low, 0, 1)],
        directory=tmp_path,
        audio_tracks=[track(high, 0, 0.5, position=1.5)],
    )
    sound = samples(path)
    assert 2 * 48_000 <= len(sound) < 2 * 48_000 + 1024
    assert pitch(sound, 0.1, 0.9) == pytest.approx(300, rel=0.02)
    assert loudness(sound, 1.05, 1.45) < 0.001
    assert pitch(sound, 1.55, 1.95) == pytest.approx(1000, rel=0.02)


def test_one_channel_is_heard_on_both_as_loud_as_it_is(
    low: Path, tmp_path: Path
) -> None:
    sound = samples(rendered([low], [clip(low, 0, 1)], directory=tmp_path))
    assert loudness(sound, 0.2, 0.8) == pytest.approx(0.25 / math.sqrt(2), rel=0.04)


def test_two_at_once_are_added_not_averaged(
    low: Path, high: Path, tmp_path: Path
) -> None:
    alone = samples(rendered([low], [clip(low, 0, 0.5)], directory=tmp_path / "a"))
    both = samples(
        rendered(
            [low, high],
            [clip(low, 0, 0.5)],
            directory=tmp_path / "b",
            audio_tracks=[track(high, 0, 0.5)],
        )
    )
    ratio = loudness(both, 0.1, 0.4) / loudness(alone, 0.1, 0.4)
    assert ratio == pytest.approx(math.sqrt(2), rel=0.08)


def test_fades_rise_and_fall(low: Path, tmp_path: Path) -> None:
    faded = clip(low, 0, 2, fade_in=0.5, fade_out=1)
    sound = samples(rendered([low], [faded], directory=tmp_path))
    full = loudness(sound, 0.55, 0.95)
    assert loudness(sound, 0, 0.05) < 0.1 * full
    assert loudness(sound, 0.2, 0.3) == pytest.approx(full / 2, rel=0.15)
    assert loudness(sound, 1.45, 1.55) == pytest.approx(full / 2, rel=0.15)
    assert loudness(sound, 1.95, 2) < 0.1 * full


def test_music_is_lowered_while_the_clip_is_heard(
    low: Path, folder: Path, tmp_path: Path
) -> None:
    speech = tone(folder / "speech.wav", 1000, seconds=1, level=0.4)
    plain, ducked = (
        samples(
            rendered(
                [low, speech],
                [clip(speech, 0, 1, position=1)],
                directory=tmp_path / str(duck),
                audio_tracks=[track(low, 0, 3, duck=duck, volume=0.5)],
            )
        )
        for duck in (False, True)
    )
    before = loudness(ducked, 0.3, 0.9)
    assert before == pytest.approx(loudness(plain, 0.3, 0.9), rel=0.05)
    # The tones are orthogonal: their powers add.
    power = {
        name: loudness(sound, 1.3, 1.9) ** 2
        for name, sound in (("plain", plain), ("ducked", ducked))
    }
    music = before**2
    left = power["ducked"] - (power["plain"] - music)
    assert level_db(math.sqrt(max(left, 1e-12) / music)) < -6


@pytest.mark.parametrize("lufs", [-14.0, -23.0])
def test_an_export_has_the_loudness_that_was_asked_for(
    high: Path, tmp_path: Path, lufs: float
) -> None:
    path = rendered([high], [clip(high, 0, 3)], directory=tmp_path, lufs=lufs)
    argv = [str(ffmpeg_path()), "-nostdin", "-i", str(path), "-af", "ebur128",
            "-f", "null", "-"]  # fmt: skip
    log = subprocess.run(argv, capture_output=True, check=True, timeout=60).stderr
    summary = log.decode().rpartition("Summary:")[2]
    found = float(summary.partition("I:")[2].split()[0])
    assert found == pytest.approx(lufs, abs=1)


def test_nothing_clips(folder: Path, tmp_path: Path) -> None:
    loud = tone(folder / "loud.wav", 500, level=0.95)
    path = rendered(
        [loud],
        [clip(loud, 0, 1, volume=4)],
        directory=tmp_path,
        audio_tracks=[track(loud, 0, 1, volume=4)],
    )
    # Two equal channels are the square root of two of one.
    assert max(map(abs, samples(path))) <= math.sqrt(2)


def test_many_sounds_are_mixed_in_parts_without_a_seam(
    low: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [
        clip(low, 0.1 * n, 0.1 * (n + 1), position=round(0.1 * n, 3)) for n in range(8)
    ]
    music = [track(low, 0, 0.8, volume=0.5)]
    whole, parted = [], []
    for found, most in ((whole, 40), (parted, 3)):
        monkeypatch.setattr(heard, "MAX_AT_ONCE", most)
        path = rendered(
            [low], clips, directory=tmp_path / str(most), audio_tracks=music
        )
        found.extend(samples(path))
    assert len(whole) == len(parted)
    assert max(abs(a - b) for a, b in zip(whole, parted, strict=True)) < 0.01


def flashes(path: Path, *, rate: str, seconds: int, vfr: bool = False) -> Path:
    """A white frame and a beep at the beginning of every second."""
    picture = f"color=black:s=64x64:r={rate}:d={seconds},format=yuv420p,"
    picture += "geq=lum='if(lt(mod(T+0.001,1),1.5/25),235,16)':cb=128:cr=128"
    if vfr:
        picture += ",select='gt(mod(n,5),0)+lt(mod(t+0.001,1),1.5/25)'"
    beep = "aevalsrc='if(lt(mod(t,1),0.05),0.8*sin(2*PI*1000*t),0)':s=48000:"
    argv = [str(ffmpeg_path()), "-v", "error", "-y", "-f", "lavfi", "-i", picture]
    argv += ["-f", "lavfi", "-i", f"{beep}d={seconds}", "-c:v", "libx264", "-g", "48"]
    argv += ["-fps_mode", "vfr" if vfr else "cfr", "-c:a", "aac", str(path)]
    subprocess.run(argv, check=True, timeout=60)
    return path


@pytest.mark.parametrize(
    ("rate", "said", "vfr"),
    [("24000/1001", 23.976, False), ("30000/1001", 29.97, False), ("30", 30, True)],
)
def test_flash_and_beep_stay_together_after_a_hundred_cuts(
    tmp_path: Path, rate: str, said: float, vfr: bool
) -> None:
    source = flashes(tmp_path / "flash.mp4", rate=rate, seconds=20, vfr=vfr)
    clips = []
    at = 0.0
    for number in range(100):
        # Around a flash each, of uneven lengths that fit no frame.
        start = round((number % 18) + 0.803 + 0.0013 * (number % 7), 3)
        end = round(start + 0.451 + 0.0017 * (number % 5), 3)
        clips.append(clip(source, start, end, position=round(at, 3)))
        at = round(at + end - start, 3)
    path = rendered([source], clips, directory=tmp_path / "out", wanted=settings(said))
    shown = lumas(path)
    exact = {23.976: 24000 / 1001, 29.97: 30000 / 1001, 30: 30.0}[said]
    seen = [
        number / exact
        for number in range(1, len(shown))
        if shown[number] > 120 >= shown[number - 1]
    ]
    sound = samples(path)
    heard_at = []
    for number in range(0, len(sound) - 48, 48):
        loud = max(map(abs, sound[number : number + 48])) > 0.2
        if loud and (not heard_at or number / 48_000 - heard_at[-1] > 0.2):
            heard_at.append(number / 48_000)
    assert len(seen) == len(heard_at) == 100
    errors = [abs(a - b) for a, b in zip(seen, heard_at, strict=True)]
    assert max(errors) <= 1 / exact + 0.002
