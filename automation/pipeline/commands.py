"""Runs FFmpeg for a dubbing job and tells its progress."""

import time
from pathlib import Path

from automation.models import AutomationJob
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from streamfetch.ffmpeg.progress import Progress
from streamfetch.jobs.running import Run

DEADLINE_S = 300
DEADLINE_PER_SECOND = 20
# Dubbed output may have 2 GB; PCM of four hours is larger.
MAX_OUTPUT_BYTES = 2 * 1024**3
MAX_PCM_BYTES = 4 * 1024**3
SHORT_S = 600


def run_command(
    run: Run[AutomationJob],
    command: Command,
    *,
    span: tuple[float, float],
    file_bytes: int = MAX_PCM_BYTES,
) -> None:
    """Run one command, told as the job's progress from span[0] to span[1] percent.

    Raises what `runner.run` does, and `LeaseLost`.
    """
    started = time.monotonic()
    expected_ms = max(1, command.expected_duration_ms or 1)

    def on_progress(progress: Progress) -> None:
        share = min(1.0, (progress.out_time_ms or 0) / expected_ms)
        elapsed_s = time.monotonic() - started
        eta_s = elapsed_s * (1 - share) / share if share > 0.02 else None
        run.report(span[0] + (span[1] - span[0]) * share, eta_s=eta_s)

    runner.run(
        command,
        workspace=run.workspace.path,
        deadline_s=DEADLINE_S + DEADLINE_PER_SECOND * expected_ms / 1000,
        on_progress=on_progress,
        should_stop=run.should_stop,
        file_bytes=file_bytes,
    )


def to_flac(source: Path, target: Path, *, workspace: Path) -> None:
    """A WAV of ours as FLAC: the same samples in half the room."""
    graph = Graph()
    sound = graph.input(Input(path=source, demuxer="wav")).audio
    output = Output(
        path=target,
        muxer="flac",
        streams=[sound],
        options={"c:a": "flac", "compression_level": 3, "map_metadata": -1},
    )
    runner.run(graph.command(output), workspace=workspace, deadline_s=SHORT_S)


def to_wav(
    source: Path,
    target: Path,
    *,
    demuxer: str,
    channels: int,
    workspace: Path,
    tempo: float = 1.0,
) -> None:
    """Any sound as a 48 kHz WAV, faster by `tempo` at the same pitch."""
    graph = Graph()
    sound = graph.input(Input(path=source, demuxer=demuxer)).audio
    if tempo != 1.0:
        sound = sound.filter("atempo", tempo=tempo)
    sound = sound.filter("aresample", osr=48_000)
    output = Output(
        path=target,
        muxer="wav",
        streams=[sound],
        options={
            "c:a": "pcm_s16le",
            "ac": channels,
            "ar": 48_000,
            "map_metadata": -1,
            "bitexact": None,
        },
    )
    runner.run(
        graph.command(output),
        workspace=workspace,
        deadline_s=SHORT_S,
        file_bytes=MAX_PCM_BYTES,
    )
