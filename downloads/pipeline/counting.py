"""Counts downloads for charts, in the database."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from downloads.models import Download
from streamfetch import caching
from streamfetch.jobs.models import State
from streamfetch.mongo.database import database

DAYS = 30
POPULAR = 10
SITES = 12
POPULAR_DAYS = 7


def daily(owner_id: UUID) -> dict[str, Any]:
    """{days: [{day, succeeded, failed, bytes}], sites: [...], total...} of 30 days."""
    since = _since(DAYS)
    found = _aggregate(
        {"owner_id": owner_id.hex, "created_at": {"$gte": since}},
        {"days": _days(), "sites": _sites()},
    )
    by_day = {row["_id"]: row for row in found["days"]}
    days = []
    for back in range(DAYS):
        day = (since + timedelta(days=back)).strftime("%Y-%m-%d")
        row = by_day.get(day, {})
        days.append(
            {
                "day": day,
                "succeeded": row.get("succeeded", 0),
                "failed": row.get("failed", 0),
                "size_bytes": int(row.get("size_bytes", 0)),
            }
        )
    busiest = sorted(
        found["sites"], key=lambda row: row["succeeded"] + row["failed"], reverse=True
    )
    sites = [
        {
            "site": row["_id"] or "?",
            "succeeded": row["succeeded"],
            "failed": row["failed"],
            "size_bytes": int(row["size_bytes"]),
        }
        for row in busiest[:SITES]
    ]
    return {"days": days, "sites": sites}


def popular(owner_id: UUID | None = None) -> list[dict[str, Any]]:
    """The videos that were fetched most: [{video_id, title, url, count}].

    Of one owner in 30 days, or of everybody in 7.
    """
    match: dict[str, Any] = {
        "created_at": {"$gte": _since(DAYS if owner_id else POPULAR_DAYS)},
        "state": {"$ne": State.FAILED.value},
    }
    if owner_id is not None:
        match["owner_id"] = owner_id.hex
    found = _aggregate(match, {"videos": _videos()})
    return [
        {
            "video_id": row["_id"],
            "title": row["title"],
            "url": row["url"],
            "count": row["count"],
        }
        for row in found["videos"]
    ]


def kept_daily(owner_id: UUID) -> dict[str, Any]:
    """`daily`, at most an hour old."""
    key = caching.stats_key(f"downloads:daily:{owner_id.hex}")
    return caching.remember(key, caching.STATS_TTL_S, lambda: daily(owner_id))[0]


def kept_popular(owner_id: UUID | None = None) -> list[dict[str, Any]]:
    """`popular`, at most an hour old."""
    name = "popular:videos" + (f":{owner_id.hex}" if owner_id else "")
    key = caching.stats_key(name)
    return caching.remember(key, caching.STATS_TTL_S, lambda: popular(owner_id))[0]


def forget(owner_id: UUID) -> None:
    """The owner's counts have changed."""
    caching.forget(
        caching.stats_key(f"downloads:daily:{owner_id.hex}"),
        caching.stats_key(f"popular:videos:{owner_id.hex}"),
    )


def _since(days: int) -> datetime:
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def _aggregate(match: dict[str, Any], facets: dict[str, Any]) -> dict[str, Any]:
    collection = database()[Download._meta.db_table]
    return next(iter(collection.aggregate([{"$match": match}, {"$facet": facets}])))


def _counted(state: State) -> dict[str, Any]:
    return {"$sum": {"$cond": [{"$eq": ["$state", state.value]}, 1, 0]}}


def _outcomes() -> dict[str, Any]:
    arrived = {"$eq": ["$state", State.SUCCEEDED.value]}
    return {
        "succeeded": _counted(State.SUCCEEDED),
        "failed": _counted(State.FAILED),
        "size_bytes": {"$sum": {"$cond": [arrived, "$bytes_downloaded", 0]}},
    }


def _days() -> list[dict[str, Any]]:
    day = {"$dateToString": {"format": "%Y-%m-%d", "date": "$created_at"}}
    return [{"$group": {"_id": day, **_outcomes()}}]


def _sites() -> list[dict[str, Any]]:
    return [{"$group": {"_id": "$site", **_outcomes()}}]


def _videos() -> list[dict[str, Any]]:
    return [
        {
            "$group": {
                "_id": "$video_id",
                "title": {"$last": "$video_title"},
                "url": {"$last": "$video_url"},
                "count": {"$sum": 1},
            }
        },
        {
            "$group": {
                "_id": None,
                "top": {
                    "$topN": {
                        "n": POPULAR,
                        "sortBy": {"count": -1, "_id": 1},
                        "output": "$$ROOT",
                    }
                },
            }
        },
        {"$unwind": "$top"},
        {"$replaceRoot": {"newRoot": "$top"}},
    ]
