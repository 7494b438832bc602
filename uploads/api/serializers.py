"""Shapes of the uploads and assets endpoints."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from streamfetch.api.fields import StrictSerializer
from streamfetch.jobs.api.serializers import JobErrorSerializer
from streamfetch.storage.contract import UploadTarget
from streamfetch.subtitles import MAX_CHARACTERS
from uploads.describing import describe_all, describe_one
from uploads.models import MAX_TAG, MAX_TAGS, MAX_TITLE, Asset, Kind, UploadSession
from uploads.services.captions import MAX_LABEL
from uploads.services.sessions import (
    MAX_FILE_NAME,
    MAX_PARALLEL_PARTS,
    SIGNED_AT_ONCE,
    arrived_parts,
)

MAX_BULK = 200


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A video",
            value={
                "filename": "holiday.mp4",
                "content_type": "video/mp4",
                "size_bytes": 73_400_320,
            },
            request_only=True,
        )
    ]
)
class StartUploadSerializer(StrictSerializer):
    filename = serializers.CharField(max_length=MAX_FILE_NAME)
    content_type = serializers.CharField(
        max_length=100, allow_blank=True, default="application/octet-stream"
    )
    size_bytes = serializers.IntegerField()
    fingerprint = serializers.RegexField(
        r"^([0-9a-f]{64})?$",
        required=False,
        default="",
        allow_blank=True,
        help_text="SHA-256 (hex) over the size and samples of the content: an upload "
        "that was begun before goes on, and a file you have already is recognised.",
    )
    force = serializers.BooleanField(
        default=False, help_text="Upload although the library has this file."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Two parts", value={"numbers": [3, 4]}, request_only=True)]
)
class SignPartsSerializer(StrictSerializer):
    numbers = serializers.ListField(
        child=serializers.IntegerField(), min_length=1, max_length=SIGNED_AT_ONCE
    )


class TargetSerializer(serializers.Serializer):
    """Where and how to send one part."""

    number = serializers.IntegerField()
    url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())


class TargetsSerializer(serializers.Serializer):
    urls = TargetSerializer(many=True)


class UploadSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    asset = serializers.UUIDField(source="asset_id")
    status = serializers.CharField()
    mode = serializers.ChoiceField(choices=UploadSession.Mode.choices)
    size_bytes = serializers.IntegerField()
    part_size = serializers.IntegerField()
    part_count = serializers.IntegerField(source="plan.count")
    max_parallel_parts = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField()

    def get_max_parallel_parts(self, session: UploadSession) -> int:
        return MAX_PARALLEL_PARTS


class OpenUploadSerializer(UploadSerializer):
    """An unfinished upload, as shown on every page and device."""

    filename = serializers.CharField(source="asset.file_name")
    fingerprint = serializers.CharField()
    arrived_bytes = serializers.SerializerMethodField()

    def get_arrived_bytes(self, session: UploadSession) -> int:
        return sum(part.size_bytes for part in arrived_parts(session))


class OpenUploadsSerializer(serializers.Serializer):
    results = OpenUploadSerializer(many=True)


class StartedUploadSerializer(UploadSerializer):
    urls = TargetSerializer(many=True)


class PartSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    size_bytes = serializers.IntegerField()


class PartsSerializer(serializers.Serializer):
    parts = PartSerializer(many=True)


class ProcessingSerializer(serializers.Serializer):
    job = serializers.UUIDField()
    state = serializers.CharField()
    stage = serializers.CharField()
    percent = serializers.FloatField()


class LogEntrySerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    stage = serializers.CharField()
    message = serializers.CharField()


class AssetListSerializer(serializers.ListSerializer):
    """Describes a whole page at once, so that a page costs three queries."""

    def to_representation(self, data: Any) -> list[Any]:
        return describe_all(list(data))


class ListedAssetSerializer(serializers.Serializer):
    """An asset as lists show it."""

    id = serializers.UUIDField(read_only=True)
    kind = serializers.ChoiceField(choices=Kind.choices, read_only=True)
    title = serializers.CharField(max_length=MAX_TITLE)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    status = serializers.ChoiceField(choices=Asset.Status.choices, read_only=True)
    duration_ms = serializers.IntegerField(read_only=True, allow_null=True)
    width = serializers.IntegerField(read_only=True, allow_null=True)
    height = serializers.IntegerField(read_only=True, allow_null=True)
    size_bytes = serializers.IntegerField(read_only=True)
    content_type = serializers.CharField(read_only=True)
    file_name = serializers.CharField(read_only=True)
    video_codec = serializers.CharField(read_only=True, allow_null=True)
    audio_codec = serializers.CharField(read_only=True, allow_null=True)
    frame_rate = serializers.CharField(read_only=True, allow_null=True)
    facts = serializers.JSONField(read_only=True)
    is_playable = serializers.BooleanField(read_only=True)
    poster_url = serializers.CharField(read_only=True, allow_null=True)
    last_error = JobErrorSerializer(read_only=True, allow_null=True)
    processing = ProcessingSerializer(read_only=True, allow_null=True)
    url = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    revision = serializers.IntegerField(read_only=True)

    class Meta:
        list_serializer_class = AssetListSerializer


class AssetSerializer(ListedAssetSerializer):
    """One asset, with the log of its processing."""

    processing_log = LogEntrySerializer(
        many=True, read_only=True, help_text="What processing did, oldest first."
    )

    def to_representation(self, instance: Asset) -> dict[str, Any]:
        return describe_one(instance)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A new title", value={"title": "Holiday", "revision": 1}, request_only=True
        )
    ]
)
class EditAssetSerializer(StrictSerializer):
    title = serializers.CharField(max_length=MAX_TITLE, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=MAX_TAG),
        max_length=MAX_TAGS,
        required=False,
    )
    revision = serializers.IntegerField(min_value=1, required=False)


class CaptionSerializer(serializers.Serializer):
    """Timed words in one language, as WebVTT."""

    id = serializers.UUIDField()
    language = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    automatic = serializers.BooleanField()


class CaptionsSerializer(serializers.Serializer):
    results = CaptionSerializer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One line",
            value={
                "language": "en",
                "label": "English",
                "text": "1\n00:00:01,000 --> 00:00:02,500\nHello!\n",
            },
            request_only=True,
        )
    ]
)
class AddCaptionSerializer(StrictSerializer):
    language = serializers.CharField(max_length=35)
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=MAX_LABEL, allow_blank=True, required=False, default=""
    )
    text = serializers.CharField(
        max_length=MAX_CHARACTERS,
        trim_whitespace=False,
        help_text="What an SRT or WebVTT file contains.",
    )


class PeaksSerializer(serializers.Serializer):
    """One byte for each moment: the largest amplitude, 255 the loudest there is."""

    url = serializers.CharField()
    per_second = serializers.IntegerField()


class ChapterSerializer(serializers.Serializer):
    """A part of the film, in milliseconds; the title may be empty."""

    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True)


class PlaybackSerializer(serializers.Serializer):
    progressive = serializers.CharField(allow_null=True)
    hls = serializers.CharField(allow_null=True)
    dash = serializers.CharField(allow_null=True)
    manifest = serializers.CharField(allow_null=True)
    thumbnails = serializers.CharField(allow_null=True)
    poster = serializers.CharField(allow_null=True)
    peaks = PeaksSerializer(allow_null=True)
    captions = CaptionSerializer(many=True)
    chapters = ChapterSerializer(many=True)
    expires_at = serializers.DateTimeField()


class StartedAssetSerializer(serializers.Serializer):
    asset = AssetSerializer()


def target_rows(targets: dict[int, UploadTarget]) -> list[dict[str, Any]]:
    """Upload targets as rows of `TargetSerializer`."""
    return [
        {
            "number": number,
            "url": target.url,
            "method": target.method,
            "headers": dict(target.headers),
        }
        for number, target in targets.items()
    ]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Into the bin",
            value={
                "action": "delete",
                "ids": ["4b7a1f0e-8a53-4c7e-9a0b-2f1d6c3e5a90"],
            },
            request_only=True,
        )
    ]
)
class BulkSerializer(StrictSerializer):
    action = serializers.ChoiceField(choices=["delete", "restore", "purge"])
    ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_BULK
    )
    force = serializers.BooleanField(default=False)


class RefusedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    detail = serializers.CharField()


class BulkResultSerializer(serializers.Serializer):
    done = serializers.ListField(child=serializers.UUIDField())
    refused = RefusedSerializer(many=True)


class UsageSerializer(serializers.Serializer):
    size_bytes = serializers.IntegerField()
    asset_count = serializers.IntegerField()
    quota_bytes = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two seconds",
            value={"start_ms": 500, "end_ms": 2500, "title": "The jump"},
            request_only=True,
        )
    ]
)
class ClipRequestSerializer(StrictSerializer):
    start_ms = serializers.IntegerField(min_value=0)
    end_ms = serializers.IntegerField(min_value=1)
    title = serializers.CharField(
        max_length=MAX_TITLE, allow_blank=True, required=False, default=""
    )
