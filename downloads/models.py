"""Downloads: jobs while they run, history afterwards."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from pydantic import BaseModel

from streamfetch.jobs.models import Job
from streamfetch.jobs.registry import register
from streamfetch.mongo.fields import EmbeddedField
from uploads.models import Asset

MAX_URL = 8000
MAX_TITLE = 200


class Format(BaseModel):
    """What was fetched, in the site's own terms."""

    format_id: str = ""
    quality: str = ""
    container: str = ""
    filesize: int | None = None


@register
class Download(Job):
    """One fetch. Its line in the history stays when the file is deleted."""

    KIND: ClassVar[str] = "download"
    ACTOR: ClassVar[str] = "fetch_download"
    QUEUE: ClassVar[str] = "network"

    video_id = models.CharField(max_length=64)
    video_title = models.CharField(max_length=MAX_TITLE)
    video_url = models.CharField(max_length=MAX_URL)
    extractor = models.CharField(max_length=40, default="direct")
    format = EmbeddedField(schema=Format, default=Format)
    bytes_downloaded = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(null=True)
    speed_bytes_per_s = models.FloatField(default=0.0)
    download_duration_ms = models.PositiveBigIntegerField(null=True)
    asset = models.ForeignKey(
        Asset, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        db_table = "download_history"
        indexes = [
            *Job.indexes("download"),
            models.Index(
                fields=["video_id", "-created_at", "-id"], name="download_video_new"
            ),
            models.Index(fields=["asset"], name="download_asset"),
        ]

    def title(self) -> str:
        return self.video_title

    def target_url(self) -> str:
        if self.asset_id:
            return reverse("uploads:asset", args=[self.asset_id])
        return reverse("downloads:list")
