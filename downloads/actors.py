"""Messages of downloads. Ids only; the work is in `pipeline`."""

import dramatiq

from downloads.models import Download
from downloads.pipeline.fetch import fetch
from streamfetch.jobs.running import run_job

DAY_MS = 24 * 3600 * 1000


@dramatiq.actor(
    queue_name=Download.QUEUE, max_retries=0, time_limit=DAY_MS, priority=50
)
def fetch_download(download_id: str) -> None:
    run_job(Download, download_id, fetch)
