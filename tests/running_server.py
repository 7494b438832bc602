"""Starts the whole product as `script/server` does, in a folder of its own."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 180
STOP_TIMEOUT_S = 40


@dataclass(frozen=True)
class RunningServer:
    """A server that is ready. `ready_after_s` counts from its start."""

    url: str
    process: subprocess.Popen[bytes]
    data_dir: Path
    ready_after_s: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def _environment(data_dir: Path, port: int, extra: dict[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"MONGODB_URI", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
        and not name.startswith("STREAMFETCH_")
    }
    return {
        **inherited,
        "PORT": str(port),
        "STREAMFETCH_DATA_DIR": str(data_dir),
        "STREAMFETCH_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        **extra,
    }


def make_seed(seed: Path) -> None:
    """Leave in `seed` the data of a server that has started once: a database that is
    up to date, and static files. Whoever comes first makes it, others wait."""
    with seed.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if seed.exists():
            return
        making = seed.with_suffix(".making")
        making.mkdir()
        with running_server(making):
            pass
        # Where it listened is not for others.
        for name in ("lock", "ports.json"):
            (making / "data" / "run" / name).unlink(missing_ok=True)
        making.rename(seed)


@contextmanager
def running_server(
    folder: Path,
    *,
    environment: dict[str, str] | None = None,
    seed: Path | None = None,
) -> Iterator[RunningServer]:
    """Serve from `folder`/data until the block ends. Raises AssertionError.

    With `seed`, what `make_seed` left there, it starts in a few seconds.
    """
    if seed is not None:
        shutil.copytree(seed / "data", folder / "data")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log_path = folder / "server.log"
    with log_path.open("wb") as log:
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamfetch.embedded.server"],
            cwd=ROOT,
            env=_environment(folder / "data", port, environment or {}),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while not _is_ready(url):
                late = time.monotonic() > started + START_TIMEOUT_S
                if process.poll() is not None or late:
                    told = log_path.read_text(errors="replace")
                    raise AssertionError(f"the server did not become ready:\n{told}")
                time.sleep(0.2)
            ready_after_s = time.monotonic() - started
            yield RunningServer(url, process, folder / "data", ready_after_s)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
