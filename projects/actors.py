"""Messages of projects. Ids only; the work is in `pipeline`."""

import dramatiq
from dramatiq_crontab import cron

from projects.models import Render
from projects.pipeline.render import render
from projects.pipeline.retention import remove_old_outputs
from streamfetch.jobs.running import run_job

DAY_MS = 24 * 3600 * 1000


@dramatiq.actor(queue_name=Render.QUEUE, max_retries=0, time_limit=DAY_MS, priority=50)
def render_project(render_id: str) -> None:
    run_job(Render, render_id, render)


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
