"""Runs one job in a worker: claim, work, progress, and one of the ends.

The work function gets a `Run` and returns the fields to store with the success.
Whatever happens, the workspace is emptied and the job ends in a state that says
what happened; no exception of the work leaves.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NoReturn, TypeVar
from uuid import uuid4

from dramatiq.middleware import Shutdown, TimeLimitExceeded

from streamfetch.errors import DomainError
from streamfetch.jobs import queue
from streamfetch.jobs.middleware import at_shutdown
from streamfetch.jobs.models import Job, JobError, LeaseLost, Priority
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage
from streamfetch.storage.workspace import Workspace

logger = logging.getLogger(__name__)

J = TypeVar("J", bound=Job)
T = TypeVar("T")

HEARTBEAT_S = 3.0
REPORT_EVERY_S = 0.5
# How long the end of a job waits for a database that is away.
PATIENCE_S = 60.0


class SteppedAside(Exception):
    """Others go first: the job is queued again, behind them."""


class Lease:
    """Whether the job is still ours, as the heartbeat last saw it."""

    def __init__(self) -> None:
        self._lost = threading.Event()
        self._when_lost: list[Callable[[], None]] = []

    @property
    def is_lost(self) -> bool:
        return self._lost.is_set()

    def lose(self) -> None:
        self._lost.set()
        for act in self._when_lost:
            act()

    def when_lost(self, act: Callable[[], None]) -> None:
        self._when_lost.append(act)
        if self.is_lost:
            act()


@dataclass
class Run(Generic[J]):
    """One run of a job, as its work function sees it."""

    job: J
    workspace: Workspace
    lease: Lease = field(default_factory=Lease)
    _reported_at: float = 0.0

    def should_stop(self) -> bool:
        """True once the job was cancelled or taken over; stop and clean up."""
        return self.lease.is_lost

    def when_stopped(self, act: Callable[[], None]) -> None:
        """Have `act` called, in another thread, once `should_stop()` is true."""
        self.lease.when_lost(act)

    def report(
        self, percent: float, *, eta_s: float | None = None, **changes: Any
    ) -> None:
        """Progress from 0 to 100, with other fields that tell of it; written twice
        a second at most."""
        now = time.monotonic()
        if now - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = now
        self._store(percent=min(100.0, max(0.0, percent)), eta_s=eta_s, **changes)

    def enter(self, stage: str, *, percent: float | None = None) -> None:
        """A new stage is always told at once."""
        changes: dict[str, Any] = {"stage": stage, "eta_s": None}
        if percent is not None:
            changes["percent"] = percent
        self._store(**changes)

    def store(self, **changes: Any) -> None:
        """Other fields of the job that pages show while it runs."""
        self._store(**changes)

    def step_aside(self) -> NoReturn:
        """Let jobs of a higher priority go first. What was made must be stored by
        now: the work begins anew. Raises `SteppedAside`."""
        self.job.report(priority=Priority.NORMAL)
        raise SteppedAside

    def _store(self, **changes: Any) -> None:
        if self.lease.is_lost:
            raise LeaseLost
        try:
            self.job.report(**changes)
        except OUTAGE_ERRORS as error:
            # Progress is not worth failing for: the lease decides.
            if not is_outage(error):
                raise
            logger.warning("Progress of %s was not stored: %s", self.job.pk, error)
            return
        queue.announce(self.job)


@contextlib.contextmanager
def _heartbeat(job: Job, lease: Lease) -> Iterator[None]:
    """Renews the lease from a thread of its own, and notices when it is gone."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            try:
                job.report()
            except LeaseLost:
                lease.lose()
                return
            except OUTAGE_ERRORS as error:
                logger.warning("The lease of %s was not renewed: %s", job.pk, error)

    thread = threading.Thread(target=beat, name=f"lease-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=HEARTBEAT_S)


def _patiently(change: Callable[[], T]) -> T:
    """Make a change that may be repeated, waiting while the database is away.

    Work that is done must not be lost, or done again, for a database that is
    restarted.
    """
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return change()
        except OUTAGE_ERRORS as error:
            if not is_outage(error) or time.monotonic() > give_up:
                raise
            logger.warning("The database is away, waiting: %s", error)
            time.sleep(1)


def _error_of(error: BaseException) -> JobError:
    if isinstance(error, DomainError):
        return JobError(
            code=error.code, message=error.detail, recoverable=error.recoverable
        )
    if isinstance(error, TimeLimitExceeded):
        return JobError(
            code="time_limit", message="This took longer than a job may take."
        )
    outage = isinstance(error, OUTAGE_ERRORS) and is_outage(error)
    return JobError(
        code="database_unavailable" if outage else "unexpected",
        message=(
            "The database was away."
            if outage
            else "Something went wrong on the server; its log has the details. "
            "Try again, and tell the operator if it happens again."
        ),
        recoverable=True,
    )


def _end_badly(job: Job, error: BaseException) -> None:
    reason = _error_of(error)
    level = logging.WARNING if isinstance(error, DomainError) else logging.ERROR
    logger.log(
        level,
        "%s %s failed (attempt %d): %s",
        job.KIND,
        job.pk,
        job.attempts,
        reason.message,
        exc_info=error if level > logging.WARNING else None,
    )
    if reason.recoverable and job.has_retries_left:
        queue.send(job, delay_s=_patiently(lambda: job.retry_later(reason)))
    else:
        _patiently(lambda: job.on_failure(reason))
        _patiently(lambda: job.fail(reason))
    queue.announce(job)


def _finish(job: Job, results: dict[str, Any]) -> None:
    # Its subject must not be told of a success that was cancelled at the end.
    _patiently(job.report)
    _patiently(job.on_success)
    _patiently(lambda: job.finish(**results))
    queue.announce(job)


def _release(job: Job) -> None:
    """Back to the queue: this worker stops, or has something more urgent to do."""
    try:
        job.release()
    except LeaseLost:
        return
    except OUTAGE_ERRORS as error:
        logger.warning("%s %s waits for its lease to end: %s", job.KIND, job.pk, error)
        return
    queue.send(job)
    queue.announce(job)
    logger.info("%s %s goes back to the queue", job.KIND, job.pk)


def _work_to_an_end(
    job: J, work: Callable[[Run[J]], dict[str, Any]], free_bytes: int
) -> None:
    """Raises `LeaseLost`, `Shutdown`, `SteppedAside`, or an outage that outlasts our
    patience."""
    lease = Lease()
    with _heartbeat(job, lease):
        try:
            with Workspace(needs_bytes=free_bytes, label=job.KIND) as workspace:
                results = work(Run(job=job, workspace=workspace, lease=lease))
            _finish(job, results)
        except (LeaseLost, Shutdown, SteppedAside):
            raise
        except (Exception, TimeLimitExceeded) as error:
            if lease.is_lost:
                raise LeaseLost from error
            _end_badly(job, error)


def run_job(
    model: type[J],
    job_id: str,
    work: Callable[[Run[J]], dict[str, Any]],
    *,
    free_bytes: int = 0,
) -> None:
    """Run job `job_id`, if it is still waiting.

    A message that comes twice, or late, finds nothing to claim and ends here.
    `free_bytes` is the disk space that the run needs at least.
    """
    token = uuid4()
    try:
        job = _patiently(lambda: model.take(job_id, token=token))
    except Shutdown:
        # It may have come right after the claim: ask what became of it.
        if job := model.take(job_id, token=token):
            _release(job)
        return
    if job is None:
        logger.info("%s %s is not waiting; nothing to do", model.KIND, job_id)
        return
    with at_shutdown(lambda: _release(job)):
        try:
            queue.announce(job)
            _work_to_an_end(job, work, free_bytes)
        except LeaseLost:
            logger.info("%s %s was taken away: stopped", model.KIND, job_id)
        except (Shutdown, SteppedAside):
            _release(job)
