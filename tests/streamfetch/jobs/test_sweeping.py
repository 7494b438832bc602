"""Jobs that nobody works on any more come back."""

from collections.abc import Callable
from datetime import timedelta

import dramatiq
import pytest
import redis
from django.conf import settings
from django.utils import timezone

from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.jobs import queue
from streamfetch.jobs.broker import JobBroker
from streamfetch.jobs.models import MAX_CRASHES, State
from streamfetch.jobs.sweeping import sweep
from tests.streamfetch.jobs.conftest import Work, new_download


def age(job: Download, **changes: object) -> None:
    """As if the job had been queued and sent a minute ago."""
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    Download.objects.filter(pk=job.pk).update(
        **{"not_before": a_minute_ago, "sent_at": a_minute_ago, **changes}
    )


def waiting() -> list[str]:
    """Ids in the messages that a worker would get, in their order."""
    broker = dramatiq.get_broker()
    ids = broker.client.lrange("sf:network", 0, -1)
    found = [broker.client.hget("sf:network.msgs", each) for each in ids]
    return [str(dramatiq.Message.decode(data).args[0]) for data in found]


def test_emptied_redis_loses_no_job(alice: User) -> None:
    jobs = [new_download(alice) for _ in range(3)]
    for job in jobs:
        queue.send(job)
        age(job)
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    assert sweep() == 3
    assert sorted(waiting()) == sorted(str(job.pk) for job in jobs)
    for job in jobs:
        age(job)
    assert sweep() == 0, "sent again though the message is there"


def test_one_lost_message_among_many_is_found(alice: User) -> None:
    jobs = [new_download(alice) for _ in range(5)]
    for job in jobs:
        age(job)
        if job is not jobs[2]:
            queue.send(job)
            age(job)
    assert sweep() == 1
    assert waiting()[-1] == str(jobs[2].pk)


def test_a_message_in_the_hands_of_a_busy_worker_is_sent_once_more(
    alice: User,
) -> None:
    """Another worker may be idle; the first one then finds nothing to do."""
    job = new_download(alice)
    queue.send(job)
    age(job)
    broker = dramatiq.get_broker()
    consumer = broker.consume("network", prefetch=1)
    assert next(consumer) is not None
    assert sweep() == 1
    age(job)
    assert sweep() == 0
    assert waiting() == [str(job.pk)]


def test_what_was_just_sent_or_is_not_due_is_left_alone(
    alice: User, job: Download
) -> None:
    queue.send(job)
    later = new_download(alice)
    age(later, not_before=timezone.now() + timedelta(seconds=20), sent_at=None)
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    assert sweep() == 0


def test_expired_lease_goes_back_to_the_queue(job: Download) -> None:
    held = Download.claim(job.pk)
    assert held is not None
    assert sweep() == 0
    age(job, lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    job.refresh_from_db()
    assert (job.state, job.crashes, job.attempts) == (State.QUEUED, 1, 1)
    assert waiting() == [str(job.pk)]


def test_the_third_dead_worker_is_the_last(job: Download) -> None:
    for _ in range(MAX_CRASHES):
        assert Download.claim(job.pk) is not None
        age(job, lease_expires_at=timezone.now() - timedelta(seconds=1))
        assert sweep() == 1
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error.code == "worker_died"
    assert job.shown_until is not None
    assert sweep() == 0


def test_redis_away_does_not_keep_expired_leases(
    job: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: JobBroker, queue_name: str) -> set[str]:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(JobBroker, "ids_within_reach", away)
    assert Download.claim(job.pk) is not None
    age(job, lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    age(job, sent_at=None)
    assert sweep() == 0


def test_swept_job_is_done(
    job: Download,
    works_as: Callable[[Work], None],
    start_worker: Callable[..., dramatiq.Worker],
) -> None:
    works_as(lambda run: {})
    age(job, sent_at=None)
    sweep()
    start_worker("network")
    dramatiq.get_broker().join("network", timeout=10_000)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED
