"""Starts, identifies and stops processes; never touches one that is not ours.

A pid alone may have been given to a stranger since, so every record also holds
when the process started, and the random mark of the run that is in the
environment of everything that run started.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

_LAUNCHER = Path(__file__).with_name("launch.py")
_PROC = Path("/proc")
RUN_MARK = "STREAMFETCH_RUN_MARK"
_PR_SET_CHILD_SUBREAPER = 36
_POLL_S = 0.05


@dataclass(frozen=True)
class Record:
    """One started process, as kept in `<data_dir>/run/<name>.pid`."""

    pid: int
    started: str
    run_mark: str


def started_at(pid: int) -> str | None:
    """Boot and clock tick at which the process started; None when it is gone.

    A zombie counts as gone. Needs /proc, so always None outside Linux.
    """
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # The second field is the program's name and may contain anything, even ")".
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


class ChildProcess:
    """One program in a session of its own, so that Ctrl-C reaches only us.

    Start it from a thread that lives as long as it should: the kernel takes the
    end of that thread for the death of the parent.
    """

    def __init__(
        self,
        name: str,
        *,
        argv: Sequence[str | Path],
        run_dir: Path,
        run_mark: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.argv = [str(part) for part in argv]
        self._record_path = run_dir / f"{name}.pid"
        self._run_mark = run_mark
        self._env = env
        self._cwd = cwd
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self, *, output: IO[bytes] | int) -> None:
        """Start it; stdout and stderr both go to `output` (a file or PIPE)."""
        self._popen = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())),
                *self.argv,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**(self._env or os.environ), RUN_MARK: self._run_mark},
            cwd=self._cwd,
            start_new_session=True,
        )
        pid = self._popen.pid
        record = Record(pid, started_at(pid) or "", self._run_mark)
        # A full disk must not keep a dead service from coming back.
        with contextlib.suppress(OSError):
            self._record_path.write_text(json.dumps(asdict(record)))

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    @property
    def stdout(self) -> IO[bytes] | None:
        return self._popen.stdout if self._popen else None

    def poll(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        return self._popen.poll() if self._popen else 0

    def terminate(self) -> None:
        """Ask it to stop. Only the leader: it knows how to stop its own."""
        if self._popen and self._popen.poll() is None:
            self._popen.terminate()

    def kill(self) -> None:
        """Kill it with its whole process group and wait for its end."""
        if self._popen is None:
            return
        if self._popen.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()
        self.forget()

    def wait_or_kill(self, *, timeout_s: float) -> None:
        """Wait for its end, then kill it when that takes longer than `timeout_s`."""
        if self._popen:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout=timeout_s)
        self.kill()

    def forget(self) -> None:
        """Drop the record of a process that has ended."""
        self._record_path.unlink(missing_ok=True)


def stop_leftovers(run_dir: Path, *, timeout_s: float = 10.0) -> list[str]:
    """Stop what a dead supervisor left running; return the names.

    Call it only while holding the lock of the data directory.
    """
    records = {path: _read_record(path) for path in sorted(run_dir.glob("*.pid"))}
    recorded = {
        record.pid: record.started
        for record in records.values()
        if record and started_at(record.pid) == record.started
    }
    marks = {record.run_mark for record in records.values() if record}
    victims = recorded | _marked_processes(marks)
    # Only the recorded ones are asked: they stop what they started themselves.
    _send(signal.SIGTERM, recorded)
    _wait_gone(recorded, timeout_s=timeout_s)
    _send(signal.SIGKILL, victims)
    _wait_gone(victims, timeout_s=5)
    for path in records:
        path.unlink(missing_ok=True)
    return [
        path.stem
        for path, record in records.items()
        if record and record.pid in victims
    ]


def adopt_orphans() -> None:
    """Make grandchildren whose parent dies children of this process (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_strays(*, known: Iterable[int]) -> int:
    """Kill adopted orphans: children of ours that we did not start.

    They are what a killed worker leaves, such as an FFmpeg in the middle of a
    render. Returns how many were still running.
    """
    known = set(known)
    killed = 0
    for listing in _PROC.glob("self/task/*/children"):
        with contextlib.suppress(OSError):
            for pid in map(int, listing.read_text().split()):
                if pid in known:
                    continue
                killed += started_at(pid) is not None
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    return killed


def _read_record(path: Path) -> Record | None:
    try:
        return Record(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _was(record: Record | None, victims: Mapping[int, str]) -> bool:
    return record is not None and victims.get(record.pid) == record.started


def _marked_processes(marks: set[str]) -> dict[int, str]:
    """Pid and start of every process of ours that carries one of the marks."""
    wanted = {f"{RUN_MARK}={mark}".encode() for mark in marks}
    found: dict[int, str] = {}
    if not wanted:
        return found
    for folder in _PROC.glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        start = started_at(int(folder.name))
        if start and not wanted.isdisjoint(variables):
            found[int(folder.name)] = start
    return found


def _send(number: signal.Signals, processes: Mapping[int, str]) -> None:
    for pid, started in processes.items():
        if started_at(pid) == started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _wait_gone(processes: Mapping[int, str], *, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while any(started_at(pid) == started for pid, started in processes.items()):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
