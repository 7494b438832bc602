"""What a confined program can reach. Raw commands, past all our own checks."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamfetch.ffmpeg import sandbox
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.errors import FFmpegFailed
from streamfetch.ffmpeg.runner import run
from tests import media
from tests.streamfetch.ffmpeg.conftest import FakeFFmpeg


def raw(*argv: str, output: Path, reads: tuple[Path, ...] = ()) -> Command:
    return Command(argv=argv, reads=reads, outputs=(output,), leftovers=())


def is_confined() -> bool:
    return sandbox.isolation(ffmpeg_path()) == "bwrap"


@pytest.fixture
def visits() -> Iterator[tuple[str, list[str]]]:
    """Serve on loopback; yield the address and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/secret.mp4", asked
        server.shutdown()
        thread.join()


def test_the_network_cannot_be_reached(
    workspace: Path, visits: tuple[str, list[str]]
) -> None:
    address, asked = visits

    with pytest.raises(FFmpegFailed):
        run(
            raw("-i", address, "out.mp4", output=workspace / "out.mp4"),
            workspace=workspace,
            deadline_s=30,
        )

    assert asked == [] or not is_confined()


def test_files_that_were_not_named_do_not_exist(
    workspace: Path, tmp_path: Path
) -> None:
    secret = media.video(tmp_path / "another-users.mp4")
    command = raw("-i", str(secret), "out.mp4", output=workspace / "out.mp4")

    if is_confined():
        with pytest.raises(FFmpegFailed):
            run(command, workspace=workspace, deadline_s=30)

    named = raw(*command.argv, output=workspace / "out.mp4", reads=(secret,))
    run(named, workspace=workspace, deadline_s=30)
    assert (workspace / "out.mp4").exists()


@pytest.mark.parametrize("place", ["/usr/written", "/written", "../written"])
def test_only_the_workspace_can_be_written(
    place: str, workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    if not is_confined():
        place = "/proc/written"
    fake_ffmpeg(f'echo ok > "$HOME/out.mp4"; echo bad > {place} && exit 3; exit 0')

    run(raw(output=workspace / "out.mp4"), workspace=workspace, deadline_s=30)

    assert not (workspace / place).exists()


def test_sources_cannot_be_changed(
    workspace: Path, tmp_path: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    source = tmp_path / "source.mp4"
    source.write_bytes(b"precious")
    fake_ffmpeg(f'echo ok > "$HOME/out.mp4"; echo bad > {source}; exit 0')

    run(
        raw(output=workspace / "out.mp4", reads=(source,)),
        workspace=workspace,
        deadline_s=30,
    )

    assert source.read_bytes() == b"precious" or not is_confined()


def test_other_processes_cannot_be_seen(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    fake_ffmpeg('echo ok > "$HOME/out.mp4"; ls /proc >> "$HOME/out.mp4"; exit 0')

    run(raw(output=workspace / "out.mp4"), workspace=workspace, deadline_s=30)

    seen = (workspace / "out.mp4").read_text().split()
    assert seen == ["ok"] or not is_confined()


def test_limits_are_what_was_asked_for(
    workspace: Path, fake_ffmpeg: FakeFFmpeg
) -> None:
    fake_ffmpeg('{ ulimit -v; ulimit -t; ulimit -c; nice; } > "$HOME/out.mp4"')

    run(
        raw(output=workspace / "out.mp4"),
        workspace=workspace,
        deadline_s=30,
        memory_bytes=512 * 1024 * 1024,
        cpu_s=17,
        nice=7,
    )

    said = (workspace / "out.mp4").read_text().split()
    assert said == [str(512 * 1024), "17", "0", "7"]


def test_without_bubblewrap_the_program_still_dies_with_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "_runs_in_bwrap", lambda *_: False)

    argv = sandbox.confined(
        [str(ffmpeg_path()), "-version"],
        limits=sandbox.Limits(memory_bytes=10**9, cpu_s=1, file_bytes=0),
    )

    assert "--pdeathsig" in argv
    assert sandbox.isolation(ffmpeg_path()) == "pdeathsig"
