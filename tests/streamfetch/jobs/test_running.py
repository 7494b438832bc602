"""What becomes of a job's run, whatever its work does."""

import threading
import time
from collections.abc import Callable
from typing import Any

import dramatiq
import pytest
from django.utils import timezone
from dramatiq.middleware import Shutdown
from pymongo.errors import AutoReconnect
from rest_framework.test import APIClient

from downloads.models import Download
from streamfetch.egress.errors import FetchTimeout
from streamfetch.errors import Invalid
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.command import Graph, Output
from streamfetch.jobs import queue, running
from streamfetch.jobs.models import ENDED, State
from streamfetch.jobs.running import Run, run_job
from tests.streamfetch.jobs.conftest import Work, workspaces


def wait_for(condition: Callable[[], bool], *, within_s: float = 15) -> None:
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def encode_for_long(run: Run[Download]) -> dict[str, Any]:
    """A minute of work for FFmpeg."""
    graph = Graph()
    picture = graph.source("testsrc2", duration_ms=3_600_000, size="640x360", rate=30)
    output = Output(
        path=run.workspace / "out.mp4",
        muxer="mp4",
        streams=[picture],
        options={"c:v": "libx264"},
    )
    run.enter("encode")
    runner.run(
        graph.command(output),
        workspace=run.workspace.path,
        deadline_s=90,
        on_progress=lambda progress: run.report(1),
        should_stop=run.should_stop,
    )
    return {}


def test_success_stores_the_results_with_the_state(job: Download) -> None:
    seen: list[str] = []

    def work(run: Run[Download]) -> dict[str, Any]:
        run.enter("fetch", percent=10)
        seen.extend(workspaces())
        (run.workspace / "file").write_text("x")
        return {"bytes_downloaded": 7}

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert (job.state, job.percent, job.stage) == (State.SUCCEEDED, 100, "")
    assert job.bytes_downloaded == 7
    assert job.attempts == 1
    assert len(seen) == 1
    assert workspaces() == []


def test_what_cannot_be_helped_fails_at_once_with_its_reason(job: Download) -> None:
    def work(run: Run[Download]) -> dict[str, Any]:
        (run.workspace / "file").write_text("x")
        raise Invalid("This file is broken. Send another one.", code="broken")

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error.model_dump() == {
        "code": "broken",
        "message": "This file is broken. Send another one.",
        "recoverable": False,
    }
    assert workspaces() == []


@pytest.mark.parametrize("error", [FetchTimeout("Too slow."), RuntimeError("secret")])
def test_passing_errors_are_tried_four_times_in_all(
    job: Download, error: Exception
) -> None:
    runs: list[int] = []

    def work(run: Run[Download]) -> dict[str, Any]:
        runs.append(run.job.attempts)
        raise error

    waits = []
    for _ in range(6):
        run_job(Download, str(job.pk), work)
        job.refresh_from_db()
        if job.state in ENDED:
            break
        waits.append(round((job.not_before - timezone.now()).total_seconds()))
        Download.objects.filter(pk=job.pk).update(not_before=timezone.now())
    assert runs == [1, 2, 3, 4]
    assert waits == [5, 10, 20]
    assert job.state == State.FAILED
    assert "secret" not in job.error.message
    assert workspaces() == []


def test_the_message_of_a_retry_comes_when_it_is_due(job: Download) -> None:
    def work(run: Run[Download]) -> dict[str, Any]:
        raise FetchTimeout("Too slow.")

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    client = dramatiq.get_broker().client
    messages = [
        dramatiq.Message.decode(data) for data in client.hvals("sf:network.DQ.msgs")
    ]
    assert [message.args for message in messages] == [(str(job.pk),)]
    assert messages[0].options["eta"] >= job.not_before.timestamp() * 1000


def test_messages_that_come_twice_or_late_do_nothing(
    job: Download,
    works_as: Callable[[Work], None],
    start_worker: Callable[..., dramatiq.Worker],
) -> None:
    runs = []
    hold = threading.Event()

    def work(run: Run[Download]) -> dict[str, Any]:
        runs.append(run.job.pk)
        hold.wait(10)
        return {}

    works_as(work)
    for _ in range(3):
        queue.send(job)
    start_worker("network", threads=3)
    wait_for(lambda: bool(runs))
    queue.send(job)
    time.sleep(0.5)
    hold.set()
    dramatiq.get_broker().join("network", timeout=10_000)
    queue.send(job)
    dramatiq.get_broker().join("network", timeout=10_000)
    assert runs == [job.pk]


def test_cancelling_stops_ffmpeg_soon_and_leaves_nothing(
    api: APIClient,
    job: Download,
    works_as: Callable[[Work], None],
    start_worker: Callable[..., dramatiq.Worker],
) -> None:
    works_as(encode_for_long)
    queue.send(job)
    start_worker("network")
    wait_for(lambda: Download.objects.get(pk=job.pk).stage == "encode")
    wait_for(lambda: len(workspaces()) == 1)
    answer = api.post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert answer.data["state"] == "cancelled"
    wait_for(lambda: workspaces() == [], within_s=6)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert api.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 409


