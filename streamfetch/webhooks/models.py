"""Endpoints that events are sent to, and every delivery to them."""

import json
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from streamfetch.jobs.models import Job, JobError, Priority, State
from streamfetch.jobs.registry import register
from streamfetch.mongo.documents import OwnedDocument
from streamfetch.webhooks import secrecy

MAX_URL = 2000
MAX_DESCRIPTION = 200
MAX_EVENT_NAME = 60
# A Fernet token of a secret has about 160 characters.
MAX_ENCRYPTED = 400
# Since the first delivery that failed for good: an endpoint that takes nothing for
# that long is switched off.
DISABLED_AFTER = timedelta(days=3)


class WebhookEndpoint(OwnedDocument):
    """An address that its owner wants to be told at, and about what."""

    url = models.CharField(max_length=MAX_URL)
    description = models.CharField(max_length=MAX_DESCRIPTION, default="", blank=True)
    events = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    secret = models.CharField(max_length=MAX_ENCRYPTED, editable=False)
    previous_secret = models.CharField(
        max_length=MAX_ENCRYPTED, default="", blank=True, editable=False
    )
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    disabled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "webhook_endpoints"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="webhook_owner_new"
            ),
            models.Index(
                fields=["is_active", "-created_at", "-id"], name="webhook_active_new"
            ),
            models.Index(fields=["-created_at", "-id"], name="webhook_new"),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    def signing_secrets(self) -> list[str]:
        """In plain text, the newest first; two while a rotation is under way.

        Raises `secrecy.SecretUnreadable`.
        """
        encrypted = [self.secret]
        until = self.previous_secret_until
        if self.previous_secret and until is not None and until > timezone.now():
            encrypted.append(self.previous_secret)
        return [secrecy.decrypt(each) for each in encrypted]


@register
class WebhookDelivery(Job):
    """One event on its way to one endpoint; afterwards a line in the log.

    `response_status` (None: no answer) and `duration_ms` are of the last attempt.
    """

    KIND: ClassVar[str] = "webhook_delivery"
    ACTOR: ClassVar[str] = "deliver_webhook"
    # Not behind downloads, which take minutes.
    QUEUE: ClassVar[str] = "webhooks"
    PRIORITY: ClassVar[Priority] = Priority.HIGH
    # Ten attempts in 23.6 hours.
    RETRY_DELAYS_S: ClassVar[tuple[int, ...]] = (
        10,
        60,
        300,
        1800,
        3600,
        7200,
        14_400,
        28_800,
        28_800,
    )
    LISTED: ClassVar[bool] = False

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    event_id = models.UUIDField(editable=False)
    event_type = models.CharField(max_length=MAX_EVENT_NAME, editable=False)
    payload = models.JSONField(editable=False)
    response_status = models.PositiveSmallIntegerField(null=True, editable=False)
    duration_ms = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        db_table = "webhook_deliveries"
        indexes = [
            *Job.indexes("delivery"),
            models.Index(
                fields=["endpoint", "-created_at", "-id"], name="delivery_endpoint_new"
            ),
        ]

    def title(self) -> str:
        return self.event_type

    def target_url(self) -> str:
        return reverse("webhook-delivery-list", args=[self.endpoint_id])

    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is tried next; None once it has ended, or while it is tried."""
        return self.not_before if self.state == State.QUEUED else None

    @property
    def body(self) -> bytes:
        """What is sent and signed: the same bytes at every attempt."""
        text = json.dumps(self.payload, separators=(",", ":"), sort_keys=True)
        return text.encode()

    def on_success(self) -> None:
        WebhookEndpoint.objects.filter(pk=self.endpoint_id).exclude(
            failing_since=None
        ).update_idempotently(failing_since=None)

    def on_failure(self, error: JobError) -> None:
        """Remember since when nothing gets through, and switch off what is dead."""
        now = timezone.now()
        endpoints = WebhookEndpoint.objects.filter(pk=self.endpoint_id, is_active=True)
        endpoints.filter(failing_since=None).update_idempotently(failing_since=now)
        endpoints.filter(failing_since__lt=now - DISABLED_AFTER).update_idempotently(
            is_active=False, disabled_at=now, updated_at=now
        )
