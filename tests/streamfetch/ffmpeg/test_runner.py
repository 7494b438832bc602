"""Runs that go well: results, progress, repeatability, the environment."""

from pathlib import Path

import pytest

from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from streamfetch.ffmpeg.progress import Progress
from streamfetch.ffmpeg.runner import Result, run
from tests import media
from tests.streamfetch.ffmpeg.conftest import FakeFFmpeg

pytestmark = pytest.mark.usefixtures("any_isolation")


def encode(source: Path, result: Path, *, preset: str = "veryfast") -> Command:
    graph = Graph()
    found = graph.input(Input(path=source, demuxer="mov"))
    output = Output(
        path=result,
        muxer="mp4",
        streams=[found.video, found.audio],
        options={"c:v": "libx264", "preset": preset, "c:a": "aac"},
    )
    return graph.command(output, expected_duration_ms=6000)


def test_a_run_leaves_its_output_and_says_what_it_took(workspace: Path) -> None:
    result = run(
        encode(media.video(duration_s=6), workspace / "out.mp4"),
        workspace=workspace,
        deadline_s=60,
    )

    assert isinstance(result, Result)
    assert result.returncode == 0
    assert result.duration_s > 0
    assert result.cpu_s > 0
    assert len(media.frame_hashes(workspace / "out.mp4")) == 150


def test_progress_rises_to_the_end(workspace: Path) -> None:
    reports: list[Progress] = []

    run(
        encode(media.video(duration_s=6), workspace / "out.mp4", preset="veryslow"),
        workspace=workspace,
        deadline_s=60,
        on_progress=reports.append,
    )

    percents = [report.percent for report in reports if report.percent is not None]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert reports[-1].done
    assert reports[-1].frame == 150
    assert reports[-1].out_time_ms == pytest.approx(6000, abs=50)


def test_talkative_programs_do_not_block(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    # More than a pipe holds, on both pipes, in an order that would deadlock
    # a reader of one after the other.
    fake_ffmpeg(
        "i=0; while [ $i -lt 3000 ]; do i=$((i+1));"
        " echo 'frame=1 and a line of some length to fill the pipe' >&2;"
        " echo 'frame=1'; done; echo done > \"$HOME/out.mp4\""
    )

    result = run(
        encode(media.video(duration_s=6), workspace / "out.mp4"),
        workspace=workspace,
        deadline_s=60,
    )

    assert len(result.stderr_tail) <= 32_768
    assert result.stderr_tail.endswith("the pipe\n")


def test_the_environment_holds_no_secret(
    workspace: Path, fake_ffmpeg: FakeFFmpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ffmpeg('env > "$HOME/out.mp4"')
    monkeypatch.setenv("SECRET_KEY", "hunter2")

    run(
        encode(media.video(duration_s=6), workspace / "out.mp4"),
        workspace=workspace,
        deadline_s=60,
    )

    text = (workspace / "out.mp4").read_text()
    assert "hunter2" not in text
    names = {line.partition("=")[0] for line in text.splitlines()}
    assert names <= {"PATH", "LC_ALL", "HOME", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"}


def test_every_command_is_run_quietly_and_deaf(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    fake_ffmpeg('echo "$@" > "$HOME/out.mp4"; cat >> "$HOME/out.mp4"')

    run(
        encode(media.video(duration_s=6), workspace / "out.mp4"),
        workspace=workspace,
        deadline_s=60,
    )

    said = (workspace / "out.mp4").read_text()
    assert said.startswith("-hide_banner -nostdin -nostats")
    assert "-progress pipe:1" in said
    assert said.count("\n") == 1


def test_two_outputs_and_a_numbered_series_come_from_one_run(workspace: Path) -> None:
    graph = Graph()
    found = graph.input(Input(path=media.video(duration_s=6), demuxer="mov"))
    small, thumbs = found.video.split(2, kind="video")
    command = graph.command(
        Output(
            path=workspace / "small.mp4",
            muxer="mp4",
            streams=[small.filter("scale", w=160, h=-2)],
        ),
        Output(
            path=workspace / "thumb-%02d.jpg",
            muxer="image2",
            streams=[thumbs.filter("fps", fps=1)],
        ),
    )

    run(command, workspace=workspace, deadline_s=60)

    assert (workspace / "small.mp4").stat().st_size > 0
    assert len(list(workspace.glob("thumb-*.jpg"))) == 6
