"""Runs the stand-in supervisor, and leaves no process of it behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Server:
    """A stand-in supervisor in a process of its own, and what it printed."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.lines: list[str] = []
        self.popen = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("stand_in_server.py"), data_dir],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout
        self.lines.extend(line.rstrip("\n") for line in self.popen.stdout)

    def said(self, text: str) -> bool:
        return any(text in line for line in list(self.lines))

    def wait_for(self, text: str) -> None:
        self.wait_until(lambda: self.said(text), why=f"{text!r} in {self.lines}")

    def pid_of(self, name: str) -> int:
        return int(json.loads((self.data_dir / f"run/{name}.pid").read_text())["pid"])

    def descendants(self, *, of: str | None = None) -> set[int]:
        """Every living process below the supervisor, or below one child."""
        return _descendants(self.pid_of(of) if of else self.popen.pid)

    def wait_until(self, condition: Callable[[], bool], *, why: str) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, f"still waiting: {why}"
            time.sleep(0.02)

    def wait_all_gone(self, pids: set[int]) -> None:
        self.wait_until(lambda: not any(map(is_alive, pids)), why=f"end of {pids}")

    def signal(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def end(self) -> int:
        code = self.popen.wait(timeout=30)
        self._reader.join(timeout=10)
        assert self.popen.stdout
        self.popen.stdout.close()
        return code


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def _descendants(pid: int) -> set[int]:
    """Every living process below `pid`."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    found: set[int] = set()
    fresh = {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return {child for child in found if is_alive(child)}


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Starts stand-in supervisors on one data directory."""
    servers: list[Server] = []

    def start() -> Server:
        servers.append(Server(tmp_path / "data"))
        return servers[-1]

    yield start
    for server in servers:
        below = server.descendants()
        if server.popen.poll() is None:
            server.popen.kill()
        server.end()
        for pid in filter(is_alive, below):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def server(start_server: Callable[[], Server]) -> Server:
    """A stand-in supervisor whose children all run."""
    server = start_server()
    server.wait_for("ready")
    # web, its sleep, worker, its fork, stubborn, mongod, redis-server
    server.wait_until(lambda: len(server.descendants()) == 7, why="seven processes")
    return server
