"""A dubbing job survives kill -9 in each of its stages, and pays for nothing twice."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from automation.models import AutomationJob, DubChunk
from streamfetch.accounts.models import User
from streamfetch.jobs.models import State
from streamfetch.jobs.sweeping import sweep
from tests.automation.conftest import started
from tests.automation.speech import speech, talking_video
from tests.fakes import elevenlabs
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.flows.worker_process import WorkerProcess, wait_for
from tests.uploads.library import ready_asset
from uploads.models import Asset

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]
STAGES = ("chunk", "dub", "merge", "finalize")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeElevenLabs]:
    with elevenlabs.serving() as server:
        server.looks_until_done = 0
        monkeypatch.setenv("ELEVENLABS_BASE_URL", server.address)
        monkeypatch.setenv("ELEVENLABS_API_KEY", elevenlabs.KEY)
        yield server


def kill_in(job: AutomationJob, stage: str, log_path: Path) -> str:
    """Kill a worker as soon as the job is in `stage`; returns where it was."""
    with WorkerProcess("dubbing", log_path=log_path) as worker:
        give_up = time.monotonic() + 100
        while True:
            job.refresh_from_db()
            reached = job.stage in STAGES and (
                STAGES.index(job.stage) >= STAGES.index(stage)
            )
            if reached or job.state not in {State.QUEUED, State.RUNNING}:
                break
            assert time.monotonic() < give_up, job.stage
            time.sleep(0.02)
        worker.kill()
    job.refresh_from_db()
    return job.stage


def lease_runs_out(job: AutomationJob) -> None:
    """Half a minute later, and as if it were the first death."""
    AutomationJob.objects.filter(pk=job.pk, state=State.RUNNING).update(
        lease_expires_at=timezone.now() - timedelta(seconds=1), crashes=0
    )
    sweep()


def test_it_ends_right_and_each_chunk_is_sent_once(
    alice: User, tmp_path: Path, fake: FakeElevenLabs, settings: object
) -> None:
    settings.ELEVENLABS_API_KEY = elevenlabs.KEY  # type: ignore[attr-defined]
    path = talking_video(tmp_path / "talk.mp4", speech(95).sound)
    asset = ready_asset(alice, path)
    job = started(alice, asset, engine="elevenlabs", max_parallel_jobs=2)
    log_path = tmp_path / "worker.log"
    killed_in = []
    for stage in STAGES:
        killed_in.append(kill_in(job, stage, log_path))
        if job.state == State.SUCCEEDED:
            break
        lease_runs_out(job)
    assert killed_in[:3] == ["chunk", "dub", "merge"]

    def has_ended() -> bool:
        job.refresh_from_db()
        return job.state not in {State.QUEUED, State.RUNNING}

    if not has_ended():
        with WorkerProcess("dubbing", log_path=log_path):
            wait_for(has_ended, within_s=100)
    assert job.state == State.SUCCEEDED, (job.error, log_path.read_text()[-3000:])
    chunks = list(DubChunk.objects.filter(job_id=job.pk))
    assert len(chunks) >= 3
    assert len(fake.accepted) == len(chunks) == len({d.name for d in fake.accepted})
    assert Asset.objects.filter(owner=alice).count() == 2
    assert job.outputs.of("es").report.passed
