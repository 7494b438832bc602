"""Sends jobs to the workers, and tells the owner's pages about changes.

Save first, then send: a message that is lost (Redis away, Redis emptied) is sent
again by the sweeper, because the job still says `queued`.
"""

import logging
from typing import Any

import dramatiq
from django.utils import timezone
from dramatiq.errors import BrokerError
from redis.exceptions import RedisError

from streamfetch.errors import Conflict
from streamfetch.events import bus
from streamfetch.jobs import log, registry
from streamfetch.jobs.models import Job, Priority, State
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage

logger = logging.getLogger(__name__)


def describe(job: Job) -> dict[str, Any]:
    """A job as the API, the events and the pages show it."""
    return {
        "id": str(job.pk),
        "kind": job.KIND,
        "state": str(job.state),
        "stage": job.stage,
        "percent": round(job.percent, 1),
        "eta_s": job.eta_s,
        "attempts": job.attempts,
        "title": job.title(),
        "target_url": job.target_url(),
        "error": job.error.model_dump() if job.error else None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def announce(job: Job) -> None:
    """Tell the owner's pages how the job and its subject are now. Never raises."""
    try:
        if job.LISTED:
            bus.publish(job.owner_id, "job", describe(job))
            log.record_end(job)
        listener = registry.listener_of(job)
        if listener is not None:
            listener(job)
    except Exception:
        # Pages ask again; the work that is announced must not fail for it.
        logger.exception("%s %s was not announced", job.KIND, job.pk)


def send(job: Job, *, delay_s: float = 0) -> None:
    """Put the job's id on its queue. Never raises for an outage."""
    broker = dramatiq.get_broker()
    delay_ms = int(delay_s * 1000) or None
    try:
        actor = broker.get_actor(job.actor)
        actor.send_with_options(args=(str(job.pk),), delay=delay_ms)
    except (RedisError, BrokerError, OSError) as error:
        logger.warning("%s %s waits for the sweeper: %s", job.KIND, job.pk, error)
        return
    try:
        type(job).objects.filter(pk=job.pk).update_idempotently(sent_at=timezone.now())
    except OUTAGE_ERRORS as error:
        if not is_outage(error):
            raise
        logger.warning("%s %s may be sent again: %s", job.KIND, job.pk, error)


def submit(job: Job, *, priority: Priority | None = None) -> None:
    """Save a new job and send it. Raises `IntegrityError` for an id that is taken."""
    job.priority = priority or job.PRIORITY
    job.save(force_insert=True)
    job.on_queued()
    # Told first: a free worker begins at once, and what it tells must come later.
    announce(job)
    send(job)


def cancel(job: Job) -> Job:
    """Raises `Conflict` when the job has ended already."""
    if not job.cancel():
        job.refresh_from_db()
        raise Conflict(
            f"This job has already ended ({job.state}); there is nothing to cancel.",
            code="job_ended",
        )
    job.on_cancel()
    job.refresh_from_db()
    announce(job)
    return job


def retry(job: Job) -> Job:
    """Raises `Conflict` unless the job failed or was cancelled."""
    if not job.restart():
        job.refresh_from_db()
        raise Conflict(
            f"Only a failed or cancelled job can be started again; this one is "
            f"{State(job.state).label.lower()}.",
            code="job_not_ended",
        )
    job.refresh_from_db()
    job.on_queued()
    announce(job)
    send(job)
    return job
