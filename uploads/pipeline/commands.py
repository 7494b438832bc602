"""Runs FFmpeg for a job and tells its progress."""

import time
from collections.abc import Callable

from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.progress import Progress
from streamfetch.jobs.running import Run

DEADLINE_S = 120
# An encode that takes longer than this many times the duration is not coming.
DEADLINE_PER_SOURCE_SECOND = 20
MIN_FILE_BYTES = 4 * 1024**3


def run_command(
    run: Run,
    command: Command,
    *,
    span: tuple[float, float],
    duration_ms: int,
    source_bytes: int = 0,
    should_stop: Callable[[], bool] | None = None,
) -> runner.Result:
    """Run one command, told as progress from span[0] to span[1] percent.

    `duration_ms` is how much media it works through. Raises what `runner.run`
    does, and `LeaseLost`.
    """
    started = time.monotonic()
    expected_ms = max(1, command.expected_duration_ms or duration_ms)

    def on_progress(progress: Progress) -> None:
        share = min(1.0, (progress.out_time_ms or 0) / expected_ms)
        elapsed_s = time.monotonic() - started
        eta_s = elapsed_s * (1 - share) / share if share > 0.02 else None
        run.report(span[0] + (span[1] - span[0]) * share, eta_s=eta_s)

    return runner.run(
        command,
        workspace=run.workspace.path,
        deadline_s=DEADLINE_S + DEADLINE_PER_SOURCE_SECOND * duration_ms / 1000,
        on_progress=on_progress,
        should_stop=should_stop or run.should_stop,
        file_bytes=max(MIN_FILE_BYTES, 2 * source_bytes),
    )
