"""Shapes of the webhook endpoints."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from streamfetch.api.fields import StrictSerializer
from streamfetch.jobs.api.serializers import JobErrorSerializer
from streamfetch.jobs.models import State
from streamfetch.webhooks.events import ASSET_READY, EVENT_TYPES
from streamfetch.webhooks.models import MAX_DESCRIPTION, MAX_URL

LONGEST_OVERLAP_HOURS = 7 * 24
USUAL_OVERLAP_HOURS = 24

_WEBHOOK = {
    "id": "5f0c2f0e-1c59-4c0e-8f53-2f3b7a0d9a11",
    "url": "https://example.org/hooks/streamfetch",
    "description": "Publishes finished videos",
    "events": ["asset.ready", "asset.failed"],
    "is_active": True,
    "failing_since": None,
    "disabled_at": None,
    "previous_secret_until": None,
    "created_at": "2026-11-21T10:00:00Z",
    "updated_at": "2026-11-21T10:00:00Z",
}
_SECRET = "whsec_kept-by-you-and-never-shown-again"  # noqa: S105


class EventNamesField(serializers.ListField):
    """Names from the registry; `services.endpoints` refuses others."""

    child = serializers.CharField(max_length=60)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two events",
            value={
                "url": _WEBHOOK["url"],
                "events": _WEBHOOK["events"],
                "description": _WEBHOOK["description"],
            },
            request_only=True,
        )
    ]
)
class CreateWebhookSerializer(StrictSerializer):
    url = serializers.CharField(max_length=MAX_URL)
    events = EventNamesField(min_length=1, max_length=100)
    description = serializers.CharField(
        max_length=MAX_DESCRIPTION, allow_blank=True, default=""
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("Switch off", value={"is_active": False}, request_only=True)
    ]
)
class EditWebhookSerializer(StrictSerializer):
    url = serializers.CharField(max_length=MAX_URL, required=False)
    events = EventNamesField(min_length=1, max_length=100, required=False)
    description = serializers.CharField(
        max_length=MAX_DESCRIPTION, allow_blank=True, required=False
    )
    is_active = serializers.BooleanField(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("Webhook", value=_WEBHOOK, response_only=True)]
)
class WebhookSerializer(serializers.Serializer):
    """`failing_since`: nothing got through since then. `disabled_at`: switched off
    by the server because nothing got through for days."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    failing_since = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    previous_secret_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Webhook with its secret",
            value=_WEBHOOK | {"secret": _SECRET},
            response_only=True,
        )
    ]
)
class WebhookWithSecretSerializer(WebhookSerializer):
    """`secret` is shown in this answer and never again."""

    secret = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "The old one is void", value={"overlap_hours": 0}, request_only=True
        )
    ]
)
class RotateSecretSerializer(StrictSerializer):
    overlap_hours = serializers.IntegerField(
        min_value=0,
        max_value=LONGEST_OVERLAP_HOURS,
        default=USUAL_OVERLAP_HOURS,
        help_text="For how long the previous secret signs as well.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Being tried again",
            value={
                "id": "b40c9d5e-54a5-5b0e-8f0a-6f1df5f0b0aa",
                "event_id": "0d9f2b8c-9a2e-5a0f-9c77-3a54f0f7d001",
                "event_type": "asset.ready",
                "state": "queued",
                "attempts": 2,
                "response_status": 500,
                "duration_ms": 84,
                "error": {
                    "code": "http_error",
                    "message": "example.org answered with error 500 "
                    "(Internal Server Error).",
                    "recoverable": True,
                },
                "payload": {
                    "id": "0d9f2b8c-9a2e-5a0f-9c77-3a54f0f7d001",
                    "type": "asset.ready",
                    "created_at": "2026-11-21T10:00:00.000+00:00",
                    "data": ASSET_READY.example,
                },
                "created_at": "2026-11-21T10:00:00Z",
                "next_attempt_at": "2026-11-21T10:01:10Z",
                "finished_at": None,
            },
            response_only=True,
        )
    ]
)
class DeliverySerializer(serializers.Serializer):
    """One event on its way to one webhook. `response_status` (null: no answer) and
    `duration_ms` are of the last attempt."""

    id = serializers.UUIDField()
    event_id = serializers.UUIDField()
    event_type = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    attempts = serializers.IntegerField()
    response_status = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    error = JobErrorSerializer(allow_null=True)
    payload = serializers.DictField()
    created_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            each.name,
            value={
                "name": each.name,
                "description": each.description,
                "example": each.example,
            },
            response_only=True,
        )
        for each in EVENT_TYPES.values()
    ]
)
class EventTypeSerializer(serializers.Serializer):
    """Something that a webhook can be told; `example` shows the event's `data`."""

    name = serializers.CharField()
    description = serializers.CharField()
    example = serializers.DictField()


class EventTypesSerializer(serializers.Serializer):
    events = EventTypeSerializer(many=True)
