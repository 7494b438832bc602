"""File operations: full disks, broken disks, copies that survive them."""

import errno
import os
from pathlib import Path

import pytest

from streamfetch.storage import disk
from streamfetch.storage.errors import DiskFull, StorageUnavailable


@pytest.mark.parametrize(
    ("number", "raised"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EFBIG, DiskFull),
        (errno.EIO, StorageUnavailable),
        (errno.EROFS, StorageUnavailable),
        (errno.EACCES, StorageUnavailable),
        (errno.ENOENT, FileNotFoundError),
    ],
)
def test_what_a_disk_reports_is_told_in_our_words(number: int, raised: type) -> None:
    with pytest.raises(raised), disk.disk_errors():
        raise OSError(number, os.strerror(number))


def test_a_full_device(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100)
    with (
        source.open("rb") as reading,
        Path("/dev/full").open("wb", 0) as full,
        pytest.raises(DiskFull),
        disk.disk_errors(),
    ):
        disk.copy_range(reading.fileno(), full.fileno(), count=100)


@pytest.mark.parametrize("in_kernel", [True, False])
def test_copying_to_an_offset(tmp_path: Path, monkeypatch, in_kernel: bool) -> None:
    if not in_kernel:
        monkeypatch.delattr(os, "copy_file_range")
    content = os.urandom(3 * disk.BLOCK_BYTES + 7)
    (tmp_path / "source").write_bytes(content)
    with (
        (tmp_path / "source").open("rb") as source,
        (tmp_path / "target").open("wb") as target,
    ):
        numbers = (source.fileno(), target.fileno())
        copied = disk.copy_range(*numbers, count=len(content), target_offset=5)
        assert copied == len(content)
        # Asked for more than there is: says how much it was.
        assert disk.copy_range(*numbers, count=2 * len(content)) == len(content)
    assert (tmp_path / "target").read_bytes()[-2:] == content[-2:]


def test_an_unpublished_file_leaves_nothing(tmp_path: Path) -> None:
    with disk.Incoming(tmp_path / "incoming") as incoming:
        incoming.write([b"abc", b"def"])
        assert incoming.size_bytes == 6
        assert incoming.path.read_bytes() == b"abcdef"
    incoming.close()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_publishing_into_a_folder_that_is_pruned_again_and_again(
    tmp_path: Path,
) -> None:
    for number in range(20):
        with disk.Incoming(tmp_path / "incoming") as incoming:
            incoming.write([b"x"])
            target = tmp_path / "root" / "a" / "b" / str(number)
            incoming.publish(target)
        target.unlink()
        disk.prune(target.parent, root=tmp_path / "root")
        assert list((tmp_path / "root").iterdir()) == []
