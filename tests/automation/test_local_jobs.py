"""A whole job with the local engine: real recognition, translation and voice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automation.models import AutomationJob, DubChunk, LogLine
from streamfetch.accounts.models import User
from streamfetch.jobs.models import State
from streamfetch.storage.backends import media_storage
from streamfetch.subtitles import Cue
from tests.automation.conftest import started
from tests.automation.speech import RATE, SENTENCES, Speech, decoded, level_db
from tests.media import frame_hashes
from uploads.models import Asset
from uploads.services import captions

pytestmark = pytest.mark.django_db


@pytest.fixture
def captioned(asset: Asset, spoken: Speech) -> Asset:
    """The same, with what is said: recognising it takes as long as hearing it."""
    cues = [
        Cue(start * 1000 // RATE, end * 1000 // RATE, SENTENCES[at % len(SENTENCES)])
        for at, (start, end) in enumerate(spoken.words)
    ]
    captions.add(asset, language="en", cues=cues)
    return asset


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
