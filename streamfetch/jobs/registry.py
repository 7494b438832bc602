"""Every kind of job there is; apps add theirs when their models load."""

from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

from streamfetch.errors import NotFound
from streamfetch.jobs.models import Job

J = TypeVar("J", bound=type[Job])

_models: dict[str, type[Job]] = {}


def register(model: J) -> J:
    """Class decorator for a concrete job."""
    _models[model.KIND] = model
    return model


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
