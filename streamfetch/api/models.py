"""Answers that are kept so that a repeated request does its work once."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone

from streamfetch.mongo.documents import DocumentManager, DocumentQuerySet


class IdempotencyRecord(models.Model):
    """One `Idempotency-Key` of one user on one route; gone after a day (TTL)."""

    key = models.CharField(primary_key=True, db_column="_id", max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    if TYPE_CHECKING:
        # What the manager hands on.
        objects: ClassVar[DocumentQuerySet["IdempotencyRecord"]]
    else:
        objects = DocumentManager()

    class Meta:
        db_table = "idempotency_records"
