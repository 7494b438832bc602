"""A whole job with the local engine: real recognition, translation and voice."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from automation.models import AutomationJob, DubChunk, LogLine
from automation.services import chunks as chunk_services
from projects.models import VideoProject
from streamfetch.accounts.models import User
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.jobs.models import State
from streamfetch.storage.backends import media_storage
from streamfetch.subtitles import Cue
from tests.automation.conftest import started
from tests.automation.speech import (
    RATE,
    SENTENCES,
    Speech,
    decoded,
    level_db,
    speech,
    talking_video,
)
from tests.media import frame_hashes
from tests.uploads.library import ready_asset
from uploads.models import Asset
from uploads.services import captions

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parents[1] / "samples"
ADDRESS = (
    "and so my fellow americans ask not what your country can do for you what you can "
    "do for your country"
)


@pytest.fixture
def captioned(asset: Asset, spoken: Speech) -> Asset:
    """The same, with what is said: recognising it takes as long as hearing it."""
    cues = [
        Cue(start * 1000 // RATE, end * 1000 // RATE, SENTENCES[at % len(SENTENCES)])
        for at, (start, end) in enumerate(spoken.words)
    ]
    captions.add(asset, language="en", cues=cues)
    return asset


@pytest.fixture
def street(alice: User, clean_storage: Path, tmp_path: Path) -> Asset:
    """A person's voice over a street: eleven seconds of thirty have speech."""
    path = tmp_path / "street.mp4"
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin"]
    argv += ["-i", str(SAMPLES / "car-detection.mp4"), "-i", str(SAMPLES / "jfk.flac")]
    argv += ["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", str(path)]
    subprocess.run(argv, check=True, timeout=60)
    return ready_asset(alice, path, title="A street")


def test_a_recorded_voice_is_heard_and_dubbed(
    *,
    alice: User,
    street: Asset,
    dubbing: Callable[[], None],
    tmp_path: Path,
) -> None:
    """No captions: real recognition of a real recording, with hiss and echo."""
    job = started(alice, street, keep_intermediate_files=True)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    report = job.outputs.of("es").report
    assert report.passed, report
    assert report.frames_in == report.frames_out == job.video_info.frame_count
    (chunk,) = DubChunk.objects.filter(job_id=job.pk)
    understood = " ".join(cue.source for cue in chunk.transcript.cues).split()
    assert len(set(understood) & set(ADDRESS.split())) >= 6, understood
    result = Asset.objects.get(pk=job.outputs.of("es").asset)
    path = tmp_path / "dubbed.mp4"
    media_storage().fetch_to(result.source_key, path)
    sound, before = decoded(path), decoded(SAMPLES / "jfk.flac")
    seconds = [sound[at : at + RATE] for at in range(0, 11 * RATE, RATE)]
    assert sum(level_db(each) > -40 for each in seconds) >= 9
    assert level_db(sound[: len(before)] - before) > -35, "it is another voice"
    assert level_db(sound[13 * RATE : 29 * RATE]) < -70, "and nobody speaks after it"


def short_asset(owner: User, folder: Path, sound: np.ndarray) -> Asset:
    path = talking_video(folder / "short.mp4", sound)
    return ready_asset(owner, path, title="Three seconds")


def test_three_seconds_become_a_project_and_are_said_otherwise(
    *,
    alice: User,
    clean_storage: Path,
    dubbing: Callable[[], None],
    tmp_path: Path,
) -> None:
    asset = short_asset(alice, tmp_path, speech(3).sound)
    captions.add(asset, language="en", cues=[Cue(200, 2500, SENTENCES[0])])
    job = started(
        alice, asset, then="project", chunking_strategy="scene", output_format="webm"
    )
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    first = job.outputs.of("es")
    assert first.report.passed, first.report
    assert not first.report.video_copied, "H.264 is no WebM"
    assert (first.followup_url or "").startswith("/projects/")
    assert VideoProject.objects.filter(owner=alice).count() == 1

    (chunk,) = chunk_services.chunks_of(job)
    (cue,) = chunk.transcript.cues
    said = cue.model_copy(update={"target": "El puerto despierta"})
    chunk_services.rewrite(job, chunk, [said])
    chunk_services.redo(job, chunk)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    second = Asset.objects.get(pk=job.outputs.of("es").asset)
    assert str(second.pk) != first.asset
    (track,) = captions.of(second)
    assert [each.text for each in track.cues()] == ["El puerto despierta"]


def test_a_sound_without_a_sound_says_what_to_do(
    *,
    alice: User,
    clean_storage: Path,
    dubbing: Callable[[], None],
    tmp_path: Path,
) -> None:
    job = started(
        alice, short_asset(alice, tmp_path, np.zeros(3 * RATE, dtype=np.float32))
    )
    dubbing()
    job.refresh_from_db()
    assert (job.state, job.error.code) == (State.FAILED, "silent_audio")
    assert "Choose one in which somebody speaks" in job.error.message
    assert (job.failure.stage, job.error.recoverable) == ("chunk", False)


def test_a_whole_job(
    *,
    alice: User,
    captioned: Asset,
    talk: Path,
    spoken: Speech,
    dubbing: Callable[[], None],
    tmp_path: Path,
    clean_storage: Path,
) -> None:
    job = started(alice, captioned)
    dubbing()
    job.refresh_from_db()
    lines = [line.message for line in LogLine.objects.filter(job_id=job.pk)]
    assert job.state == State.SUCCEEDED, (job.error, lines)
    output = job.outputs.of("es")
    assert output is not None
    report = output.report
    assert report.passed, report
    assert report.frames_in == report.frames_out == 950
    assert report.av_difference_ms <= report.frame_ms
    assert report.max_boundary_error_samples == 0
    assert report.max_loudness_step_lu <= 1

    result = Asset.objects.get(pk=output.asset)
    path = tmp_path / "result.mp4"
    media_storage().fetch_to(result.source_key, path)
    assert frame_hashes(path) == frame_hashes(talk)
    sound = decoded(path)
    assert abs(len(sound) - len(spoken.sound)) <= RATE // 25
    for start, end in spoken.words:
        assert level_db(sound[start:end]) > -40, "somebody must speak here"
    assert captions.of(result)[0].language == "es"
    assert captions.of(result)[0].automatic
    chunks = DubChunk.objects.filter(job_id=job.pk)
    assert {each.state for each in chunks} == {"complete"}
    assert any(each.transcript.cues for each in chunks)
    assert not list((clean_storage / "dubs").rglob("*.flac"))
    assert AutomationJob.objects.get(pk=job.pk).status == "completed"
