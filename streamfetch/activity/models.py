"""The log of what happened to a user's things."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from streamfetch.mongo.documents import OwnedDocument
from streamfetch.mongo.fields import EmbeddedField

MAX_MESSAGE = 500


class Particulars(BaseModel):
    """What a line refers to, and how long the work took."""

    title: str = ""
    target_url: str = ""
    code: str = ""
    attempts: int = 0
    duration_ms: int | None = None


class ActivityEntry(OwnedDocument):
    """One line. `type` is the kind of job, `action` what became of it."""

    class Status(models.TextChoices):
        SUCCESS = "success", _("Done")
        ERROR = "error", _("Failed")
        INFO = "info", _("Cancelled")

    type = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status)
    message = models.CharField(max_length=MAX_MESSAGE)
    metadata = EmbeddedField(schema=Particulars, default=Particulars)

    class Meta:
        db_table = "activity_log"
        verbose_name_plural = "activity entries"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="activity_owner_new"
            ),
            models.Index(
                fields=["owner", "status", "-created_at", "-id"],
                name="activity_status_new",
            ),
            models.Index(
                fields=["status", "-created_at", "-id"], name="activity_by_status"
            ),
            models.Index(fields=["-created_at", "-id"], name="activity_new"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.action}: {self.metadata.title}"
