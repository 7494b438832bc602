"""Runs FFmpeg for a render's jobs and tells their progress."""

import time
from collections.abc import Callable

from django.conf import settings

from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.progress import Progress
from streamfetch.jobs.running import Run

DEADLINE_S = 300
DEADLINE_PER_OUTPUT_SECOND = 60
# Address space, of which a decoder reserves more than it uses.
MEMORY_BYTES = 4 * 1024**3
MEMORY_BYTES_PER_INPUT = 64 * 1024**2


def run_command(
    run: Run,
    command: Command,
    *,
    span: tuple[float, float] = (0, 98),
    on_share: Callable[[float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> runner.Result:
    """Run one command, told as progress from span[0] to span[1] percent.

    Raises what `runner.run` does, and `LeaseLost`.
    """
    started = time.monotonic()
    duration_ms = max(1, command.expected_duration_ms or 1)

    def on_progress(progress: Progress) -> None:
        if command.expected_frames:
            share = min(1.0, progress.frame / command.expected_frames)
        else:
            share = min(1.0, progress.out_time_ms / duration_ms)
        elapsed_s = time.monotonic() - started
        eta_s = elapsed_s * (1 - share) / share if share > 0.02 else None
        run.report(span[0] + (span[1] - span[0]) * share, eta_s=eta_s)
        if on_share is not None:
            on_share(share)

    return runner.run(
        command,
        workspace=run.workspace.path,
        deadline_s=DEADLINE_S + DEADLINE_PER_OUTPUT_SECOND * duration_ms / 1000,
        on_progress=on_progress,
        should_stop=should_stop or run.should_stop,
        file_bytes=settings.MAX_RENDER_BYTES,
        memory_bytes=MEMORY_BYTES + MEMORY_BYTES_PER_INPUT * len(command.reads),
    )
