"""A dubbing job survives kill -9 in each of its stages, and pays for nothing twice."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from automation.documents import DubConfig
from automation.models import AutomationJob, DubChunk
from automation.services import jobs
from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.jobs.models import State
from streamfetch.jobs.sweeping import sweep
from tests.automation.speech import speech, talking_video
from tests.downloads.site import serving
from tests.fakes import elevenlabs
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.flows.worker_process import WorkerProcess, wait_for
from uploads.models import Asset

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]
QUEUES = ("dubbing", "network")
# With one thread the download would be over before the job is looked at.
BOTH_AT_ONCE = ("--threads", "2")
STAGES = ("download", "chunk", "dub", "merge", "finalize")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeElevenLabs]:
    with elevenlabs.serving() as server:
        server.looks_until_done = 0
        monkeypatch.setenv("ELEVENLABS_BASE_URL", server.address)
        monkeypatch.setenv("ELEVENLABS_API_KEY", elevenlabs.KEY)
        yield server


@pytest.fixture
def site() -> Iterator[Callable[[bytes], str]]:
    """Call it to have a video on a slow site; returns its address.

    Slow, so that a worker can be killed while it downloads.
    """
    with ExitStack() as open_sites:
        yield lambda content: open_sites.enter_context(serving(content)).url(
            "/slow.mp4"
        )


def kill_in(job: AutomationJob, stage: str, log_path: Path) -> str:
    """Kill a worker as soon as the job is in `stage`; returns where it was."""
    with WorkerProcess(*QUEUES, log_path=log_path, arguments=BOTH_AT_ONCE) as worker:
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
    ago = timezone.now() - timedelta(seconds=30)
    for found in (
        AutomationJob.objects.filter(pk=job.pk),
        Download.objects.filter(pk=job.download_id),
    ):
        found.filter(state=State.RUNNING).update(lease_expires_at=ago, crashes=0)
        found.filter(state=State.QUEUED).update(not_before=ago, sent_at=ago)
    sweep()


def test_it_ends_right_and_each_chunk_is_sent_once(
    *,
    alice: User,
    tmp_path: Path,
    fake: FakeElevenLabs,
    settings: Any,
    site: Callable[[bytes], str],
) -> None:
    settings.ELEVENLABS_API_KEY = elevenlabs.KEY
    path = talking_video(tmp_path / "talk.mp4", speech(95).sound)
    config = DubConfig(engine="elevenlabs", chunk_duration=30)
    job = jobs.create(alice, config=config, source_url=site(path.read_bytes()))
    log_path = tmp_path / "worker.log"
    killed_in = []
    for stage in STAGES:
        killed_in.append(kill_in(job, stage, log_path))
        if job.state == State.SUCCEEDED:
            break
        lease_runs_out(job)
    assert killed_in[:4] == ["download", "chunk", "dub", "merge"]

    def has_ended() -> bool:
        job.refresh_from_db()
        return job.state not in {State.QUEUED, State.RUNNING}

    if not has_ended():
        with WorkerProcess(*QUEUES, log_path=log_path):
            wait_for(has_ended, within_s=100)
    assert job.state == State.SUCCEEDED, (job.error, log_path.read_text()[-3000:])
    chunks = list(DubChunk.objects.filter(job_id=job.pk))
    assert len(chunks) >= 3
    assert len(fake.accepted) == len(chunks) == len({d.name for d in fake.accepted})
    assert Asset.objects.filter(owner=alice).count() == 2
    assert job.outputs.of("es").report.passed
