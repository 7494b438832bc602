"""The only place that starts FFmpeg on media: confined, watched, cleaned up after.

Runs one command in the calling thread until it ends or has to be ended. What a
failed command wrote is removed; who reads the result is not its business.
"""

import collections
import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streamfetch.ffmpeg import errors, process, sandbox
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.progress import Progress, ProgressParser

_TAIL_BYTES = 32_768
_REASON_CHARACTERS = 300
_GRACE_S = 2.0
# Asking whether to stop may be a query.
_QUESTION_S = 0.5
_BEFORE = ("-hide_banner", "-nostdin", "-nostats", "-benchmark")
_LOGGING = ("-loglevel", "level+info", "-progress", "pipe:1")

_BENCH = re.compile(r"bench: utime=([\d.]+)s stime=([\d.]+)s")
_PROBLEM = re.compile(r"^(?:\[[^]]*@ [^]]*\] )?\[(?:error|fatal|panic)\] (.+)$")
_NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded")
_OUT_OF_CPU = re.compile(rf"received signal {signal.SIGXCPU.value}\b")
_TOO_LARGE = re.compile(r"File too large")
# Consequences, which say less than the line that came before them.
_ECHO = re.compile(
    r"^(Conversion failed|Error (opening (in|out)put files?|writing trailer|"
    r"while filtering|submitting|sending|muxing)|Terminating thread|"
    r"Task finished|Nothing was written|Could not open encoder before EOF)"
)


@dataclass(frozen=True)
class Result:
    """A run that succeeded. `cpu_s` is user and system time as FFmpeg counts it."""

    returncode: int
    stderr_tail: str
    duration_s: float
    cpu_s: float


