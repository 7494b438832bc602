"""Shapes of the project and render endpoints."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from projects.describing import with_thumbnails
from projects.models import MAX_NAME, Render, VideoProject
from projects.services import projects, renders
from projects.timeline.document import MAX_TIMELINE_S, Settings, Timeline
from projects.timeline.presets import PRESETS
from streamfetch.api.fields import EmbeddedDocumentField, StrictSerializer
from streamfetch.jobs.api.serializers import JobSerializer

# What the database can hold.
MAX_REVISION = 2**31 - 1


class ProjectSerializer(serializers.Serializer):
    """A project's document; instances are the service's descriptions."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(
        choices=VideoProject.Status.choices, read_only=True
    )
    revision = serializers.IntegerField(read_only=True)
    timeline = EmbeddedDocumentField(Timeline, read_only=True)
    settings = EmbeddedDocumentField(Settings, read_only=True)
    thumbnail_url = serializers.CharField(read_only=True, allow_null=True)
    url = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return with_thumbnails([instance])[0]


class _Writable(StrictSerializer):
    name = serializers.CharField(max_length=MAX_NAME, required=False)
    description = serializers.CharField(
        max_length=2000, allow_blank=True, required=False
    )
    timeline = EmbeddedDocumentField(Timeline, required=False)
    settings = EmbeddedDocumentField(Settings, required=False)


_ASSET = "4b7a1f0e-8a53-4c7e-9a0b-2f1d6c3e5a90"


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "From one file", value={"name": "Trip", "asset": _ASSET}, request_only=True
        ),
        OpenApiExample(
            "From a timeline",
            value={
                "name": "Trip",
                "timeline": {
                    "clips": [{"asset": _ASSET, "start_time": 1.5, "end_time": 8}],
                    "text_overlays": [{"text": "The trip", "end_time": 3}],
                },
                "settings": {"resolution": {"width": 1920, "height": 1080}},
            },
            request_only=True,
        ),
    ]
)
class CreateProjectSerializer(_Writable):
    name = serializers.CharField(max_length=MAX_NAME)
    asset = serializers.UUIDField(
        required=False, help_text="Start with this asset as the only clip."
    )
    template = serializers.ChoiceField(
        choices=list(projects.TEMPLATES),
        required=False,
        help_text="The shape of the frame, instead of `settings`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for one, other in (("asset", "timeline"), ("template", "settings")):
            if one in attrs and other in attrs:
                raise serializers.ValidationError(
                    {one: f"Give either {one} or {other}, not both."}
                )
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Rename", value={"name": "The trip", "revision": 3}, request_only=True
        )
    ]
)
class EditProjectSerializer(_Writable):
    revision = serializers.IntegerField(
        min_value=1,
        max_value=MAX_REVISION,
        required=False,
        help_text="The revision that was edited; or send it as If-Match.",
    )


class PlanSharesSerializer(serializers.Serializer):
    """How much of a render is copied, taken from the cache, and encoded (0 to 1)."""

    frames = serializers.IntegerField(read_only=True)
    copied_share = serializers.FloatField(read_only=True)
    cached_share = serializers.FloatField(read_only=True)
    encoded_share = serializers.FloatField(read_only=True)


class PlannedSpanSerializer(serializers.Serializer):
    start_time = serializers.FloatField(read_only=True)
    end_time = serializers.FloatField(read_only=True)
    treatment = serializers.ChoiceField(
        choices=["copy", "cached", "encode"], read_only=True
    )
    reason = serializers.CharField(read_only=True)


class PlannedFrameSerializer(serializers.Serializer):
    width = serializers.IntegerField(read_only=True)
    height = serializers.IntegerField(read_only=True)
    frame_rate = serializers.FloatField(read_only=True)


class PlanSerializer(PlanSharesSerializer):
    """`frame` is what is rendered to, null for sound alone."""

    frame = PlannedFrameSerializer(read_only=True, allow_null=True)
    duration_ms = serializers.IntegerField(read_only=True)
    estimated_s = serializers.FloatField(read_only=True)
    spans = PlannedSpanSerializer(many=True, read_only=True)


