""" "Match source" takes the sound of an untouched clip as it is, to the sample."""

import subprocess
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from projects.pipeline import sound_copy
from projects.pipeline.encoding import muxed
from projects.pipeline.sound import SoundPlan, sound_path
from projects.timeline.document import Clip
from projects.timeline.heard import heard_of
from projects.timeline.spans import sample_at
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.binary import ffmpeg_path
from tests import media
from tests.projects.rendering import SAMPLE_RATE, asset_of, clip, scene, source

# Until then a decoder that begins in the middle may still differ.
SETTLED = 2048


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound of which no two moments are alike."""
    path = tmp_path_factory.mktemp("noisy") / "noisy.mp4"
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin"]
    argv += ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30:duration=6"]
    argv += ["-f", "lavfi", "-i", "anoisesrc=r=48000:d=6:color=pink:seed=7"]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", "-ac", "2"]
    # Else decoders make up some of the noise themselves, each time another.
    argv += ["-aac_pns", "0"]
    subprocess.run([*argv, str(path)], check=True, timeout=60)
    return path


def samples_of(path: Path) -> "array[int]":
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-i", str(path), "-vn"]
    argv += ["-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "pipe:1"]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    return array("h", done.stdout)


def plan_of(path: Path, clips: list[Clip], **parts: Any) -> SoundPlan:
    timeline, seen = scene([path], clips, **parts)
    rate = seen.frame.rate
    heard = heard_of(timeline, rate, [asset_of(path)])
    return SoundPlan(heard=heard, first=0, last=sample_at(seen.frames, rate))


@pytest.mark.parametrize(
    ("start_s", "end_s"), [(0, 6), (0.01, 3), (0.5, 5.5), (1.234, 2.2), (3.333, 6)]
)
def test_a_trimmed_sound_is_the_source_s_to_the_sample(
    noisy: Path, tmp_path: Path, start_s: float, end_s: float
) -> None:
    plan = plan_of(noisy, [clip(noisy, start_s, end_s)])
    cut = sound_copy.cut_for(plan, {asset_of(noisy): source(noisy)})
    assert cut is not None
    command = sound_copy.copying(cut, source(noisy), tmp_path)
    log = runner.run(command, workspace=tmp_path, deadline_s=60).stderr_tail
    assert sound_copy.is_right(cut, tmp_path, log=log)
    target = tmp_path / "output.mp4"
    command = muxed(noisy, sound_path(tmp_path), target=target, duration_ms=1)
    runner.run(command, workspace=tmp_path, deadline_s=60)
    found, whole = samples_of(target), samples_of(noisy)
    first = round(start_s * SAMPLE_RATE)
    assert cut.samples - 1024 <= len(found) <= cut.samples + 1024
    common = min(len(found), len(whole) - first)
    assert common > cut.samples - 1024
    assert found[SETTLED:common] == whole[first + SETTLED : first + common]


@pytest.mark.parametrize(
    "changed",
    [
        {"volume": 0.5},
        {"speed": 2.0},
        {"fade_in": 0.5},
        {"fade_out": 0.5},
        {"position": 1.0},
    ],
    ids=str,
)
def test_a_sound_that_is_changed_is_encoded(
    noisy: Path, changed: dict[str, float]
) -> None:
    plan = plan_of(noisy, [clip(noisy, 1, 5, **changed)])
    assert sound_copy.cut_for(plan, {asset_of(noisy): source(noisy)}) is None


def test_several_sounds_are_mixed(noisy: Path) -> None:
    clips = [clip(noisy, 1, 2), clip(noisy, 4, 5, position=1.0)]
    plan = plan_of(noisy, clips)
    assert sound_copy.cut_for(plan, {asset_of(noisy): source(noisy)}) is None


@pytest.mark.parametrize(
    "path",
    [
        media.video(duration_s=3, sample_rate=44_100),
        media.video(duration_s=3, audio_codec="libmp3lame"),
        media.video(duration_s=3, audio_s=1),
        media.video(duration_s=3, audio_channels=6),
    ],
    ids=["another rate", "another codec", "too short", "surround"],
)
def test_what_does_not_fit_is_encoded(path: Path) -> None:
    plan = plan_of(path, [clip(path, 0, 3)])
    assert sound_copy.cut_for(plan, {asset_of(path): source(path)}) is None


@pytest.mark.parametrize("damaged", [media.without_packets, media.with_broken_packets])
def test_holes_and_nonsense_are_noticed(
    damaged: Callable[[Path, int, int], Path], tmp_path: Path
) -> None:
    path = damaged(media.video(duration_s=6), 100, 150)
    plan = plan_of(path, [clip(path, 1, 6)])
    cut = sound_copy.cut_for(plan, {asset_of(path): source(path)})
    assert cut is not None
    command = sound_copy.copying(cut, source(path), tmp_path)
    log = runner.run(command, workspace=tmp_path, deadline_s=60).stderr_tail
    assert not sound_copy.is_right(cut, tmp_path, log=log)
