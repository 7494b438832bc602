"""Every Prometheus metric of the product, by name. Imports nothing of the project."""

from prometheus_client import Counter, Histogram

REQUEST_SECONDS = Histogram(
    "streamfetch_request_seconds",
    "Time to answer a request, by route, method and status.",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)
QUERY_SECONDS = Histogram(
    "streamfetch_database_seconds",
    "Time of a database operation, by command.",
    ["command"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5),
)
CACHE_LOOKUPS = Counter(
    "streamfetch_cache_lookups_total",
    "Cache look-ups, by kind of entry and outcome (hit or miss).",
    ["kind", "outcome"],
)
CACHE_OUTAGES = Counter(
    "streamfetch_cache_outages_total",
    "How often the cache fell back to the process because Redis was away.",
)
