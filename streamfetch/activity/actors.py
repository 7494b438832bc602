"""The daily clean-up of the log."""

import dramatiq
from dramatiq_crontab import cron

from streamfetch.activity.services.recording import remove_old

HOUR_MS = 3600 * 1000


@cron("20 4 * * *")
@dramatiq.actor(
    queue_name="quick",
    max_retries=0,
    time_limit=600_000,
    max_age=6 * HOUR_MS,
    priority=100,
)
def remove_old_activity() -> None:
    remove_old()
