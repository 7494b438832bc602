"""Downloads: jobs while they run, history afterwards; and what people subscribe to."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from pydantic import BaseModel, Field

from downloads.sources.video import PresetName
from streamfetch import caching
from streamfetch.jobs.models import ACTIVE, Job, JobError, Priority, State
from streamfetch.jobs.registry import register
from streamfetch.mongo.documents import Document, OwnedDocument
from streamfetch.mongo.fields import EmbeddedField
from uploads.models import Asset

MAX_URL = 8000
MAX_TITLE = 200
MAX_SITE = 255
MAX_NOTE = 400
MAX_TRACKS = 20
MAX_SEEN = 10_000
# A paused download waits in the queue for a day that does not come.
NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
PAUSED = "paused"
LOOKED_AT = 200


class Format(BaseModel):
    """What was fetched, in the site's own terms."""

    format_id: str = ""
    quality: str = ""
    container: str = ""
    filesize: int | None = None


class Track(BaseModel):
    """Subtitles that are wanted."""

    language: str = Field(min_length=1, max_length=20)
    automatic: bool = False


class Options(BaseModel):
    """How something is to be fetched. `format_id` wins over `preset`."""

    format_id: str = Field("", max_length=201)
    preset: PresetName | Literal[""] = ""
    subtitles: list[Track] = Field(default_factory=list, max_length=MAX_TRACKS)
    chapters: bool = True
    thumbnail: bool = True
    sponsorblock: Literal["off", "mark", "remove"] = "off"
    then: str = Field("", max_length=40)


class Subscription(OwnedDocument):
    """A channel or playlist whose new videos are fetched by themselves."""

    class Every(models.IntegerChoices):
        HOUR = 1
        QUARTER = 6
        DAY = 24
        WEEK = 168

    url = models.CharField(max_length=MAX_URL)
    title = models.CharField(max_length=MAX_TITLE)
    site = models.CharField(max_length=MAX_SITE)
    options = EmbeddedField(schema=Options, default=Options)
    every_hours = models.PositiveSmallIntegerField(choices=Every, default=Every.DAY)
    is_active = models.BooleanField(default=True)
    next_check_at = models.DateTimeField(default=timezone.now)
    last_check_at = models.DateTimeField(null=True)
    last_error = EmbeddedField(schema=JobError, null=True)
    fetched_count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "download_subscriptions"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="subscription_owner_new"
            ),
            models.Index(
                fields=["is_active", "next_check_at"], name="subscription_due"
            ),
        ]


