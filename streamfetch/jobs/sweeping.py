"""Finds jobs that nobody is working on any more, and brings them back."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import dramatiq
from django.db.models import Q
from django.utils import timezone
from redis.exceptions import RedisError

from streamfetch.jobs import queue
from streamfetch.jobs.broker import JobBroker
from streamfetch.jobs.models import Job, State
from streamfetch.jobs.registry import job_models

logger = logging.getLogger(__name__)

SENT_GRACE = timedelta(seconds=20)
BATCH = 200


def sweep_expired_leases() -> int:
    """Running jobs whose worker stopped renewing: queue them, or give up."""
    count = 0
    for model in job_models():
        expired = model.objects.filter(
            state=State.RUNNING, lease_expires_at__lt=timezone.now()
        )
        for job in expired[:BATCH]:
            new_state = job.expire()
            if new_state is None:
                continue
            job.refresh_from_db()
            logger.warning("%s %s lost its worker: %s", job.KIND, job.pk, new_state)
            if new_state == State.QUEUED:
                queue.send(job)
            queue.announce(job)
            count += 1
    return count


def _out_of_reach(model: type[Job], broker: JobBroker) -> Iterator[Job]:
    """Due jobs without a message that a worker could fetch.

    It was lost, or a worker keeps it in hand behind a long job: another may be
    idle, and a message that comes twice does no harm.
    """
    since = timezone.now() - SENT_GRACE
    waiting = model.objects.filter(state=State.QUEUED, not_before__lte=since).filter(
        Q(sent_at=None) | Q(sent_at__lt=since)
    )
    if not waiting.exists():
        return
    within_reach: set[str] = set()
    for queue_name, _priority in model.actors().values():
        within_reach |= broker.ids_within_reach(queue_name)
    for job in waiting.iterator():
        if str(job.pk) not in within_reach:
            yield job


def sweep_lost_messages() -> int:
    """Queued jobs whose message is gone (Redis was away or came back empty).

    Raises `redis.RedisError`.
    """
    broker = dramatiq.get_broker()
    if not isinstance(broker, JobBroker):
        raise TypeError("jobs need the JobBroker; see DRAMATIQ_BROKER")
    count = 0
    for model in job_models():
        for job in islice(_out_of_reach(model, broker), BATCH):
            logger.info("%s %s had no message: sent again", job.KIND, job.pk)
            queue.send(job)
            count += 1
    return count


def sweep() -> int:
    """Both, as often as you like. Returns how many jobs were brought back."""
    expired = sweep_expired_leases()
    try:
        return expired + sweep_lost_messages()
    except RedisError as error:
        logger.warning("The queue is away, sweeping later: %s", error)
        return expired
