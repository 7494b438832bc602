"""Tells the endpoints of an owner that something happened."""

from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError
from django.utils import timezone

from streamfetch.jobs import queue
from streamfetch.webhooks import events
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint

_NAMESPACE = UUID("6d1f7a0e-3f1c-4a63-9a52-0c1d4a4b7e11")


def event_id(event_type: str, subject_id: UUID, *, occurrence: str = "") -> UUID:
    """The id of an event: the same each time the same happening is told."""
    return uuid5(_NAMESPACE, f"{event_type}\n{subject_id}\n{occurrence}")


def payload(
    identifier: UUID, *, event_type: str, data: dict[str, Any]
) -> dict[str, Any]:
    """What a receiver gets, as JSON."""
    return {
        "id": str(identifier),
        "type": event_type,
        "created_at": timezone.now().isoformat(timespec="milliseconds"),
        "data": data,
    }


def emit(
    owner_id: UUID,
    *,
    event_type: events.EventType,
    subject_id: UUID,
    data: dict[str, Any],
    occurrence: str = "",
) -> UUID:
    """Queue one delivery for each active endpoint of the owner that wants the event.

    `data` is JSON. `occurrence` tells one happening to a subject from a later one
    of the same type, such as the id of the job that did it: telling the same
    happening again, as a job that runs twice does, sends nothing twice. Returns
    the event's id. Raises the database's errors: call it where the caller is
    repeated then.
    """
    identifier = event_id(event_type.name, subject_id, occurrence=occurrence)
    document: dict[str, Any] | None = None
    for endpoint in WebhookEndpoint.objects.filter(owner_id=owner_id):
        if not endpoint.is_active or event_type.name not in endpoint.events:
            continue
        document = document or payload(
            identifier, event_type=event_type.name, data=data
        )
        delivery = WebhookDelivery(
            pk=uuid5(identifier, str(endpoint.pk)),
            owner_id=owner_id,
            endpoint_id=endpoint.pk,
            event_id=identifier,
            event_type=event_type.name,
            payload=document,
        )
        try:
            queue.submit(delivery)
        except IntegrityError:
            # Told before.
            continue
    return identifier
