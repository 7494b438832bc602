"""What the statistics page shows."""

from typing import Any

from downloads.pipeline import counting
from streamfetch.metrics import CACHE_LOOKUPS


def of(owner: Any) -> dict[str, Any]:
    """Downloads of the last 30 days, and how the caches did since the start."""
    daily = counting.kept_daily(owner.pk)
    days = daily["days"]
    return {
        **daily,
        "popular": counting.kept_popular(owner.pk),
        "totals": {
            "succeeded": sum(day["succeeded"] for day in days),
            "failed": sum(day["failed"] for day in days),
            "size_bytes": sum(day["size_bytes"] for day in days),
        },
        "cache": {kind: _cache(kind) for kind in ("video", "format")},
    }


def _cache(kind: str) -> dict[str, Any]:
    """{hits, misses, hit_rate}: look-ups of this process; rate None before any."""
    counts = {"hit": 0, "miss": 0}
    for metric in CACHE_LOOKUPS.collect():
        for sample in metric.samples:
            outcome = sample.labels.get("outcome", "")
            is_total = sample.name.endswith("_total")
            if is_total and sample.labels.get("kind") == kind and outcome in counts:
                counts[outcome] = round(sample.value)
    total = counts["hit"] + counts["miss"]
    return {
        "hits": counts["hit"],
        "misses": counts["miss"],
        "hit_rate": round(counts["hit"] / total, 3) if total else None,
    }
