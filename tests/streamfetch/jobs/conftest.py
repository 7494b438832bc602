"""A job to play with, and a clock that tests set. Downloads stand for every kind."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import dramatiq
import pytest
from django.conf import settings
from django.utils import timezone

from downloads.actors import fetch_download
from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.jobs import models
from streamfetch.jobs.running import Run, run_job

Work = Callable[[Run[Download]], dict[str, Any]]


class Clock:
    """Stands in for `timezone` in the job models; the real one goes on."""

    def __init__(self) -> None:
        self.moment: datetime = timezone.now()

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(models, "timezone", clock)
    return clock


def new_download(owner: User, title: str = "A clip") -> Download:
    return Download.objects.create(
        owner=owner, video_id="v", video_title=title, video_url="http://x.test/a.mp4"
    )


@pytest.fixture
def job(alice: User) -> Download:
    """A queued job that no message was sent for."""
    return new_download(alice)


@pytest.fixture
def works_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """Have workers do something else for downloads than downloading."""

    def use(work: Work) -> None:
        monkeypatch.setattr(
            fetch_download, "fn", lambda job_id: run_job(Download, job_id, work)
        )

    return use


@pytest.fixture
def start_worker(db: None) -> Iterator[Callable[..., dramatiq.Worker]]:
    """Workers in this process, with the patience of the real ones."""
    workers: list[dramatiq.Worker] = []

    def start(*queues: str, threads: int = 1) -> dramatiq.Worker:
        worker = dramatiq.Worker(
            dramatiq.get_broker(), queues=set(queues), worker_threads=threads
        )
        worker.start()
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.stop(timeout=10_000)


def workspaces() -> list[str]:
    root = settings.WORKSPACES_ROOT
    return [path.name for path in root.iterdir()] if root.is_dir() else []
