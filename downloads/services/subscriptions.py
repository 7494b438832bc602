"""What people subscribe to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from downloads.models import MAX_SITE, MAX_TITLE, Options, Subscription
from downloads.pipeline import following
from downloads.services import inspections
from downloads.services.downloads import parse_url
from downloads.sources.identity import site_of
from downloads.sources.video import Playlist
from streamfetch.errors import Invalid, NotFound
from uploads.services import followups

MAX_SUBSCRIPTIONS = 200
MAX_NEWEST = 50


def subscribe(
    owner: Any,
    *,
    url: str,
    every_hours: int = Subscription.Every.DAY,
    newest: int = 0,
    options: Options | None = None,
) -> Subscription:
    """Follow a list; what is on it already counts as seen, except the `newest`.

    Raises `Invalid` naming the field, and what looking the list up raises.
    """
    parsed = parse_url(url)
    options = options or Options()
    if options.then:
        followups.check(options.then)
    if Subscription.objects.owned_by(owner).count() >= MAX_SUBSCRIPTIONS:
        raise Invalid(
            _("%(most)d subscriptions are possible at most. End some first.")
            % {"most": MAX_SUBSCRIPTIONS},
            code="too_many_subscriptions",
            field="url",
        )
    listed = inspections.look_up(owner, parsed).found
    if not isinstance(listed, Playlist):
        raise Invalid(
            _("This is one video. Subscribe to a channel, a playlist or a feed."),
            code="not_a_list",
            field="url",
        )
    # Formats are named differently from video to video: only presets carry over.
    options = options.model_copy(update={"format_id": ""})
    subscription = Subscription(
        owner_id=owner.pk,
        url=str(parsed),
        title=(listed.title or listed.channel or parsed.host)[:MAX_TITLE],
        site=site_of(parsed)[:MAX_SITE],
        every_hours=every_hours,
        options=options,
        next_check_at=timezone.now()
        + (timedelta(0) if newest else timedelta(hours=every_hours)),
    )
    subscription.save(force_insert=True)
    following.remember(subscription.pk, listed.entries[newest:])
    return subscription


def of(owner: Any) -> list[Subscription]:
    return Subscription.objects.owned_by(owner).newest_first(MAX_SUBSCRIPTIONS)


def find(owner: Any, subscription_id: UUID) -> Subscription:
    found = Subscription.objects.owned_by(owner).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound(_("There is no such subscription."))
    return found


def change(subscription: Subscription, **changes: Any) -> None:
    """`is_active` and `every_hours`."""
    now = timezone.now()
    if "every_hours" in changes:
        since = subscription.last_check_at or subscription.created_at
        changes["next_check_at"] = since + timedelta(hours=changes["every_hours"])
    Subscription.objects.filter(pk=subscription.pk).update_idempotently(
        **changes, updated_at=now
    )
    subscription.refresh_from_db()


def check_now(subscription: Subscription) -> None:
    """Have the next round of checks take it."""
    Subscription.objects.filter(pk=subscription.pk).update_idempotently(
        next_check_at=timezone.now(), is_active=True
    )
    subscription.refresh_from_db()


def describe(subscription: Subscription) -> dict[str, Any]:
    error = subscription.last_error
    return {
        "id": str(subscription.pk),
        "url": subscription.url,
        "title": subscription.title,
        "site": subscription.site,
        "every_hours": int(subscription.every_hours),
        "is_active": subscription.is_active,
        "next_check_at": subscription.next_check_at,
        "last_check_at": subscription.last_check_at,
        "error": error.model_dump() if error else None,
        "fetched_count": subscription.fetched_count,
        "created_at": subscription.created_at,
    }
