"""Messages of the library. Ids only; the work is in `pipeline`."""

import dramatiq
from dramatiq_crontab import cron, interval

from streamfetch.jobs.declaring import job_actor
from uploads.describing import announce_processing
from uploads.models import AssetChunk, AssetProcessing, ClipMaking
from uploads.pipeline import chunks, clips
from uploads.pipeline.processing import process
from uploads.pipeline.retention import (
    abort_expired_uploads,
    empty_bins,
    remove_strays,
)

DAY_MS = 24 * 3600 * 1000

make_clip = job_actor(ClipMaking, work=clips.make_clip)
encode_chunk = job_actor(AssetChunk, work=chunks.encode)
process_asset = job_actor(AssetProcessing, work=process, tell=announce_processing)


@interval(seconds=600)
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=600_000, max_age=600_000, priority=100
)
def abort_expired() -> None:
    abort_expired_uploads()


@cron("50 3 * * *")
@dramatiq.actor(
    queue_name="quick",
    max_retries=0,
    time_limit=3_600_000,
    max_age=DAY_MS,
    priority=100,
)
def remove_upload_strays() -> None:
    remove_strays()


@cron("20 4 * * *")
@dramatiq.actor(
    queue_name="quick",
    max_retries=0,
    time_limit=3_600_000,
    max_age=DAY_MS,
    priority=100,
)
def empty_old_bins() -> None:
    empty_bins()
