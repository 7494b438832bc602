"""What overtakes what, and how much runs at once, with Dramatiq's real worker."""

import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import dramatiq
import pytest

from downloads.actors import fetch_download
from projects.actors import render_project
from streamfetch.jobs.actors import sweep_jobs
from streamfetch.webhooks.actors import deliver_webhook
from uploads.actors import process_asset

QUICK_S = 0.2


class Log:
    """What the actors did, in order, and how many were at it at once."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def take(self, name: str, wait: Callable[[], object]) -> None:
        with self._lock:
            self.begun.append(name)
            self._now += 1
            self.most = max(self.most, self._now)
        wait()
        with self._lock:
            self._now -= 1


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_urgent_jobs_overtake_all_renders_that_wait(
    start_worker: Callable[..., dramatiq.Worker],
    log: Log,
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def act(name: str) -> None:
        log.take(
            name,
            lambda: gate.wait(20) if name == "render 0" else time.sleep(QUICK_S),
        )

    monkeypatch.setattr(process_asset, "fn", act)
    monkeypatch.setattr(render_project, "fn", act)
    for number in range(4):
        render_project.send(f"render {number}")
    start_worker("ffmpeg-high", "ffmpeg")
    wait_for(lambda: bool(log.begun))
    for number in range(7):
        process_asset.send(f"urgent {number}")
    time.sleep(1.5)
    gate.set()
    wait_for(lambda: len(log.begun) == 11)
    assert log.begun == [
        "render 0",
        *(f"urgent {number}" for number in range(7)),
        *(f"render {number}" for number in range(1, 4)),
    ]


def test_renders_behind_a_render_are_left_to_other_workers(
    start_worker: Callable[..., dramatiq.Worker],
    log: Log,
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        render_project, "fn", lambda name: log.take(name, lambda: gate.wait(20))
    )
    for _ in range(3):
        render_project.send(str(uuid4()))
    start_worker("ffmpeg-high", "ffmpeg")
    wait_for(lambda: bool(log.begun))
    time.sleep(1.2)
    assert dramatiq.get_broker().client.llen("sf:ffmpeg") == 2


def test_slow_sites_leave_a_thread_to_the_sweeper(
    start_worker: Callable[..., dramatiq.Worker],
    log: Log,
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swept = threading.Event()
    monkeypatch.setattr(
        fetch_download, "fn", lambda name: log.take(name, lambda: gate.wait(20))
    )
    monkeypatch.setattr(sweep_jobs, "fn", swept.set)
    told = Log()
    monkeypatch.setattr(
        deliver_webhook, "fn", lambda name: told.take(name, lambda: gate.wait(20))
    )
    for number in range(10):
        fetch_download.send(f"download {number}")
        deliver_webhook.send(f"delivery {number}")
    start_worker("quick", "network", "webhooks", threads=6)
    wait_for(lambda: log.most == 3 and told.most == 2)
    sweep_jobs.send()
    assert swept.wait(10)
    time.sleep(0.5)
    assert log.most == 3