class RenderCostSerializer(serializers.Serializer):
    """What a render took: on all workers, of the person's time, in frames."""

    cpu_s = serializers.FloatField(read_only=True)
    wall_s = serializers.FloatField(read_only=True)
    copied_frames = serializers.IntegerField(read_only=True)
    cached_frames = serializers.IntegerField(read_only=True)
    encoded_frames = serializers.IntegerField(read_only=True)


class RenderSerializer(JobSerializer):
    project = serializers.UUIDField(read_only=True)
    project_revision = serializers.IntegerField(read_only=True)
    file_url = serializers.CharField(read_only=True, allow_null=True)
    playback_url = serializers.CharField(read_only=True, allow_null=True)
    watch_url = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="An HLS playlist of what is finished, while it is rendered.",
    )
    preset = serializers.CharField(read_only=True)
    start_time = serializers.FloatField(read_only=True, allow_null=True)
    end_time = serializers.FloatField(read_only=True, allow_null=True)
    loudness_lufs = serializers.FloatField(read_only=True, allow_null=True)
    plan = PlanSharesSerializer(read_only=True, allow_null=True)
    cost = RenderCostSerializer(read_only=True, allow_null=True)
    size_bytes = serializers.IntegerField(read_only=True, allow_null=True)
    duration_ms = serializers.IntegerField(read_only=True, allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        render: Render = instance
        return renders.describe(render)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A part, for phones",
            value={"preset": "vertical", "start_time": 0.5, "end_time": 1.5},
            request_only=True,
        )
    ]
)
class StartRenderSerializer(StrictSerializer):
    preset = serializers.ChoiceField(
        choices=list(PRESETS),
        default="project",
        help_text="match_source copies what is untouched; gif and audio are files of "
        "their kind.",
    )
    start_time = serializers.FloatField(
        min_value=0, max_value=MAX_TIMELINE_S, required=False, allow_null=True
    )
    end_time = serializers.FloatField(
        min_value=0, max_value=MAX_TIMELINE_S, required=False, allow_null=True
    )
    loudness_lufs = serializers.FloatField(
        min_value=-24,
        max_value=-10,
        required=False,
        allow_null=True,
        help_text="Normalise to this loudness (EBU R 128).",
    )


class VersionSerializer(serializers.Serializer):
    """A kept version; instances are the service's descriptions."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    is_automatic = serializers.BooleanField(read_only=True)
    project_revision = serializers.IntegerField(read_only=True)
    duration = serializers.FloatField(read_only=True)
    clip_count = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Keep", value={"name": "First cut"}, request_only=True),
    ]
)
class KeepVersionSerializer(StrictSerializer):
    name = serializers.CharField(max_length=MAX_NAME)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "SubRip",
            value={
                "text": "1\n00:00:01,000 --> 00:00:02,500\nHello\n",
                "language": "en",
            },
            request_only=True,
        )
    ]
)
class ImportCaptionsSerializer(StrictSerializer):
    text = serializers.CharField(
        max_length=4_000_000,
        trim_whitespace=False,
        help_text="The whole SRT or WebVTT file.",
    )
    language = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, required=False
    )
    revision = serializers.IntegerField(
        min_value=1,
        max_value=MAX_REVISION,
        required=False,
        help_text="The revision whose captions are replaced; or send it as If-Match. "
        "Without one it is the current one.",
    )


_EMPTY_OTIO = (
    '{"OTIO_SCHEMA": "Timeline.1", "name": "Cut", "metadata": {}, "tracks": '
    '{"OTIO_SCHEMA": "Stack.1", "children": []}}'
)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "OpenTimelineIO",
            value={"format": "otio", "content": _EMPTY_OTIO, "name": "A cut"},
            request_only=True,
        )
    ]
)
class ImportProjectSerializer(StrictSerializer):
    format = serializers.ChoiceField(choices=["otio", "zip"])
    content = serializers.CharField(
        max_length=8_000_000,
        trim_whitespace=False,
        help_text="The text of an .otio file, or a zipped project in base64.",
    )
    name = serializers.CharField(max_length=MAX_NAME, required=False)
