"""How an app declares the messages of a kind of job."""

from collections.abc import Callable
from typing import Any, TypeVar

import dramatiq

from streamfetch.jobs import registry
from streamfetch.jobs.models import Job, Priority
from streamfetch.jobs.running import Run, run_job

J = TypeVar("J", bound=Job)

# Every command a job runs has a deadline of its own; this is for what has none.
TIME_LIMIT_MS = 24 * 3600 * 1000
ACTOR_PRIORITIES = {Priority.HIGH: 0, Priority.NORMAL: 50, Priority.LOW: 100}


def job_actor(
    model: type[J],
    *,
    work: Callable[[Run[J]], dict[str, Any]],
    tell: registry.Listener[J] | None = None,
) -> "dramatiq.Actor[[str], None]":
    """The actor whose messages carry ids of `model`. Call it in an app's `actors`.

    A model with a `LATER_QUEUE` gets a second one, for jobs that stepped aside.

    `work` does the job and returns the fields to store with its success; it must
    be safe to run twice. `tell` hears of every change, in whatever process.
    """
    if tell is not None:
        registry.listen(model, tell)

    def perform(job_id: str) -> None:
        run_job(model, job_id, work)

    perform.__doc__ = work.__doc__
    declared = [
        dramatiq.actor(
            actor_name=name,
            queue_name=queue_name,
            priority=ACTOR_PRIORITIES[priority],
            # Retries are the job's own, counted in MongoDB.
            max_retries=0,
            time_limit=TIME_LIMIT_MS,
            notify_shutdown=True,
        )(perform)
        for name, (queue_name, priority) in model.actors().items()
    ]
    return declared[0]
