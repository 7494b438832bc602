"""Tells the library in which projects an asset stands."""

from uuid import UUID

from django.urls import reverse

from projects.models import VideoProject
from streamfetch.mongo.database import database
from streamfetch.mongo.outages import retrying
from uploads.services.usage import SHOWN_USES, Use


def projects_using(owner_id: UUID, asset_id: UUID) -> list[Use]:
    """The owner's projects that play the asset, the newest first."""
    query = {
        "owner_id": owner_id.hex,
        "is_deleted": False,
        "$or": [
            {"timeline.clips.asset": str(asset_id)},
            {"timeline.audio_tracks.asset": str(asset_id)},
        ],
    }
    collection = database()[VideoProject._meta.db_table]
    found = retrying(
        lambda: list(
            collection.find(query, {"name": 1})
            .sort([("created_at", -1), ("_id", -1)])
            .limit(SHOWN_USES)
        )
    )
    return [
        Use(title=row["name"], url=reverse("projects:editor", args=[UUID(row["_id"])]))
        for row in found
    ]
