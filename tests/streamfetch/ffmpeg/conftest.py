"""A workspace, FFmpeg programs that misbehave, and both kinds of isolation."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from streamfetch.ffmpeg import sandbox

FakeFFmpeg = Callable[[str], Path]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    directory = tmp_path / "workspace"
    directory.mkdir()
    return directory


@pytest.fixture
def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeFFmpeg:
    """Return a function that installs a shell script in FFmpeg's place."""

    def install(body: str) -> Path:
        script = tmp_path / "fake-ffmpeg"
        script.write_text(f'#!/bin/sh\n[ "$1" = -h ] && exit 0\n{body}\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("STREAMFETCH_FFMPEG", str(script))
        return script

    return install


@pytest.fixture(params=["best", "plain"])
def any_isolation(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Run the test as on this machine, and as on one without bubblewrap."""
    if request.param == "plain":
        monkeypatch.setattr(sandbox, "_runs_in_bwrap", lambda *_: False)
    return str(request.param)
