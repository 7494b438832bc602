"""Starts one child in a group of its own, reads it, and ends the whole group.

Says nothing about FFmpeg. Everything runs in the calling thread: a parent-death
signal follows the thread that started the child.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Tick = Callable[[], None]
Sink = Callable[[bytes], None]

_READ_BYTES = 65_536
_DRAIN_READS = 64
_TICK_S = 0.1


class OutOfTime(Exception):
    """`capture` reached its time limit."""


@dataclass(frozen=True)
class Captured:
    """What a short program printed; each stream is cut at `max_bytes`."""

    returncode: int
    stdout: bytes
    stderr: bytes


@contextlib.contextmanager
def group(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    env: Mapping[str, str],
    grace_s: float = 2.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `argv` as the leader of a new session and end the group on exit.

    Leaving the block sends SIGTERM, then SIGKILL after `grace_s`, to whatever
    of the group still lives, and reaps the leader.
    """
    process = subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
    try:
        yield process
    finally:
        _end_group(process, grace_s=grace_s)


def pump(
    process: subprocess.Popen[bytes], *, on_stdout: Sink, on_stderr: Sink, tick: Tick
) -> None:
    """Feed both pipes to their sinks until the leader has exited.

    `tick` runs at least every 0.1 s and ends the wait by raising. The exit is
    seen without reaping, so the group's id stays ours until `group` ends it.
    """
    if process.stdout is None or process.stderr is None:
        raise ValueError("the process was started without pipes")
    with selectors.DefaultSelector() as selector, _exit_fd(process.pid) as exit_fd:
        for pipe, sink in ((process.stdout, on_stdout), (process.stderr, on_stderr)):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, selectors.EVENT_READ, sink)
        if exit_fd is not None:
            selector.register(exit_fd, selectors.EVENT_READ, None)
        next_tick = 0.0
        exited = False
        while not exited:
            exited = _has_exited(process.pid)
            for key, _ in selector.select(0 if exited else _TICK_S):
                if key.data is not None and not _forward(key.fd, key.data):
                    selector.unregister(key.fileobj)
            if (now := time.monotonic()) >= next_tick and not exited:
                next_tick = now + _TICK_S
                tick()
        leftovers = [key for key in selector.get_map().values() if key.data]
    for key in leftovers:
        _drain(key.fd, key.data)


def capture(
    argv: Sequence[str],
    *,
    timeout_s: float,
    env: Mapping[str, str],
    max_bytes: int = 1_000_000,
) -> Captured:
    """Run a short program to its end. Raises OutOfTime; the group is gone then."""
    stdout, stderr = bytearray(), bytearray()
    deadline = time.monotonic() + timeout_s

    def keep(buffer: bytearray) -> Sink:
        return lambda data: buffer.extend(data[: max(0, max_bytes - len(buffer))])

    def tick() -> None:
        if time.monotonic() > deadline:
            raise OutOfTime

    with group(argv, cwd=None, env=env) as process:
        pump(process, on_stdout=keep(stdout), on_stderr=keep(stderr), tick=tick)
    return Captured(process.returncode, bytes(stdout), bytes(stderr))


def _forward(fd: int, sink: Sink) -> bool:
    """Pass on what is there; False at the end of the pipe."""
    try:
        data = os.read(fd, _READ_BYTES)
    except BlockingIOError:
        return True
    if data:
        sink(data)
    return bool(data)


def _drain(fd: int, sink: Sink) -> None:
    # A pipe holds 64 KiB; the bound is for a descendant that keeps on writing.
    for _ in range(_DRAIN_READS):
        try:
            data = os.read(fd, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            return
        sink(data)


@contextlib.contextmanager
def _exit_fd(pid: int) -> Iterator[int | None]:
    """Yield a descriptor that is readable once `pid` exits, where there are such."""
    try:
        fd = os.pidfd_open(pid)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield fd
    finally:
        os.close(fd)


def _has_exited(pid: int) -> bool:
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, options) is not None


def _end_group(process: subprocess.Popen[bytes], *, grace_s: float) -> None:
    # The leader is a zombie at most until wait() below: its group id cannot
    # have been given to anybody else.
    try:
        if not _has_exited(process.pid):
            _signal_group(process.pid, signal.SIGTERM)
            give_up = time.monotonic() + grace_s
            while not _has_exited(process.pid) and time.monotonic() < give_up:
                time.sleep(0.01)
    finally:
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _signal_group(group_id: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group_id, number)
