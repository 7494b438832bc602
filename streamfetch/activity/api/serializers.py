"""Shape of a line of the activity log."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from streamfetch.activity.models import ActivityEntry


class ParticularsSerializer(serializers.Serializer):
    title = serializers.CharField()
    target_url = serializers.CharField()
    code = serializers.CharField()
    attempts = serializers.IntegerField()
    duration_ms = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A failed download",
            value={
                "id": "7a4c2f0e-1c59-5c0e-8f53-2f3b7a0d9a11",
                "type": "download",
                "action": "failed",
                "status": "error",
                "message": "example.org answered with error 404 (Not Found).",
                "metadata": {
                    "title": "holiday.mp4",
                    "target_url": "/downloads/",
                    "code": "http_error",
                    "attempts": 1,
                    "duration_ms": 412,
                },
                "created_at": "2026-11-21T10:00:00Z",
            },
            response_only=True,
        )
    ]
)
class ActivityEntrySerializer(serializers.Serializer):
    """`type` is the kind of job; `action` is finished, failed or cancelled."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    action = serializers.CharField()
    status = serializers.ChoiceField(choices=ActivityEntry.Status.choices)
    message = serializers.CharField()
    metadata = ParticularsSerializer()
    created_at = serializers.DateTimeField()
