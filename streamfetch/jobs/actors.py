"""Scheduled chores of the job system."""

import dramatiq
from dramatiq_crontab import interval

from streamfetch.jobs.sweeping import sweep
from streamfetch.storage.workspace import sweep_stale

SWEEP_EVERY_S = 10


@interval(seconds=SWEEP_EVERY_S)
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=60_000, max_age=30_000, priority=0
)
def sweep_jobs() -> None:
    sweep()


@interval(seconds=300)
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=60_000, max_age=60_000, priority=100
)
def sweep_workspaces() -> None:
    """Scratch directories whose process died."""
    sweep_stale()
