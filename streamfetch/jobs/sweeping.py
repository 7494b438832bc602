"""Finds jobs that nobody is working on any more, and brings them back."""

import logging
from datetime import timedelta

import dramatiq
from django.utils import timezone
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import dq_name
from redis.exceptions import RedisError

from streamfetch.jobs import queue
from streamfetch.jobs.models import Job, State
from streamfetch.jobs.registry import job_models

logger = logging.getLogger(__name__)

SENT_GRACE = timedelta(seconds=20)
BATCH = 200


def waiting_messages(queue_name: str) -> int:
    """Messages of a queue in Redis, those being worked on and delayed included."""
    broker = dramatiq.get_broker()
    if not isinstance(broker, RedisBroker):
        return 0
    names = (queue_name, dq_name(queue_name))
    return sum(broker.client.hlen(f"{broker.namespace}:{name}.msgs") for name in names)


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


def _lost_messages(model: type[Job]) -> list[Job]:
    now = timezone.now()
    due = model.objects.filter(state=State.QUEUED, not_before__lte=now - SENT_GRACE)
    jobs = [
        job
        for job in due[:BATCH]
        if job.sent_at is None or job.sent_at < now - SENT_GRACE
    ]
    # Jobs that simply wait behind others still have their message.
    return jobs if waiting_messages(model.QUEUE) < len(jobs) else []


def sweep_lost_messages() -> int:
    """Queued jobs whose message is gone (Redis was away or came back empty)."""
    count = 0
    for model in job_models():
        for job in _lost_messages(model):
            logger.warning("%s %s had no message: sent again", job.KIND, job.pk)
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
