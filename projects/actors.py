"""Messages of projects. Ids only; the work is in `pipeline`."""

import dramatiq
from dramatiq_crontab import cron

from projects.describing import announce_project_of
from projects.models import Render, RenderChunk
from projects.pipeline import chunks
from projects.pipeline.cache import trim_all
from projects.pipeline.render import render
from projects.pipeline.retention import remove_old_outputs
from streamfetch.jobs.declaring import job_actor

DAY_MS = 24 * 3600 * 1000

render_project = job_actor(Render, work=render, tell=announce_project_of)
encode_span = job_actor(RenderChunk, work=chunks.encode)


@cron("20 3 * * *")
@dramatiq.actor(
    queue_name="quick",
    max_retries=0,
    time_limit=3_600_000,
    max_age=DAY_MS,
    priority=100,
)
def remove_old_renders() -> None:
    remove_old_outputs()


@cron("40 * * * *")
@dramatiq.actor(
    queue_name="quick", max_retries=0, time_limit=600_000, max_age=600_000, priority=100
)
def trim_render_cache() -> None:
    trim_all()
