"""Messages of dubbing. Ids only; the work is in `pipeline`."""

import dramatiq
from dramatiq_crontab import cron

from automation.describing import announce
from automation.models import AutomationJob
from automation.pipeline.retention import remove_old_files
from automation.pipeline.running import dub
from streamfetch.jobs.declaring import job_actor

DAY_MS = 24 * 3600 * 1000

dub_video = job_actor(AutomationJob, work=dub, tell=announce)


@cron("40 3 * * *")
@dramatiq.actor(
    queue_name="quick",
    max_retries=0,
    time_limit=3_600_000,
    max_age=DAY_MS,
    priority=100,
)
def remove_old_dubbing_files() -> None:
    remove_old_files()
