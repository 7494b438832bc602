"""Runs that have to end badly: each with its reason, and nothing left behind."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from streamfetch.ffmpeg import errors
from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from streamfetch.ffmpeg.progress import Progress
from streamfetch.ffmpeg.runner import run
from tests import media
from tests.streamfetch.ffmpeg import processes
from tests.streamfetch.ffmpeg.conftest import FakeFFmpeg

pytestmark = pytest.mark.usefixtures("any_isolation")

# Starts writing, then hangs with a child, both deaf to SIGTERM.
DEAF = (
    "trap '' TERM; echo part > \"$HOME/out.mp4\";"
    " printf 'frame=1\\nprogress=continue\\n';"
    " ( trap '' TERM; sleep {mark} ) & sleep {mark}; sleep {mark}"
)


def endless(result: Path) -> Command:
    """Encode generated video for much longer than any test waits."""
    graph = Graph()
    picture = graph.source("testsrc2", duration_ms=10**9, size="320x180", rate=25)
    output = Output(
        path=result, muxer="mpegts", streams=[picture], options={"c:v": "mpeg2video"}
    )
    return graph.command(output, expected_duration_ms=10**9)


def left(workspace: Path) -> list[str]:
    return sorted(entry.name for entry in workspace.iterdir())


def is_quiet_about(error: errors.FFmpegError, workspace: Path) -> bool:
    return str(workspace) not in error.detail and "\n" not in error.detail


def test_a_program_deaf_to_sigterm_is_gone_soon_after_the_deadline(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    mark = f"971.{os.getpid()}"
    fake_ffmpeg(DEAF.format(mark=mark))
    started = time.monotonic()

    with pytest.raises(errors.DeadlineExceeded) as ended:
        run(endless(workspace / "out.mp4"), workspace=workspace, deadline_s=1)

    assert time.monotonic() - started < 1 + 5
    assert ended.value.recoverable
    assert processes.gone_within(mark, 0.5)
    assert left(workspace) == []


def test_real_work_past_the_deadline_is_ended(workspace: Path) -> None:
    result = workspace / "out.mp4"

    with pytest.raises(errors.DeadlineExceeded):
        run(endless(result), workspace=workspace, deadline_s=1)

    assert processes.gone_within(str(result), 0.5)
    assert left(workspace) == []


def test_a_stall_is_noticed_long_before_the_deadline(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    mark = f"972.{os.getpid()}"
    fake_ffmpeg(DEAF.format(mark=mark))

    with pytest.raises(errors.Stalled) as ended:
        run(
            endless(workspace / "out.mp4"),
            workspace=workspace,
            deadline_s=60,
            stall_s=0.5,
        )

    assert ended.value.recoverable
    assert processes.gone_within(mark, 0.5)
    assert left(workspace) == []


def test_repeating_the_same_progress_is_a_stall(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    fake_ffmpeg(
        "while :; do printf 'frame=7\\nspeed=1x\\nprogress=continue\\n';"
        " sleep 0.1; done"
    )

    with pytest.raises(errors.Stalled):
        run(
            endless(workspace / "out.mp4"),
            workspace=workspace,
            deadline_s=60,
            stall_s=0.5,
        )


def test_writing_without_progress_is_no_stall(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    fake_ffmpeg(
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12;"
        ' do echo x >> "$HOME/out.mp4"; sleep 0.1; done'
    )

    run(endless(workspace / "out.mp4"), workspace=workspace, deadline_s=60, stall_s=0.5)

    assert left(workspace) == ["out.mp4"]


def test_a_request_to_stop_is_obeyed(workspace: Path) -> None:
    seen: list[Progress] = []
    result = workspace / "out.mp4"

    with pytest.raises(errors.Stopped):
        run(
            endless(result),
            workspace=workspace,
            deadline_s=60,
            on_progress=seen.append,
            should_stop=lambda: bool(seen),
        )

    assert processes.gone_within(str(result), 0.5)
    assert left(workspace) == []


def test_an_error_of_the_caller_ends_the_run(workspace: Path) -> None:
    result = workspace / "out.mp4"

    def fail(report: Progress) -> None:
        raise LookupError("the job is gone")

    with pytest.raises(LookupError, match="the job is gone"):
        run(endless(result), workspace=workspace, deadline_s=60, on_progress=fail)

    assert processes.gone_within(str(result), 0.5)
    assert left(workspace) == []


def test_a_file_larger_than_allowed_fails_cleanly(workspace: Path) -> None:
    with pytest.raises(errors.OutputTooLarge) as ended:
        run(
            endless(workspace / "out.mp4"),
            workspace=workspace,
            deadline_s=60,
            file_bytes=200_000,
        )

    assert not ended.value.recoverable
    assert left(workspace) == []


def test_a_full_disk_is_said_to_be_full(workspace: Path) -> None:
    # The kernel's always-full device stands for the disk.
    (workspace / "out.mp4").symlink_to("/dev/full")

    with pytest.raises(errors.DiskFull) as ended:
        run(endless(workspace / "out.mp4"), workspace=workspace, deadline_s=60)

    assert ended.value.recoverable
    assert is_quiet_about(ended.value, workspace)
    assert left(workspace) == []


def test_processor_time_is_limited(workspace: Path) -> None:
    with pytest.raises(errors.DeadlineExceeded):
        run(
            endless(workspace / "out.mp4"),
            workspace=workspace,
            deadline_s=60,
            cpu_s=1,
        )

    assert left(workspace) == []


def test_memory_is_limited(workspace: Path) -> None:
    graph = Graph()
    picture = graph.source("color", duration_ms=1000, size="8000x8000", rate=25)
    output = Output(
        path=workspace / "out.mkv",
        muxer="matroska",
        streams=[picture],
        options={"c:v": "libx264"},
    )

    with pytest.raises(errors.FFmpegFailed) as ended:
        run(
            graph.command(output),
            workspace=workspace,
            deadline_s=60,
            memory_bytes=700_000_000,
        )

    assert is_quiet_about(ended.value, workspace)
    assert left(workspace) == []


def test_a_failure_names_its_reason_without_our_paths(
    workspace: Path, tmp_path: Path
) -> None:
    graph = Graph()
    broken = tmp_path / "prose.mp4"
    broken.write_text("no video at all")
    stream = graph.input(Input(path=broken, demuxer="mov")).video
    command = graph.command(
        Output(path=workspace / "out.mp4", muxer="mp4", streams=[stream])
    )

    with pytest.raises(errors.FFmpegFailed) as ended:
        run(command, workspace=workspace, deadline_s=60)

    assert "moov atom not found" in ended.value.detail
    assert is_quiet_about(ended.value, workspace)
    assert str(tmp_path) not in ended.value.detail
    assert "moov atom not found" in ended.value.stderr_tail
    assert left(workspace) == []


def test_success_without_a_result_is_a_failure(workspace: Path) -> None:
    graph = Graph()
    stream = graph.input(
        Input(path=media.video(), demuxer="mov", start_ms=90_000)
    ).video
    command = graph.command(
        Output(
            path=workspace / "out.jpg",
            muxer="image2",
            streams=[stream],
            options={"frames:v": 1, "update": 1, "pix_fmt": "yuvj420p"},
        )
    )

    with pytest.raises(errors.FFmpegFailed, match="Nothing was written"):
        run(command, workspace=workspace, deadline_s=60)


def test_a_failed_run_removes_its_segments_too(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    fake_ffmpeg('cd "$HOME"; touch list.m3u8 part-1.ts part-2.ts kept.txt; exit 1')
    graph = Graph()
    picture = graph.source("testsrc2", duration_ms=1000, size="320x180", rate=25)
    command = graph.command(
        Output(
            path=workspace / "list.m3u8",
            muxer="hls",
            streams=[picture],
            siblings=["part-*.ts"],
        )
    )

    with pytest.raises(errors.FFmpegFailed):
        run(command, workspace=workspace, deadline_s=60)

    assert left(workspace) == ["kept.txt"]


def test_an_output_outside_of_the_workspace_is_refused(
    workspace: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="workspace"):
        run(endless(tmp_path / "out.mp4"), workspace=workspace, deadline_s=60)


PARENT = """
import sys
from pathlib import Path
from streamfetch.ffmpeg import sandbox
from streamfetch.ffmpeg.command import Graph, Output
from streamfetch.ffmpeg.runner import run
if sys.argv[2] == "plain":
    sandbox._runs_in_bwrap = lambda *_: False