def run(
    command: Command,
    *,
    workspace: Path,
    deadline_s: float,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    stall_s: float = 60,
    memory_bytes: int = 4 * 1024**3,
    cpu_s: int | None = None,
    file_bytes: int = 4 * 1024**3,
    nice: int = 5,
) -> Result:
    """Run `command` with `workspace` as its one writable directory.

    `on_progress` and `should_stop` are called in this thread about twice a
    second; what they raise ends the run. `stall_s` counts from the last change
    of the progress or of an output file: give analyses that rarely write more.
    `cpu_s` defaults to the deadline on every core, `file_bytes` limits each
    written file; `memory_bytes` is address space, of which the default is
    enough for 4K H.264 on 16 threads.

    Raises Stopped, DeadlineExceeded, Stalled, DiskFull, OutputTooLarge,
    FFmpegFailed, FFmpegMissing, and ValueError for an output outside of the
    workspace. FFmpeg and all its output are gone then; they also end when this
    process is killed.
    """
    workspace = workspace.absolute()
    for directory in {path.parent for path in command.outputs} | {
        directory for directory, _ in command.leftovers
    }:
        if not directory.is_relative_to(workspace):
            raise ValueError("an output lies outside of the workspace")
    cores = os.cpu_count() or 1
    limits = sandbox.Limits(
        memory_bytes=memory_bytes,
        cpu_s=cpu_s if cpu_s is not None else int(deadline_s * cores) + 1,
        file_bytes=file_bytes,
        nice=nice,
    )
    program = [str(ffmpeg_path()), *_BEFORE, *_LOGGING]
    argv = sandbox.confined(
        [*program, *command.argv],
        limits=limits,
        reads=command.reads,
        workspace=workspace,
    )
    watch = _Watch(
        command,
        deadline_s=deadline_s,
        stall_s=stall_s,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    try:
        return _run(argv, command, watch, workspace=workspace)
    except BaseException:
        for path in command.written():
            path.unlink(missing_ok=True)
        raise


class _Watch:
    """Follows one run and raises when it has to be ended."""

    def __init__(
        self,
        command: Command,
        *,
        deadline_s: float,
        stall_s: float,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._command = command
        self._deadline_s = deadline_s
        self._stall_s = stall_s
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._parser = ProgressParser(
            expected_duration_ms=command.expected_duration_ms,
            expected_frames=command.expected_frames,
        )
        self._started = self._alive = time.monotonic()
        self._next_question = 0.0
        self._sign: object = None
        self._tail: collections.deque[bytes] = collections.deque()
        self._tail_bytes = 0

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started

    @property
    def stderr_tail(self) -> str:
        text = b"".join(self._tail)[-_TAIL_BYTES:]
        return text.decode(errors="replace")

    def on_stdout(self, data: bytes) -> None:
        for report in self._parser.feed(data):
            sign = (report.frame, report.out_time_ms, report.total_size)
            if sign != self._sign:
                self._sign = sign
                self._alive = time.monotonic()
            if self._on_progress is not None:
                self._on_progress(report)

    def on_stderr(self, data: bytes) -> None:
        self._tail.append(data)
        self._tail_bytes += len(data)
        while self._tail_bytes - len(self._tail[0]) >= _TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft())

    def tick(self) -> None:
        now = time.monotonic()
        if self._should_stop is not None and now >= self._next_question:
            self._next_question = now + _QUESTION_S
            if self._should_stop():
                raise errors.Stopped(stderr_tail=self.stderr_tail)
        if self.elapsed_s > self._deadline_s:
            raise errors.DeadlineExceeded(stderr_tail=self.stderr_tail)
        is_quiet = time.monotonic() - self._alive > self._stall_s
        if is_quiet and not self._wrote_lately():
            raise errors.Stalled(stderr_tail=self.stderr_tail)

    def _wrote_lately(self) -> bool:
        # Moving the index to the front of a large MP4 reports nothing for
        # long, but it writes.
        since = time.time() - self._stall_s
        for path in self._command.outputs:
            with contextlib.suppress(OSError):
                if path.stat().st_mtime > since:
                    return True
        return False


def _run(
    argv: list[str], command: Command, watch: _Watch, *, workspace: Path
) -> Result:
    env = sandbox.environment(home=workspace)
    with process.group(argv, cwd=workspace, env=env, grace_s=_GRACE_S) as child:
        process.pump(
            child,
            on_stdout=watch.on_stdout,
            on_stderr=watch.on_stderr,
            tick=watch.tick,
        )
    tail = watch.stderr_tail
    if child.returncode != os.EX_OK:
        raise _failure(child.returncode, tail)
    for path in command.outputs:
        if not path.exists() or path.stat().st_size == 0:
            raise errors.FFmpegFailed(
                "Nothing was written: the chosen part of the source is empty, "
                "choose another one.",
                stderr_tail=tail,
            )
    bench = _BENCH.search(tail)
    return Result(
        returncode=child.returncode,
        stderr_tail=tail,
        duration_s=watch.elapsed_s,
        cpu_s=float(bench[1]) + float(bench[2]) if bench else 0.0,
    )


def _failure(returncode: int, tail: str) -> errors.FFmpegError:
    # A shell or bwrap reports a signal as 128 + its number.
    number = -returncode if returncode < 0 else returncode - 128
    if number == signal.SIGXFSZ or _TOO_LARGE.search(tail):
        return errors.OutputTooLarge(stderr_tail=tail)
    if _NO_SPACE.search(tail):
        return errors.DiskFull(stderr_tail=tail)
    if number == signal.SIGXCPU or _OUT_OF_CPU.search(tail):
        return errors.DeadlineExceeded(stderr_tail=tail)
    reason = _reason(tail)
    detail = f"{errors.FFmpegFailed.message} It said: {reason}" if reason else None
    return errors.FFmpegFailed(detail, stderr_tail=tail)


def _reason(tail: str) -> str:
    """Return the line that best says why, without paths of the server."""
    found = (_PROBLEM.match(line) for line in tail.splitlines())
    lines = [match[1].strip() for match in found if match]
    telling = [line for line in lines if not _ECHO.match(line)] or lines
    if not telling:
        return ""
    named = re.sub(r"(?:file:)?(?:/[^/\s:'\"]+)+/([^/\s:'\"]*)", r"\1", telling[0])
    return named[:_REASON_CHARACTERS]
