"""Real worker processes for tests: started as the server does, ended at will."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
MODULE = "streamfetch.jobs.worker"


def wait_for(condition: Callable[[], bool], *, within_s: float = 60) -> None:
    give_up = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.1)


def _environment() -> dict[str, str]:
    """The test's own database, Redis and folders."""
    address = urlsplit(os.environ["MONGODB_URI"])
    database = f"/{connection.settings_dict['NAME']}"
    return {
        **os.environ,
        "MONGODB_URI": urlunsplit(address._replace(path=database)),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


class WorkerProcess:
    """One worker of one thread, with its FFmpegs; it ends with the block."""

    def __init__(
        self,
        *queues: str,
        log_path: Path,
        module: str = MODULE,
        arguments: Sequence[str] = (),
    ) -> None:
        argv = [sys.executable, "-m", "dramatiq", module, "--processes", "1"]
        argv += ["--threads", "1", *arguments, "--queues", *queues]
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(
                argv,
                cwd=ROOT,
                env=_environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ask_to_stop(self) -> None:
        """SIGTERM, as from the supervisor; waits for the end."""
        self._process.terminate()
        self._process.wait(timeout=20)

    def kill(self) -> None:
        """kill -9 of the whole process group; waits for the end."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.has_ended():
            self.kill()


def processes_in_workspaces() -> list[int]:
    """Processes, FFmpeg above all, that work in a workspace of this test."""
    root = str(settings.WORKSPACES_ROOT).encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if root in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def workspaces() -> list[str]:
    root = settings.WORKSPACES_ROOT
    return [path.name for path in root.iterdir()] if root.is_dir() else []
