"""Runs one job in a worker: claim, work, progress, and one of the ends.

The work function gets a `Run` and returns the fields to store with the success.
Whatever happens, the workspace is emptied and the job ends in a state that says
what happened; the only exception that leaves is none at all.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from dramatiq.middleware import Shutdown, TimeLimitExceeded

from streamfetch.errors import DomainError
from streamfetch.ffmpeg.errors import Stopped
from streamfetch.jobs import queue
from streamfetch.jobs.models import Job, JobError, LeaseLost
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage
from streamfetch.storage.workspace import Workspace

logger = logging.getLogger(__name__)

J = TypeVar("J", bound=Job)

HEARTBEAT_S = 3.0
REPORT_EVERY_S = 0.5


@dataclass
class Run(Generic[J]):
    """One run of a job, as its work function sees it."""

    job: J
    workspace: Workspace
    _lost: threading.Event = field(default_factory=threading.Event)
    _reported_at: float = 0.0

    def should_stop(self) -> bool:
        """True once the job was cancelled or taken over; stop and clean up."""
        return self._lost.is_set()

    def report(self, percent: float, *, eta_s: float | None = None) -> None:
        """Progress from 0 to 100; written twice a second at most."""
        now = time.monotonic()
        if now - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = now
        self._store(percent=min(100.0, max(0.0, percent)), eta_s=eta_s)

    def enter(self, stage: str, *, percent: float | None = None) -> None:
        """A new stage is always told at once."""
        changes: dict[str, Any] = {"stage": stage, "eta_s": None}
        if percent is not None:
            changes["percent"] = percent
        self._store(**changes)

    def store(self, **changes: Any) -> None:
        """Other fields of the job that pages show while it runs."""
        self._store(**changes)

    def _store(self, **changes: Any) -> None:
        if self._lost.is_set():
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
def _heartbeat(run: Run[Any]) -> Iterator[None]:
    """Renews the lease from a thread of its own, and notices when it is gone."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            try:
                run.job.report()
            except LeaseLost:
                run._lost.set()
                return
            except OUTAGE_ERRORS as error:
                logger.warning("The lease of %s was not renewed: %s", run.job.pk, error)

    thread = threading.Thread(target=beat, name=f"lease-{run.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=HEARTBEAT_S)


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
        queue.send(job, delay_s=job.retry_later(reason))
    else:
        job.on_failure(reason)
        job.fail(reason)
    queue.announce(job)


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
    job = model.claim(job_id)
    if job is None:
        logger.info("%s %s is not waiting; nothing to do", model.KIND, job_id)
        return
    queue.announce(job)
    try:
        with Workspace(needs_bytes=free_bytes) as workspace:
            run = Run(job=job, workspace=workspace)
            with _heartbeat(run):
                results = work(run)
            job.finish(**results)
        queue.announce(job)
    except (LeaseLost, Stopped):
        logger.info("%s %s was taken away: stopped", model.KIND, job_id)
    except Shutdown:
        with contextlib.suppress(LeaseLost):
            job.release()
            queue.send(job)
            queue.announce(job)
    except (Exception, TimeLimitExceeded) as error:
        try:
            _end_badly(job, error)
        except LeaseLost:
            logger.info("%s %s was taken away while failing", model.KIND, job_id)
