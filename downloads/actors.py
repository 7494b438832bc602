"""Messages of downloads. Ids only; the work is in `pipeline`."""

import logging

import dramatiq
from dramatiq_crontab import interval

from downloads.models import Download
from downloads.pipeline import counting, following, means, partials, warming
from downloads.pipeline.fetch import fetch
from streamfetch.errors import DomainError
from streamfetch.jobs import queue
from streamfetch.jobs.declaring import job_actor

logger = logging.getLogger(__name__)


def call_next(download: Download) -> None:
    """A slot is free: send for the first of those that had to wait for one.

    The messages of those that found no slot are gone.
    """
    if download.is_active and not download.is_paused:
        return
    counting.forget(download.owner_id)
    for waiting in Download.objects.filter(pk__in=Download.waiting()[:1]):
        queue.send(waiting)


fetch_download = job_actor(Download, work=fetch, tell=call_next)


@interval(seconds=3600)
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=600_000, max_age=600_000, priority=100
)
def remove_partials() -> None:
    partials.sweep()


@interval(seconds=60)
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=60_000, max_age=60_000, priority=50
)
def check_subscriptions() -> None:
    """Each is checked by a message of its own: one slow site must not hold all up."""
    for subscription_id in following.due():
        check_subscription.send(str(subscription_id))


@dramatiq.actor(queue_name="network", max_retries=0, time_limit=300_000, priority=50)
def check_subscription(subscription_id: str) -> None:
    following.check(subscription_id)


@dramatiq.actor(
    queue_name="network",
    max_retries=0,
    time_limit=120_000,
    max_age=600_000,
    priority=100,
)
def renew_look(url: str) -> None:
    try:
        warming.renew_old(means.parse(url))
    except DomainError as error:
        logger.info("A look was not renewed: %s", error)


@interval(seconds=600)
@dramatiq.actor(
    queue_name="network",
    max_retries=0,
    time_limit=540_000,
    max_age=540_000,
    priority=100,
)
def warm_popular() -> None:
    warming.warm()
