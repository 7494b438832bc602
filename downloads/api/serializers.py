"""Shapes of the download endpoints."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from downloads.models import MAX_TITLE, MAX_URL
from downloads.services import downloads
from streamfetch.api.fields import StrictSerializer
from streamfetch.jobs.api.serializers import JobSerializer


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A file",
            value={
                "url": "https://videos.example.org/talk.mp4",
                "title": "The talk",
            },
            request_only=True,
        )
    ]
)
class StartDownloadSerializer(StrictSerializer):
    url = serializers.CharField(max_length=MAX_URL)
    title = serializers.CharField(
        max_length=MAX_TITLE, allow_blank=True, required=False, default=""
    )


class DownloadSerializer(JobSerializer):
    url = serializers.CharField(read_only=True)
    extractor = serializers.CharField(read_only=True)
    bytes_downloaded = serializers.IntegerField(read_only=True)
    total_bytes = serializers.IntegerField(read_only=True, allow_null=True)
    speed_bytes_per_s = serializers.IntegerField(read_only=True)
    download_duration_ms = serializers.IntegerField(read_only=True, allow_null=True)
    asset = serializers.UUIDField(read_only=True, allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return downloads.describe(instance)
