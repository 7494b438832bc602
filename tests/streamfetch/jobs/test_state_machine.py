"""Two workers, a sweeper and a person pull at one job in any order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.jobs.models import (
    ENDED,
    LEASE_S,
    MAX_CRASHES,
    RETRY_DELAYS_S,
    Job,
    JobError,
    LeaseLost,
    State,
)
from tests.streamfetch.jobs.conftest import Clock, new_download

REASON = JobError(code="x", message="It broke.", recoverable=True)
WORKERS = st.sampled_from(["first", "second"])
MOST_ATTEMPTS = len(RETRY_DELAYS_S) + 1 + MAX_CRASHES


class JobMachine(RuleBasedStateMachine):
    """Predicts every answer; the database must agree after each step."""

    owner: User
    clock: Clock

    @initialize()
    def make_job(self) -> None:
        self.job_id = new_download(self.owner).pk
        self.clock.moment = max(self.clock.moment, timezone.now())
        self.state = State.QUEUED
        self.due_at = self.clock.now()
        self.holder: str | None = None
        self.lease_ends_at: datetime | None = None
        self.views: dict[str, Download] = {}
        self.seen: Download | None = None

    def _stored(self) -> Download:
        return Download.objects.get(pk=self.job_id)

    def _let_go(self, state: State, *, by: str | None = None) -> None:
        self.state = state
        self.holder = None
        if by is not None:
            # Its run is over; only a run that somebody else ended goes on.
            del self.views[by]

    def _change(self, worker: str, change: Callable[[Download], object]) -> bool:
        """Have `worker` change the job as it knows it; did it hold the lease?"""
        view = self.views[worker]
        if self.holder == worker:
            change(view)
            return True
        with pytest.raises(LeaseLost):
            change(view)
        return False

    def _knows(self, worker: str) -> bool:
        return worker in self.views

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        view = Download.claim(self.job_id)
        is_free = self.state == State.QUEUED and self.due_at <= self.clock.now()
        assert (view is not None) == is_free
        if view is not None:
            # A worker has one view at a time; the older one died with its run.
            self.views[worker] = view
            self.holder, self.state = worker, State.RUNNING
            self.lease_ends_at = self.clock.now() + timedelta(seconds=LEASE_S)

    @precondition(lambda self: bool(self.views))
    @rule(worker=WORKERS, percent=st.floats(0, 100))
    def report(self, worker: str, percent: float) -> None:
        if self._knows(worker) and self._change(
            worker, lambda view: view.report(percent=percent)
        ):
            self.lease_ends_at = self.clock.now() + timedelta(seconds=LEASE_S)

    @precondition(lambda self: bool(self.views))
    @rule(worker=WORKERS)
    def finish(self, worker: str) -> None:
        if self._knows(worker) and self._change(worker, lambda view: view.finish()):
            self._let_go(State.SUCCEEDED, by=worker)

    @precondition(lambda self: bool(self.views))
    @rule(worker=WORKERS)
    def fail(self, worker: str) -> None:
        if self._knows(worker) and self._change(worker, lambda view: view.fail(REASON)):
            self._let_go(State.FAILED, by=worker)

    @precondition(lambda self: bool(self.views))
    @rule(worker=WORKERS)
    def break_down(self, worker: str) -> None:
        """A passing error: once more later, or the end."""
        if not self._knows(worker):
            return
        if not self.views[worker].has_retries_left:
            self.fail(worker)
            return
        delays: list[float] = []
        if self._change(worker, lambda view: delays.append(view.retry_later(REASON))):
            assert delays[0] in RETRY_DELAYS_S
            self.due_at = self.clock.now() + timedelta(seconds=delays[0])
            self._let_go(State.QUEUED, by=worker)

    @precondition(lambda self: bool(self.views))
    @rule(worker=WORKERS)
    def release(self, worker: str) -> None:
        if not self._knows(worker):
            return
        attempts = self._stored().attempts
        if self._change(worker, Job.release):
            assert self._stored().attempts == attempts - 1
            self._let_go(State.QUEUED, by=worker)

    @rule()
    def sweeper_looks(self) -> None:
        self.seen = self._stored()

    @precondition(lambda self: self.seen is not None)
    @rule()
    def sweeper_acts(self) -> None:
        """On what it saw, which may be long ago."""
        assert self.seen is not None
        crashes = self._stored().crashes
        is_current = (
            self.state == State.RUNNING
            and self.seen.state == State.RUNNING
            and self.seen.lease_token == self._stored().lease_token
        )
        is_over = (
            self.lease_ends_at is not None and self.lease_ends_at < self.clock.now()
        )
        became = self.seen.expire()
        if not (is_current and is_over):
            assert became is None
            return
        dead = crashes + 1 >= MAX_CRASHES
        assert became == (State.FAILED if dead else State.QUEUED)
        self._let_go(State(became))
        if not dead:
            self.due_at = self.clock.now()

    @rule()
    def cancel(self) -> None:
        was_active = self.state not in ENDED
        assert self._stored().cancel() == was_active
        if was_active:
            self._let_go(State.CANCELLED)

    @rule()
    def restart(self) -> None:
        may = self.state in (State.FAILED, State.CANCELLED)
        assert self._stored().restart() == may
        if may:
            self._let_go(State.QUEUED)
            self.due_at = self.clock.now()

    @rule(seconds=st.sampled_from([1, 6, 21, LEASE_S + 1]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def database_agrees(self) -> None:
        job = self._stored()
        assert job.state == self.state
        assert job.crashes <= MAX_CRASHES
        assert job.attempts <= MOST_ATTEMPTS
        assert (job.lease_expires_at is not None) == (self.state == State.RUNNING)
        assert (job.shown_until is not None) == (self.state in ENDED)
        assert (job.finished_at is not None) == (self.state in ENDED)
        holders = [
            name
            for name, view in self.views.items()
            if job.state == State.RUNNING and view.lease_token == job.lease_token
        ]
        assert holders == ([self.holder] if self.holder else [])


@pytest.mark.timeout(240)
def test_no_order_of_events_breaks_the_rules(alice: User, clock: Clock) -> None:
    class Machine(JobMachine):
        pass

    Machine.owner, Machine.clock = alice, clock
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_of_many_claims_at_once_one_succeeds(job: Download) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: Download.claim(job.pk), range(24)))
    assert sum(claimed is not None for claimed in taken) == 1
    job.refresh_from_db()
    assert job.attempts == 1


def test_claiming_again_with_the_same_token_gives_the_same_run(job: Download) -> None:
    """The first answer may have been lost with the connection."""
    first = Download.claim(job.pk, token=job.pk)
    again = Download.claim(job.pk, token=job.pk)
    assert first is not None
    assert again is not None
    assert again.attempts == 1
    assert Download.claim(job.pk) is None


@pytest.mark.parametrize("end", ["finish", "fail", "retry_later", "release"])
def test_an_end_whose_answer_was_lost_may_be_repeated(job: Download, end: str) -> None:
    held = Download.claim(job.pk)
    assert held is not None
    arguments = [REASON] if end in ("fail", "retry_later") else []
    getattr(held, end)(*arguments)
    getattr(held, end)(*arguments)
    held.cancel()
    if end not in ("finish", "fail"):
        with pytest.raises(LeaseLost):
            getattr(held, end)(*arguments)


def test_waiting_times_and_number_of_retries(job: Download, clock: Clock) -> None:
    delays = []
    while True:
        held = Download.claim(job.pk)
        assert held is not None
        if not held.has_retries_left:
            break
        delay_s = held.retry_later(REASON)
        delays.append(delay_s)
        assert Download.claim(job.pk) is None, "claimed before its time"
        clock.advance(delay_s)
    assert delays == [5, 10, 20]