def test_a_job_that_was_cancelled_while_waiting_is_not_begun(
    job: Download,
    works_as: Callable[[Work], None],
    start_worker: Callable[..., dramatiq.Worker],
) -> None:
    runs = []

    def work(run: Run[Download]) -> dict[str, Any]:
        runs.append(run.job.pk)
        return {}

    works_as(work)
    queue.send(job)
    queue.cancel(job)
    start_worker("network")
    dramatiq.get_broker().join("network", timeout=10_000)
    assert runs == []


def test_what_a_cancelled_run_still_says_changes_nothing(job: Download) -> None:
    def work(run: Run[Download]) -> dict[str, Any]:
        Download.objects.get(pk=job.pk).cancel()
        return {"bytes_downloaded": 7}

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert job.bytes_downloaded == 0


def test_a_stop_may_reach_into_the_work(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What blocks for long, such as a slow site, is ended from another thread."""
    monkeypatch.setattr(running, "HEARTBEAT_S", 0.1)

    def work(run: Run[Download]) -> dict[str, Any]:
        reached = threading.Event()
        run.when_stopped(reached.set)
        Download.objects.get(pk=job.pk).cancel()
        assert reached.wait(5)
        raise FetchTimeout("The connection was cut.")

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_worker_that_has_to_stop_gives_its_job_back_uncounted(job: Download) -> None:
    def work(run: Run[Download]) -> dict[str, Any]:
        raise Shutdown

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    assert workspaces() == []
    run_job(Download, str(job.pk), lambda run: {})
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.SUCCEEDED, 1)


def test_a_stop_that_comes_with_the_claim_gives_the_job_back(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Download.claim
    stops = iter([Shutdown()])

    def interrupted(job_id: str, **token: Any) -> Download | None:
        claimed = claim(job_id, **token)
        for stop in stops:
            raise stop
        return claimed

    monkeypatch.setattr(Download, "claim", interrupted)
    run_job(Download, str(job.pk), lambda run: pytest.fail("begun"))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)


def test_work_that_hears_nothing_is_given_back_when_the_worker_ends(
    job: Download,
    works_as: Callable[[Work], None],
) -> None:
    """A thread that waits for storage is not reached by the request to stop."""
    hold = threading.Event()

    def work(run: Run[Download]) -> dict[str, Any]:
        give_up = time.monotonic() + 20
        while not hold.is_set() and time.monotonic() < give_up:
            try:
                time.sleep(0.05)
            except Shutdown:
                continue
        return {}

    works_as(work)
    queue.send(job)
    worker = dramatiq.Worker(
        dramatiq.get_broker(), queues={"network"}, worker_threads=1
    )
    worker.start()
    wait_for(lambda: len(workspaces()) == 1)
    worker.stop(timeout=1000)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    hold.set()
    wait_for(lambda: workspaces() == [])
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)


def test_finished_work_waits_for_a_database_that_is_away(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    outages = iter([AutoReconnect("away"), AutoReconnect("away")])
    finish = Download.finish

    def unreliable(self: Download, **results: Any) -> None:
        for outage in outages:
            raise outage
        finish(self, **results)

    monkeypatch.setattr(Download, "finish", unreliable)
    runs = []

    def work(run: Run[Download]) -> dict[str, Any]:
        runs.append(1)
        return {"bytes_downloaded": 7}

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert (job.state, job.bytes_downloaded) == (State.SUCCEEDED, 7)
    assert runs == [1]


def test_progress_that_cannot_be_stored_does_not_end_the_work(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: Download, **changes: Any) -> None:
        raise AutoReconnect("away")

    def work(run: Run[Download]) -> dict[str, Any]:
        with monkeypatch.context() as patch:
            patch.setattr(Download, "report", away)
            run.enter("fetch", percent=10)
            run.report(20)
        return {}

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED


def test_a_full_disk_is_told_before_work_begins(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamfetch.storage.workspace.RESERVE_BYTES", 2**62)
    run_job(Download, str(job.pk), lambda run: pytest.fail("begun"), free_bytes=1)
    job.refresh_from_db()
    assert job.error.code == "disk_full"


def test_the_lease_is_renewed_while_the_work_says_nothing(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "HEARTBEAT_S", 0.1)

    def work(run: Run[Download]) -> dict[str, Any]:
        before = Download.objects.get(pk=job.pk).lease_expires_at
        wait_for(
            lambda: Download.objects.get(pk=job.pk).lease_expires_at > before,
            within_s=5,
        )
        return {}

    run_job(Download, str(job.pk), work)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED
