"""What owners do with their endpoints and deliveries."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.errors import InvalidUrl, UnsafeUrl
from streamfetch.egress.url import parse_public_url
from streamfetch.errors import Conflict, Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.webhooks import events, secrecy
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint
from streamfetch.webhooks.services.emitting import payload

MAX_ENDPOINTS = 20


def find(owner: Any, endpoint_id: UUID) -> WebhookEndpoint:
    """The caller's endpoint. Raises `NotFound`."""
    endpoint = WebhookEndpoint.objects.owned_by(owner).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound(_("There is no such webhook."))
    return endpoint


def find_delivery(endpoint: WebhookEndpoint, delivery_id: UUID) -> WebhookDelivery:
    """Raises `NotFound`."""
    delivery = WebhookDelivery.objects.filter(
        pk=delivery_id, endpoint_id=endpoint.pk
    ).first()
    if delivery is None:
        raise NotFound(_("There is no such delivery."))
    return delivery


def _checked_url(url: str) -> str:
    allowed = AllowedHosts.parse(settings.ALLOWED_PRIVATE_HOSTS)
    try:
        return str(parse_public_url(url, allowed_hosts=allowed))
    except (InvalidUrl, UnsafeUrl) as error:
        raise Invalid(error.detail, code=error.code, field="url") from error


def _checked_events(names: list[str]) -> list[str]:
    """Without repetitions, in the order of the registry."""
    wanted = {events.check(name) for name in names}
    return [name for name in events.EVENT_TYPES if name in wanted]


def create(
    owner: Any, *, url: str, events: list[str], description: str = ""
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret in plain text, which nobody can read again.

    Raises `Invalid`, and `Conflict` when the owner has `MAX_ENDPOINTS` already.
    """
    if WebhookEndpoint.objects.owned_by(owner).count() >= MAX_ENDPOINTS:
        raise Conflict(
            _("You have %(most)d webhooks, which is the most. Delete one first.")
            % {"most": MAX_ENDPOINTS},
            code="too_many_webhooks",
        )
    secret = secrecy.new_secret()
    endpoint = WebhookEndpoint(
        owner_id=owner.pk,
        url=_checked_url(url),
        events=_checked_events(events),
        description=description,
        secret=secrecy.encrypt(secret),
    )
    endpoint.save(force_insert=True)
    # MongoDB keeps milliseconds: show what every later answer shows.
    endpoint.refresh_from_db()
    return endpoint, secret


def edit(endpoint: WebhookEndpoint, **changes: Any) -> WebhookEndpoint:
    """Change `url`, `events`, `description` or `is_active`. Raises `Invalid`.

    Switching on forgets that the endpoint was failing.
    """
    if "url" in changes:
        changes["url"] = _checked_url(changes["url"])
    if "events" in changes:
        changes["events"] = _checked_events(changes["events"])
    if changes.get("is_active"):
        changes |= {"failing_since": None, "disabled_at": None}
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update_idempotently(
        **changes, updated_at=timezone.now()
    )
    endpoint.refresh_from_db()
    return endpoint


def remove(endpoint: WebhookEndpoint) -> None:
    """The endpoint and its log. A delivery under way ends without an answer."""
    WebhookDelivery.objects.filter(endpoint_id=endpoint.pk).delete()
    endpoint.delete()


def rotate_secret(endpoint: WebhookEndpoint, *, overlap_hours: int) -> str:
    """A new secret in plain text. Both sign for `overlap_hours`; with 0 only the new.

    Raises `Conflict` when the secret was changed meanwhile.
    """
    secret = secrecy.new_secret()
    now = timezone.now()
    changed = WebhookEndpoint.objects.filter(
        pk=endpoint.pk, secret=endpoint.secret
    ).update(
        secret=secrecy.encrypt(secret),
        previous_secret=endpoint.secret if overlap_hours else "",
        previous_secret_until=(
            now + timedelta(hours=overlap_hours) if overlap_hours else None
        ),
        updated_at=now,
    )
    if not changed:
        raise Conflict(
            _("The secret was changed elsewhere at this moment. Try again."),
            code="secret_changed",
        )
    endpoint.refresh_from_db()
    return secret


def ping(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Queue a test event, also for an endpoint that is switched off."""
    identifier = uuid4()
    delivery = WebhookDelivery(
        owner_id=endpoint.owner_id,
        endpoint_id=endpoint.pk,
        event_id=identifier,
        event_type=events.PING,
        payload=payload(
            identifier, event_type=events.PING, data={"webhook": str(endpoint.pk)}
        ),
    )
    queue.submit(delivery)
    delivery.refresh_from_db()
    return delivery


def redeliver(delivery: WebhookDelivery) -> WebhookDelivery:
    """Queue the same event once more, under its id. Raises `Conflict` while the
    delivery is still being tried."""
    if delivery.is_active:
        raise Conflict(
            _("This delivery is still being tried. Wait for it, or cancel its job."),
            code="delivery_active",
        )
    again = WebhookDelivery(
        owner_id=delivery.owner_id,
        endpoint_id=delivery.endpoint_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        payload=delivery.payload,
    )
    queue.submit(again)
    again.refresh_from_db()
    return again
