"""The encoder of renders: the same pictures give the same bytes, whatever else runs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from projects.pipeline.encoding import Encoder
from streamfetch.ffmpeg.command import Graph, Input, Output
from streamfetch.ffmpeg.runner import run
from tests import media

BUSY = "import time; end = time.time() + 60\nwhile time.time() < end: pass"


@pytest.fixture
def busy() -> Iterator[None]:
    """A machine that has much to do."""
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(4)]
    yield
    for other in others:
        other.kill()
        other.wait(10)


def encoded(source: Path, directory: Path) -> bytes:
    directory.mkdir()
    graph = Graph()
    output = Output(
        path=directory / "span.mp4",
        muxer="mp4",
        streams=[graph.input(Input(path=source, demuxer="mov")).video],
        options=Encoder().options(),
    )
    run(graph.command(output), workspace=directory, deadline_s=60)
    return output.path.read_bytes()


@pytest.mark.usefixtures("busy")
def test_a_busy_machine_gives_the_same_bytes(tmp_path: Path) -> None:
    source = media.video(duration_s=6)
    found = {encoded(source, tmp_path / str(number)) for number in range(12)}
    assert len(found) == 1
