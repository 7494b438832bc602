"""Scratch directories go with their job, and with its process."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from streamfetch.storage import workspace as workspaces
from streamfetch.storage.errors import DiskFull
from streamfetch.storage.workspace import Workspace, sweep_stale

HOLDER = """
import sys, time
from django.conf import settings
settings.configure(WORKSPACES_ROOT=sys.argv[1])
from streamfetch.storage.workspace import Workspace
with Workspace(label="render") as workspace:
    (workspace / "half.mp4").write_bytes(b"x" * 1000)
    print(workspace.name, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def root(settings) -> Path:
    return Path(settings.WORKSPACES_ROOT)


def age(folder: Path) -> None:
    os.utime(folder, (0, 0))


def test_a_private_directory_that_is_gone_afterwards(root) -> None:
    with Workspace(label="render 1") as workspace:
        assert workspace.path.parent == root
        assert stat.S_IMODE(workspace.path.stat().st_mode) == 0o700
        (workspace / "in").mkdir()
        (workspace / "in" / "source.mp4").write_bytes(b"x")
    assert list(root.iterdir()) == []


def test_two_never_share(root) -> None:
    with Workspace() as one, Workspace() as other:
        assert one.path != other.path


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_gone_after_any_exception(root, error: type[BaseException]) -> None:
    def fail() -> None:
        with Workspace() as workspace:
            (workspace / "half.mp4").write_bytes(b"x")
            raise error

    with pytest.raises(error):
        fail()
    assert list(root.iterdir()) == []


def test_read_only_leftovers_go_too(root) -> None:
    with Workspace() as workspace:
        inner = workspace / "inner"
        inner.mkdir()
        (inner / "file").write_bytes(b"x")
        (inner / "file").chmod(0)
        inner.chmod(0o500)
    assert list(root.iterdir()) == []


def test_links_are_removed_and_not_followed(root, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").touch()
    with Workspace() as workspace:
        (workspace / "link").symlink_to(outside, target_is_directory=True)
    assert (outside / "keep").exists()


def test_no_room_is_said_at_the_start(root) -> None:
    with pytest.raises(DiskFull), Workspace(needs_bytes=2**60):
        pytest.fail("a run began without room")
    assert list(root.iterdir()) == []
    with Workspace() as workspace, pytest.raises(DiskFull):
        workspace.require_free(2**60)
    assert 0 < workspaces.free_bytes() < 2**60


def test_a_killed_process_leaves_nothing_for_long(root, tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        age(root / name)
        assert sweep_stale() == 0
        assert (root / name / "half.mp4").exists()
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert sweep_stale(in_use={name}) == 0
        assert sweep_stale(older_than_s=10**10) == 0
        assert sweep_stale() == 1
    finally:
        process.kill()
        process.communicate()
    assert list(root.iterdir()) == []


def test_a_terminated_process_cleans_up_itself(root) -> None:
    code = "import signal; signal.signal(15, lambda *_: exit(1))\n" + HOLDER
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=10)
    assert list(root.iterdir()) == []


def test_a_child_does_not_keep_the_workspace_of_a_dead_parent(root) -> None:
    """FFmpeg may outlive a killed worker; its files are swept all the same."""
    code = HOLDER.replace(
        "    print",
        "    import subprocess; subprocess.Popen(['sleep', '5'])\n    print",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(root)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        age(root / process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert sweep_stale() == 1
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()


def test_the_sweep_spares_the_living_and_the_young(root) -> None:
    with Workspace() as mine:
        age(mine.path)
        (root / "just-made").mkdir()
        assert sweep_stale() == 0
        age(root / "just-made")
        assert sweep_stale() == 1
        assert mine.path.is_dir()


def test_nothing_to_sweep(root, tmp_path) -> None:
    assert sweep_stale() == 0
    root.mkdir(parents=True)
    (root / "stray").symlink_to(tmp_path)
    (root / "file").touch()
    assert sweep_stale(older_than_s=-1) == 0
    assert (root / "stray").is_symlink()
