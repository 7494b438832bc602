"""Looks for new videos of subscriptions and queues them, each once."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError
from django.utils import timezone

from downloads.models import MAX_SITE, MAX_TITLE, Download, SeenVideo, Subscription
from downloads.pipeline import inspecting, means
from downloads.sources.failures import SourceFailure
from downloads.sources.identity import site_of, video_id_of
from downloads.sources.video import Entry, Playlist
from streamfetch import caching
from streamfetch.errors import DomainError
from streamfetch.jobs import queue
from streamfetch.jobs.models import JobError, Priority

logger = logging.getLogger(__name__)

DUE_AT_ONCE = 50
MAX_NEW = 50


def due() -> list[UUID]:
    """Subscriptions whose time has come."""
    found = Subscription.objects.filter(
        is_active=True, next_check_at__lte=timezone.now()
    )
    return list(found.values_list("pk", flat=True)[:DUE_AT_ONCE])


def check(subscription_id: UUID | str) -> int:
    """Queue what is new, if it is time. Returns how many downloads that made.

    Safe to repeat and to run twice at once: the ids of downloads are derived.
    """
    now = timezone.now()
    found = Subscription.objects.filter(pk=subscription_id).first()
    if found is None:
        return 0
    ours = Subscription.objects.filter(
        pk=found.pk, is_active=True, next_check_at__lte=now
    ).update(next_check_at=now + timedelta(hours=found.every_hours), updated_at=now)
    if not ours:
        return 0
    error = None
    made = 0
    try:
        made = _fetch_new(found)
    except DomainError as failure:
        error = JobError(
            code=failure.code, message=failure.detail, recoverable=failure.recoverable
        )
    Subscription.objects.filter(pk=found.pk).update_idempotently(
        last_check_at=now,
        last_error=error,
        fetched_count=found.fetched_count + made,
        updated_at=now,
    )
    return made


def _fetch_new(subscription: Subscription) -> int:
    url = means.parse(subscription.url)
    caching.forget(caching.video_key(video_id_of(url)))
    listed = inspecting.look_up(url, owner_id=subscription.owner_id).found
    if not isinstance(listed, Playlist):
        raise SourceFailure("unsupported")
    fresh = unseen(subscription.pk, listed.entries)[:MAX_NEW]
    # The oldest first, so that the newest stands on top of the history.
    made = sum(_queue(subscription, entry) for entry in reversed(fresh))
    remember(subscription.pk, fresh)
    return made


def _queue(subscription: Subscription, entry: Entry) -> bool:
    try:
        url = means.parse(entry.url)
    except DomainError as error:
        logger.info("An entry of %s is passed over: %s", subscription.pk, error)
        return False
    download = Download(
        pk=uuid5(subscription.pk, _key(entry)),
        owner_id=subscription.owner_id,
        video_id=video_id_of(url),
        video_title=(entry.title or entry.url)[:MAX_TITLE],
        video_url=str(url),
        video_channel=(entry.channel or subscription.title)[:MAX_TITLE],
        video_duration_ms=entry.duration_ms,
        site=site_of(url)[:MAX_SITE],
        options=subscription.options,
        subscription_id=subscription.pk,
    )
    try:
        queue.submit(download, priority=Priority.LOW)
    except IntegrityError:
        return False
    return True


def unseen(subscription_id: UUID, entries: list[Entry]) -> list[Entry]:
    """Those that the subscription has not seen yet, in order."""
    known = set(
        SeenVideo.objects.filter(subscription_id=subscription_id).values_list(
            "key", flat=True
        )
    )
    return [entry for entry in entries if _key(entry) not in known]


def remember(subscription_id: UUID, entries: Iterable[Entry]) -> None:
    """Safe to repeat: what is known already is left alone."""
    rows = {
        uuid5(subscription_id, f"seen {_key(entry)}"): _key(entry) for entry in entries
    }
    known = set(
        SeenVideo.objects.filter(pk__in=list(rows)).values_list("pk", flat=True)
    )
    SeenVideo.objects.bulk_create(
        SeenVideo(pk=pk, subscription_id=subscription_id, key=key)
        for pk, key in rows.items()
        if pk not in known
    )


def _key(entry: Entry) -> str:
    return hashlib.sha256(entry.url.encode()).hexdigest()[:32]
