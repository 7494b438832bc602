"""Every kind of job there is, and who hears of its changes.

Apps add their kinds when their models load, and their listeners in `actors`.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from streamfetch.errors import NotFound
from streamfetch.jobs.models import Job

J = TypeVar("J", bound=Job)
Listener = Callable[[J], None]

_models: dict[str, type[Job]] = {}
_listeners: dict[str, Callable[[Any], None]] = {}


def register(model: type[J]) -> type[J]:
    """Class decorator for a concrete job."""
    _models[model.KIND] = model
    return model


def listen(model: type[J], listener: Listener[J]) -> None:
    """Have `listener` called with each job of `model` whenever it has changed.

    It tells pages about the job's subject. It must not raise, nor change anything.
    """
    _listeners[model.KIND] = listener


def listener_of(job: Job) -> Callable[[Job], None] | None:
    return _listeners.get(job.KIND)


def job_models() -> Iterator[type[Job]]:
    yield from _models.values()


def find(job_id: UUID, owner_id: UUID | None = None) -> Job:
    """The job with this id, of any kind. Raises `NotFound`."""
    for model in job_models():
        jobs = model.objects.filter(pk=job_id)
        if owner_id is not None:
            jobs = jobs.filter(owner_id=owner_id)
        job = jobs.first()
        if job is not None:
            return job
    raise NotFound("There is no such job.")