graph = Graph()
picture = graph.source("testsrc2", duration_ms=10**9, size="320x180", rate=25)
output = Output(path=Path(sys.argv[1]), muxer="mpegts", streams=[picture])
run(
    graph.command(output),
    workspace=Path(sys.argv[1]).parent,
    deadline_s=100,
    on_progress=lambda report: print("running", flush=True),
)
"""


def test_a_killed_worker_leaves_no_ffmpeg(workspace: Path, any_isolation: str) -> None:
    result = workspace / "orphan.ts"
    root = Path(media.__file__).parent.parent
    argv = [sys.executable, "-c", PARENT, str(result), any_isolation]
    with subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"running\n"
        children = processes.mentioning(f"file:{result}")
        parent.kill()

    assert children
    assert processes.gone_within(str(result), 5)


Make = Callable[[Path], Path]


@pytest.mark.parametrize(
    "make",
    [
        media.hls_playlist_named_mp4,
        media.concat_list_named_mp4,
        media.dash_manifest_named_mp4,
    ],
)
@pytest.mark.parametrize("forced", [True, False])
def test_a_playlist_named_mp4_opens_nothing(
    make: Make, forced: bool, workspace: Path, tmp_path: Path
) -> None:
    # Opening a pipe that nobody writes to would block until the deadline.
    target = tmp_path / "private.ts"
    os.mkfifo(target)
    graph = Graph()
    playlist = graph.input(Input(path=make(target), demuxer="mov"))
    command = graph.command(
        Output(path=workspace / "out.mp4", muxer="mp4", streams=[playlist.video])
    )
    if not forced:
        # As if the demuxer had been left to FFmpeg: the lists must hold alone.
        place = command.argv.index("mov")
        argv = command.argv[: place - 1] + command.argv[place + 1 :]
        command = Command(
            argv=argv,
            reads=(*command.reads, target),
            outputs=command.outputs,
            leftovers=(),
        )

    with pytest.raises(errors.FFmpegFailed):
        run(command, workspace=workspace, deadline_s=20)

    assert left(workspace) == []


def test_a_codec_outside_of_the_list_is_not_decoded(workspace: Path) -> None:
    graph = Graph()
    source = graph.input(Input(path=media.forbidden_codec(), demuxer="matroska"))
    command = graph.command(
        Output(path=workspace / "out.mp4", muxer="mp4", streams=[source.video])
    )

    with pytest.raises(errors.FFmpegFailed):
        run(command, workspace=workspace, deadline_s=60)
