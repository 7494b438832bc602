"""Shapes of the dubbing endpoints."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from automation.describing import describe, describe_chunk, describe_line
from automation.documents import (
    MAX_CUES,
    DownloadProgress,
    DubbingProgress,
    DubConfig,
    MergingProgress,
    Report,
    SpokenCue,
    VideoInfo,
)
from automation.models import MAX_NAME, MAX_URL, DubChunk, LogLine, Stage, Status
from streamfetch.api.fields import EmbeddedDocumentField, StrictSerializer
from streamfetch.jobs.api.serializers import JobSerializer

MAX_SAMPLE = 2**40
_ASSET = "4b7a1f0e-8a53-4c7e-9a0b-2f1d6c3e5a90"


class DubErrorSerializer(serializers.Serializer):
    """`recoverable`: retrying the job may well help. `failed_chunks` by index."""

    code = serializers.CharField()
    message = serializers.CharField()
    stage = serializers.CharField(allow_null=True)
    recoverable = serializers.BooleanField()
    failed_chunks = serializers.ListField(child=serializers.IntegerField())
    details = serializers.CharField()


class ChunkingProgressSerializer(serializers.Serializer):
    """How many chunks are cut; `current_chunk` counts from 0."""

    total_chunks = serializers.IntegerField()
    processed = serializers.IntegerField()
    current_chunk = serializers.IntegerField(allow_null=True)


class DubProgressSerializer(serializers.Serializer):
    stage = serializers.ChoiceField(choices=Stage.choices, allow_null=True)
    overall_percent = serializers.FloatField()
    started_at = serializers.DateTimeField(allow_null=True)
    eta_s = serializers.FloatField(allow_null=True)
    estimated_completion = serializers.DateTimeField(allow_null=True)
    download = EmbeddedDocumentField(DownloadProgress)
    chunking = ChunkingProgressSerializer()
    dubbing = EmbeddedDocumentField(DubbingProgress)
    merging = EmbeddedDocumentField(MergingProgress)


class DubOutputSerializer(serializers.Serializer):
    """One language's result. Complete ones are in the library (`asset`, `url`);
    others, with `kept_original` chunks in the old language, can be played."""

    language = serializers.CharField()
    language_name = serializers.CharField()
    is_complete = serializers.BooleanField()
    asset = serializers.UUIDField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    followup_url = serializers.CharField(allow_null=True)
    file_url = serializers.CharField(allow_null=True)
    playback_url = serializers.CharField(allow_null=True)
    size_bytes = serializers.IntegerField()
    kept_original = serializers.ListField(child=serializers.IntegerField())
    passed = serializers.BooleanField()


class DubJobSerializer(JobSerializer):
    """A dubbing job. Follow it live at `stream_url` (Server-Sent Events named `job`,
    `chunk` and `log`, resumed by `Last-Event-ID`)."""

    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    name = serializers.CharField(read_only=True)
    is_paused = serializers.BooleanField(read_only=True)
    awaits_review = serializers.BooleanField(read_only=True)
    source_url = serializers.CharField(read_only=True, allow_null=True)
    asset = serializers.UUIDField(read_only=True, allow_null=True)
    download = serializers.UUIDField(read_only=True, allow_null=True)
    video_info = EmbeddedDocumentField(VideoInfo, read_only=True)
    config = EmbeddedDocumentField(DubConfig, read_only=True)
    progress = DubProgressSerializer(read_only=True)
    error = DubErrorSerializer(read_only=True, allow_null=True)  # type: ignore[assignment]
    spent_usd = serializers.FloatField(read_only=True)
    outputs = DubOutputSerializer(many=True, read_only=True)
    output_file = serializers.CharField(read_only=True, allow_null=True)
    stream_url = serializers.CharField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return describe(instance)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "From the library",
            value={
                "asset": _ASSET,
                "config": {
                    "engine": "local",
                    "source_language": "en",
                    "target_languages": ["es"],
                    "chunk_duration": 60,
                    "review": True,
                },
            },
            request_only=True,
        ),
        OpenApiExample(
            "From an address",
            value={
                "source_url": "https://videos.example.org/talk.mp4",
                "name": "The talk",
                "config": {"target_languages": ["es", "ca"], "output_format": "webm"},
            },
            request_only=True,
        ),
    ]
)
class CreateDubJobSerializer(StrictSerializer):
    source_url = serializers.CharField(max_length=MAX_URL, required=False)
    asset = serializers.UUIDField(required=False)
    name = serializers.CharField(
        max_length=MAX_NAME, allow_blank=True, required=False, default=""
    )
    config = EmbeddedDocumentField(DubConfig)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("asset" in attrs) == ("source_url" in attrs):
            raise serializers.ValidationError(
                {"asset": "Give either an asset or a source_url."}
            )
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Raise the budget", value={"budget_usd": 12.5}, request_only=True
        )
    ]
)
class EditDubJobSerializer(StrictSerializer):
    name = serializers.CharField(max_length=MAX_NAME, required=False)
    budget_usd = serializers.FloatField(min_value=0, max_value=100_000, required=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "For ten minutes",
            value={
                "duration_ms": 600_000,
                "config": {"target_languages": ["es"], "chunk_duration": 60},
            },
            request_only=True,
        )
    ]
)
class EstimateRequestSerializer(StrictSerializer):
    asset = serializers.UUIDField(required=False)
    duration_ms = serializers.IntegerField(
        min_value=0, max_value=4 * 3600 * 1000, required=False
    )
    config = EmbeddedDocumentField(DubConfig)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("asset" in attrs) == ("duration_ms" in attrs):
            raise serializers.ValidationError(
                {"asset": "Give either an asset or a duration_ms."}
            )
        return attrs


class EstimateSerializer(serializers.Serializer):
    """`cost_usd` counts seconds, `max_cost_usd` begun minutes of every chunk; None
    where the price is not known."""

    engine = serializers.CharField()
    duration_ms = serializers.IntegerField()
    chunk_count = serializers.IntegerField()
    engine_calls = serializers.IntegerField()
    cost_usd = serializers.FloatField(allow_null=True)
    max_cost_usd = serializers.FloatField(allow_null=True)
    time_s = serializers.IntegerField()
    is_within_budget = serializers.BooleanField()


class LanguageSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class DubEngineSerializer(serializers.Serializer):
    """What an engine can do here. `sources` maps a source language to its targets;
    `*` stands for every language of `languages`."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()
    quality = serializers.ChoiceField(choices=["demo", "production"])
    is_available = serializers.BooleanField()
    unavailable_reason = serializers.CharField()
    is_offline = serializers.BooleanField()
    needs_key = serializers.BooleanField()
    has_key = serializers.BooleanField()
    languages = LanguageSerializer(many=True)
    sources = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField())
    )
    usd_per_minute = serializers.FloatField(allow_null=True)
    realtime_factor = serializers.FloatField()
    detects_language = serializers.BooleanField()
    keeps_background = serializers.BooleanField()
    edits_transcript = serializers.BooleanField()
    clones_voices = serializers.BooleanField()
    chooses_speakers = serializers.BooleanField()
    watermark = serializers.BooleanField()
    returns_video = serializers.BooleanField()
    max_parallel = serializers.IntegerField()


class ChunkErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class DubChunkSerializer(serializers.Serializer):
    """A chunk in one language. `original_url` and `dub_url` play its sound;
    `flags`: overrun, short, silent, clipped."""

    id = serializers.UUIDField(read_only=True)
    language = serializers.CharField(read_only=True)
    index = serializers.IntegerField(read_only=True)
    start_ms = serializers.FloatField(read_only=True)
    end_ms = serializers.FloatField(read_only=True)
    start_sample = serializers.IntegerField(read_only=True)
    end_sample = serializers.IntegerField(read_only=True)
    state = serializers.ChoiceField(choices=DubChunk.State.choices, read_only=True)
    dubbing_job_id = serializers.CharField(read_only=True, allow_null=True)
    retry_count = serializers.IntegerField(read_only=True)
    engine_calls = serializers.IntegerField(read_only=True)
    cost_usd = serializers.FloatField(read_only=True)
    error = ChunkErrorSerializer(read_only=True, allow_null=True)
    flags = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_edited = serializers.BooleanField(read_only=True)
    original_url = serializers.CharField(read_only=True, allow_null=True)
    dub_url = serializers.CharField(read_only=True, allow_null=True)
    transcript = serializers.ListField(
        child=EmbeddedDocumentField(SpokenCue), read_only=True
    )
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return describe_chunk(instance)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Say it otherwise",
            value={
                "transcript": [
                    {"start_ms": 0, "end_ms": 900, "source": "Hi", "target": "Hola"}
                ]
            },
            request_only=True,
        )
    ]
)
class EditDubChunkSerializer(StrictSerializer):
    transcript = serializers.ListField(
        child=EmbeddedDocumentField(SpokenCue), max_length=MAX_CUES
    )


class LogLineSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    timestamp = serializers.DateTimeField(read_only=True)
    level = serializers.ChoiceField(choices=LogLine.Level.choices, read_only=True)
    stage = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)
    metadata = serializers.DictField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return describe_line(instance)


class BoundarySerializer(serializers.Serializer):
    sample = serializers.IntegerField()
    ms = serializers.FloatField()
    confidence = serializers.ChoiceField(choices=["high", "low", "edge", "moved"])


class PreviewSerializer(serializers.Serializer):
    """The sound between `start_ms` and `end_ms` as peaks of 0..255 in equal
    stretches, and all proposed boundaries."""

    duration_ms = serializers.FloatField()
    sample_rate = serializers.IntegerField()
    sample_count = serializers.IntegerField()
    floor_db = serializers.FloatField()
    threshold_db = serializers.FloatField()
    speech_share = serializers.FloatField()
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    peaks = serializers.ListField(child=serializers.IntegerField())
    boundaries = BoundarySerializer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two cuts", value={"boundaries": [1_440_000, 2_880_000]}, request_only=True
        )
    ]
)
class BoundariesSerializer(StrictSerializer):
    boundaries = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_SAMPLE),
        max_length=2_000,
        help_text="Where chunks end, as samples at 48 kHz, in order.",
    )


class DubReportSerializer(serializers.Serializer):
    language = serializers.CharField()
    is_complete = serializers.BooleanField()
    report = EmbeddedDocumentField(Report)


class EngineKeySerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    engine = serializers.CharField(read_only=True)
    hint = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A key",
            value={"engine": "elevenlabs", "key": "sk_0123456789abcdef"},
            request_only=True,
        )
    ]
)
class StoreEngineKeySerializer(StrictSerializer):
    engine = serializers.RegexField(r"^elevenlabs$")
    key = serializers.RegexField(r"^[\x21-\x7e]{8,200}$", write_only=True)
