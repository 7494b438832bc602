"""Messages of the library. Ids only; the work is in `pipeline`."""

import dramatiq
from dramatiq_crontab import interval

from streamfetch.jobs.running import run_job
from uploads.models import AssetProcessing
from uploads.pipeline.processing import process
from uploads.pipeline.retention import abort_expired_uploads

DAY_MS = 24 * 3600 * 1000


@dramatiq.actor(
    queue_name=AssetProcessing.QUEUE, max_retries=0, time_limit=DAY_MS, priority=0
)
def process_asset(job_id: str) -> None:
    run_job(AssetProcessing, job_id, process)


@interval(seconds=600)
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=600_000, max_age=600_000, priority=100
)
def abort_expired() -> None:
    abort_expired_uploads()
