"""The jobs of one person, of every kind, as one list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from streamfetch.jobs import registry
from streamfetch.jobs.models import Job
from streamfetch.mongo.database import database

Rows = list[dict[str, Any]]


def newest(
    owner_id: UUID, limit: int, *, before: tuple[datetime, UUID] | None = None
) -> list[Job]:
    """At most `limit` jobs that the queue's view still shows, newest first.

    One question tells which they are, and one more for each kind that is among them
    reads them: most people have jobs of few of the kinds. `before` is the
    (created_at, id) of the last job already shown.
    """
    models = {model.KIND: model for model in registry.job_models() if model.LISTED}
    parts = [
        (model._meta.db_table, _newest_of(kind, owner_id, limit, before))
        for kind, model in models.items()
    ]
    (first, pipeline), *others = parts
    unions: Rows = [
        {"$unionWith": {"coll": table, "pipeline": part}} for table, part in others
    ]
    rows = list(database()[first].aggregate([*pipeline, *unions]))
    rows.sort(key=lambda row: (row["created_at"], row["_id"]), reverse=True)
    ids: dict[str, list[str]] = {}
    for row in rows[:limit]:
        ids.setdefault(row["kind"], []).append(row["_id"])
    found: dict[str, Job] = {}
    for kind, wanted in ids.items():
        jobs = models[kind].objects.filter(pk__in=wanted)
        found |= {job.pk.hex: job for job in jobs}
    # One may have been removed meanwhile.
    return [found[row["_id"]] for row in rows[:limit] if row["_id"] in found]


def _newest_of(
    kind: str, owner_id: UUID, limit: int, before: tuple[datetime, UUID] | None
) -> Rows:
    """Served by each kind's index of (owner, -created_at, -id)."""
    wanted: Rows = [
        {"owner_id": owner_id.hex},
        {"$or": [{"shown_until": None}, {"shown_until": {"$gt": timezone.now()}}]},
    ]
    if before is not None:
        created_at, pk = before
        # `$lte` lets the index seek; the rest breaks ties.
        wanted += [
            {"created_at": {"$lte": created_at}},
            {"$or": [{"created_at": {"$lt": created_at}}, {"_id": {"$lt": pk.hex}}]},
        ]
    return [
        {"$match": {"$and": wanted}},
        {"$sort": {"created_at": -1, "_id": -1}},
        {"$limit": limit},
        {"$project": {"created_at": 1, "kind": {"$literal": kind}}},
    ]