class SeenVideo(Document):
    """A video that a subscription knows, so that it is fetched once."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=64)

    class Meta:
        db_table = "download_seen_videos"
        indexes = [
            models.Index(fields=["subscription", "key"], name="seen_subscription_key")
        ]


class SiteCookies(OwnedDocument):
    """Cookies that a person uploaded for one site, encrypted."""

    site = models.CharField(max_length=MAX_SITE)
    encrypted = models.TextField()
    cookie_count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "download_cookies"
        indexes = [
            models.Index(fields=["owner", "site"], name="cookies_owner_site"),
            models.Index(
                fields=["owner", "-created_at", "-id"], name="cookies_owner_new"
            ),
        ]


@register
class Download(Job):
    """One fetch. Its line in the history stays when the file is deleted.

    A message of the queue only says that something waits: `take` claims the first
    in line, by priority, then by age, of those whose owner and site have a slot.
    """

    KIND: ClassVar[str] = "download"
    ACTOR: ClassVar[str] = "fetch_download"
    QUEUE: ClassVar[str] = "network"

    video_id = models.CharField(max_length=64)
    video_title = models.CharField(max_length=MAX_TITLE)
    video_url = models.CharField(max_length=MAX_URL)
    video_channel = models.CharField(max_length=MAX_TITLE, default="")
    video_duration_ms = models.PositiveBigIntegerField(null=True)
    has_own_title = models.BooleanField(default=False)
    extractor = models.CharField(max_length=40, default="")
    site = models.CharField(max_length=MAX_SITE, default="")
    options = EmbeddedField(schema=Options, default=Options)
    format = EmbeddedField(schema=Format, default=Format)
    is_paused = models.BooleanField(default=False)
    bytes_downloaded = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(null=True)
    speed_bytes_per_s = models.FloatField(default=0.0)
    download_duration_ms = models.PositiveBigIntegerField(null=True)
    # What the owner should know of a fetch that succeeded.
    note = models.CharField(max_length=MAX_NOTE, default="", blank=True)
    then_url = models.CharField(max_length=MAX_TITLE, default="")
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    # What a site asked us to wait before the next try; known to this run only.
    asked_to_wait_s: float | None = None

    class Meta:
        db_table = "download_history"
        indexes = [
            *Job.indexes("download"),
            models.Index(
                fields=["video_id", "-created_at", "-id"], name="download_video_new"
            ),
            models.Index(fields=["asset"], name="download_asset"),
            models.Index(fields=["subscription"], name="download_subscription"),
            models.Index(
                fields=["owner", "state", "-created_at", "-id"],
                name="download_owner_state",
            ),
            models.Index(
                fields=["state", "priority", "created_at"], name="download_line"
            ),
        ]

    def title(self) -> str:
        return self.video_title

    def target_url(self) -> str:
        if self.asset_id:
            return reverse("uploads:asset", args=[self.asset_id])
        return reverse("downloads:list")

    @classmethod
    def take(cls, job_id: str | UUID, *, token: UUID | None = None) -> Self | None:
        token = token or uuid4()
        running = cls.objects.filter(state=State.RUNNING)
        # Asked again because an answer was lost: it may be ours already.
        ours: Self | None = running.filter(lease_token=token).first()
        if ours is not None:
            return ours
        # One at a time: who looks while another claims would count a slot as free.
        with caching.alone("downloads-line", wait_s=5, hold_s=10):
            for candidate in cls.waiting():
                claimed = cls.claim(candidate, token=token)
                if claimed is not None and claimed._has_slot():
                    return claimed
                if claimed is not None:
                    claimed.release()
        return None

    @classmethod
    def waiting(cls) -> list[UUID]:
        """Ids of downloads that are due and whose owner and site have slots."""
        running = list(
            cls.objects.filter(state=State.RUNNING).values_list("owner_id", "site")
        )
        owners = [owner for owner, _site in running]
        sites = [site for _owner, site in running]
        full_owners = _full(owners, settings.DOWNLOADS_PER_USER)
        full_sites = _full(sites, settings.DOWNLOADS_PER_SITE)
        found: list[UUID] = []
        for priority in (Priority.HIGH, Priority.NORMAL, Priority.LOW):
            due = cls.objects.filter(
                state=State.QUEUED,
                priority=priority,
                not_before__lte=timezone.now(),
            ).order_by("created_at")
            if full_owners:
                due = due.exclude(owner_id__in=full_owners)
            if full_sites:
                due = due.exclude(site__in=full_sites)
            found += due.values_list("pk", flat=True)[: LOOKED_AT - len(found)]
            if len(found) >= LOOKED_AT:
                break
        return found

    def _has_slot(self) -> bool:
        """Whether two workers that claimed at once, because Redis was away, left this
        one within the limits.

        Of those that run together the first ones stay: all workers see the same.
        """
        rows = type(self).objects.filter(state=State.RUNNING)
        first = sorted(rows, key=lambda job: (job.started_at, job.pk))
        mine = [job.pk for job in first if job.owner_id == self.owner_id]
        here = [job.pk for job in first if job.site == self.site]
        return (
            self.pk in mine[: settings.DOWNLOADS_PER_USER]
            and self.pk in here[: settings.DOWNLOADS_PER_SITE]
        )

    def retry_delay_s(self) -> float:
        return max(super().retry_delay_s(), self.asked_to_wait_s or 0.0)

    def pause(self) -> bool:
        """Stop for now; what was received stays. False when it has ended."""
        now = timezone.now()
        changes: dict[str, Any] = {
            "state": State.QUEUED,
            "stage": PAUSED,
            "is_paused": True,
            "not_before": NEVER,
            "lease_token": None,
            "lease_expires_at": None,
            "eta_s": None,
            "speed_bytes_per_s": 0.0,
            "updated_at": now,
        }
        mine = type(self).objects.filter(pk=self.pk)
        # A pause is no try that failed.
        counted = mine.filter(state=State.RUNNING, attempts__gte=1)
        if counted.update(**changes, attempts=F("attempts") - 1):
            return True
        return bool(mine.filter(state__in=ACTIVE).update_idempotently(**changes))

    def resume(self) -> bool:
        """Back in line. False when it was not paused."""
        now = timezone.now()
        paused = type(self).objects.filter(
            pk=self.pk, state=State.QUEUED, is_paused=True
        )
        return bool(
            paused.update_idempotently(
                is_paused=False, stage="", not_before=now, sent_at=None, updated_at=now
            )
        )

    @classmethod
    def keeps_partials_since(cls) -> datetime:
        """Failed downloads that ended before this are not gone on with."""
        return timezone.now() - timedelta(days=1)


def _full(values: list[Any], limit: int) -> list[Any]:
    return [value for value in set(values) if values.count(value) >= limit]
