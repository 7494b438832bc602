"""Shapes of the download endpoints."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from downloads.models import MAX_TITLE, MAX_TRACKS, MAX_URL, Options, Subscription
from downloads.services import downloads
from streamfetch.api.fields import StrictSerializer
from streamfetch.jobs.api.serializers import JobSerializer
from streamfetch.jobs.models import Priority

PRESETS = ("best", "1080p", "720p", "audio", "smallest")
SPONSORBLOCK = ("off", "mark", "remove")
MAX_MANY = 200
MAX_COOKIE_TEXT = 256 * 1024


class TrackSerializer(StrictSerializer):
    language = serializers.CharField(max_length=20)
    automatic = serializers.BooleanField(required=False, default=False)


class PresetOptionsSerializer(StrictSerializer):
    """How it is to be fetched, in words that fit any video."""

    preset = serializers.ChoiceField(
        choices=PRESETS, allow_blank=True, required=False, default=""
    )
    subtitles = TrackSerializer(many=True, required=False, default=list)
    chapters = serializers.BooleanField(required=False, default=True)
    thumbnail = serializers.BooleanField(
        required=False, default=True, help_text="Keep the site's picture as poster."
    )
    sponsorblock = serializers.ChoiceField(
        choices=SPONSORBLOCK, required=False, default="off"
    )
    then = serializers.CharField(
        max_length=40, allow_blank=True, required=False, default=""
    )

    def validate_subtitles(self, tracks: list[Any]) -> list[Any]:
        if len(tracks) > MAX_TRACKS:
            raise serializers.ValidationError(
                f"At most {MAX_TRACKS} languages can be chosen."
            )
        return tracks


class OptionsSerializer(PresetOptionsSerializer):
    """`format_id` wins over `preset`."""

    format_id = serializers.CharField(
        max_length=201, allow_blank=True, required=False, default=""
    )


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
class StartDownloadSerializer(OptionsSerializer):
    url = serializers.CharField(max_length=MAX_URL)
    title = serializers.CharField(
        max_length=MAX_TITLE, allow_blank=True, required=False, default=""
    )
    priority = serializers.ChoiceField(
        choices=Priority.choices, required=False, default=Priority.NORMAL
    )

    def split(self) -> tuple[dict[str, Any], Options]:
        """What is asked for, and how it is to be fetched."""
        values = dict(self.validated_data)
        own = {name: values.pop(name) for name in ("url", "title", "priority")}
        return own, downloads.read_options(values)


class ListedVideoSerializer(StrictSerializer):
    """`title` is what the list calls it."""

    url = serializers.CharField(max_length=MAX_URL)
    title = serializers.CharField(
        max_length=MAX_TITLE, allow_blank=True, required=False, default=""
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two videos of a playlist",
            value={
                "entries": [
                    {"url": "https://videos.example.org/watch/1", "title": "One"},
                    {"url": "https://videos.example.org/watch/2", "title": "Two"},
                ],
                "preset": "1080p",
            },
            request_only=True,
        )
    ]
)
class StartManySerializer(PresetOptionsSerializer):
    entries = ListedVideoSerializer(many=True, allow_empty=False)
    priority = serializers.ChoiceField(
        choices=Priority.choices, required=False, default=Priority.NORMAL
    )

    def validate_entries(self, entries: list[Any]) -> list[Any]:
        if len(entries) > MAX_MANY:
            raise serializers.ValidationError(
                f"At most {MAX_MANY} can be asked for at once."
            )
        return entries

    def split(self) -> tuple[dict[str, Any], Options]:
        values = dict(self.validated_data)
        entries = [(each["url"], each["title"]) for each in values.pop("entries")]
        own = {"entries": entries, "priority": values.pop("priority")}
        return own, downloads.read_options(values)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A page with a video",
            value={"url": "https://videos.example.org/watch/42"},
            request_only=True,
        )
    ]
)
class InspectSerializer(StrictSerializer):
    url = serializers.CharField(max_length=MAX_URL)
    page = serializers.IntegerField(
        min_value=1, max_value=1000, required=False, default=1
    )


class FoundSerializer(serializers.Serializer):
    """What is at an address: a video with its formats, or a list of videos."""

    cache = serializers.ChoiceField(choices=["HIT", "MISS"])
    kind = serializers.ChoiceField(choices=["video", "playlist"])
    page = serializers.IntegerField()
    page_count = serializers.IntegerField()
    entry_total = serializers.IntegerField()
    video = serializers.DictField(allow_null=True)
    playlist = serializers.DictField(allow_null=True)


class FetchedFormatSerializer(serializers.Serializer):
    format_id = serializers.CharField(allow_blank=True)
    quality = serializers.CharField(allow_blank=True)
    container = serializers.CharField(allow_blank=True)
    filesize = serializers.IntegerField(allow_null=True)


class DownloadSerializer(JobSerializer):
    paused = serializers.BooleanField(read_only=True)
    priority = serializers.CharField(read_only=True)
    url = serializers.CharField(read_only=True)
    video_id = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    duration_ms = serializers.IntegerField(read_only=True, allow_null=True)
    extractor = serializers.CharField(read_only=True)
    site = serializers.CharField(read_only=True)
    format = FetchedFormatSerializer(read_only=True)
    options = OptionsSerializer(read_only=True)
    bytes_downloaded = serializers.IntegerField(read_only=True)
    total_bytes = serializers.IntegerField(read_only=True, allow_null=True)
    speed_bytes_per_s = serializers.IntegerField(read_only=True)
    download_duration_ms = serializers.IntegerField(read_only=True, allow_null=True)
    note = serializers.CharField(read_only=True)
    then_url = serializers.CharField(read_only=True)
    subscription = serializers.UUIDField(read_only=True, allow_null=True)
    asset = serializers.UUIDField(read_only=True, allow_null=True)
    file_deleted = serializers.BooleanField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return downloads.describe(instance)


class RefusedEntrySerializer(serializers.Serializer):
    url = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class StartedManySerializer(serializers.Serializer):
    downloads = DownloadSerializer(many=True)
    refused = RefusedEntrySerializer(many=True)


class HistoryQuerySerializer(serializers.Serializer):
    """The filters of the history."""

    q = serializers.CharField(required=False, default="", allow_blank=True)
    state = serializers.CharField(required=False, default="", allow_blank=True)


class DaySerializer(serializers.Serializer):
    day = serializers.DateField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    size_bytes = serializers.IntegerField()


class SiteCountSerializer(serializers.Serializer):
    site = serializers.CharField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    size_bytes = serializers.IntegerField()


class PopularSerializer(serializers.Serializer):
    video_id = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    count = serializers.IntegerField()


class CacheCountSerializer(serializers.Serializer):
    hits = serializers.IntegerField()
    misses = serializers.IntegerField()
    hit_rate = serializers.FloatField(allow_null=True)


class TotalsSerializer(serializers.Serializer):
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    size_bytes = serializers.IntegerField()


class DownloadStatisticsSerializer(serializers.Serializer):
    days = DaySerializer(many=True)
    sites = SiteCountSerializer(many=True)
    popular = PopularSerializer(many=True)
    totals = TotalsSerializer()
    cache = serializers.DictField(child=CacheCountSerializer())


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A channel, once a day",
            value={
                "url": "https://videos.example.org/channel/feed.xml",
                "every_hours": 24,
                "preset": "720p",
            },
            request_only=True,
        )
    ]
)
class SubscribeSerializer(OptionsSerializer):
    url = serializers.CharField(max_length=MAX_URL)
    every_hours = serializers.ChoiceField(
        choices=Subscription.Every.values,
        required=False,
        default=Subscription.Every.DAY.value,
    )
    newest = serializers.IntegerField(
        min_value=0, max_value=50, required=False, default=0
    )

    def split(self) -> tuple[dict[str, Any], Options]:
        values = dict(self.validated_data)
        own = {name: values.pop(name) for name in ("url", "every_hours", "newest")}
        return own, downloads.read_options(values)


@extend_schema_serializer(
    examples=[OpenApiExample("Pause it", value={"is_active": False}, request_only=True)]
)
class ChangeSubscriptionSerializer(StrictSerializer):
    every_hours = serializers.ChoiceField(
        choices=Subscription.Every.values, required=False
    )
    is_active = serializers.BooleanField(required=False)


class SubscriptionErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    recoverable = serializers.BooleanField()


class SubscriptionSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.CharField()
    title = serializers.CharField()
    site = serializers.CharField()
    every_hours = serializers.IntegerField()
    is_active = serializers.BooleanField()
    next_check_at = serializers.DateTimeField()
    last_check_at = serializers.DateTimeField(allow_null=True)
    error = SubscriptionErrorSerializer(allow_null=True)
    fetched_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One cookie",
            value={
                "site": "example.org",
                "cookies": ".example.org\tTRUE\t/\tTRUE\t1900000000\tsession\tabc",
            },
            request_only=True,
        )
    ]
)
class KeepCookiesSerializer(StrictSerializer):
    """`cookies` is the text of a cookies.txt file (Netscape format)."""

    site = serializers.CharField(max_length=255)
    cookies = serializers.CharField(max_length=MAX_COOKIE_TEXT, trim_whitespace=False)


class SiteCookiesSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    site = serializers.CharField()
    cookie_count = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
