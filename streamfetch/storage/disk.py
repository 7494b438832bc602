"""File operations that survive a crash and stay below one folder.

Knows paths and descriptors only; keys and uploads are other modules' business.
"""

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from django.utils.translation import gettext as _

from streamfetch.storage.errors import DiskFull, StorageUnavailable

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNUSABLE = {
    errno.EACCES,
    errno.EEXIST,
    errno.EIO,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
    errno.ESTALE,
}
COPY_UNSUPPORTED = {
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.EPERM,
}
BLOCK_BYTES = 1024 * 1024
DIRECTORY_MODE = 0o750
# A stored file is never written again, and hard links of it go to workspaces.
STORED_MODE = 0o440


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what the disk reports into `DiskFull` and `StorageUnavailable`."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull from error
        if error.errno in UNUSABLE:
            raise StorageUnavailable(
                _("The server cannot use its data folder: %(reason)s.")
                % {"reason": error.strerror}
            ) from error
        raise


def require_free(folder: Path, *, needed_bytes: int, reserve_bytes: int) -> None:
    """Raise `DiskFull` when `needed_bytes` would leave less than the reserve."""
    if shutil.disk_usage(folder).free < needed_bytes + reserve_bytes:
        raise DiskFull


def make_folder(path: Path) -> None:
    """Create a folder and its parents so that they survive a power cut."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(path: Path) -> None:
    """Make names that were added to or removed from a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_beneath(root: Path, relative: str) -> int:
    """Open a regular file below `root` for reading; returns its descriptor.

    Every component is opened on its own without following links, so no symbolic
    link below `root` leads out of it, not even one swapped in at this moment.
    Raises `FileNotFoundError`, also for links and folders.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *parents, name = relative.split("/")
        for parent in parents:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            inner = os.open(parent, flags, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Not blocking: somebody may have put a named pipe there.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise FileNotFoundError(relative) from error
        raise
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(relative)
    return descriptor


def copy_range(source: int, target: int, *, count: int, target_offset: int = 0) -> int:
    """Copy `count` bytes between files, inside the kernel where it can (sharing
    blocks on file systems that do). Returns the bytes copied: fewer when the
    source ends before."""
    copied = 0
    in_kernel = hasattr(os, "copy_file_range")
    while copied < count:
        left = count - copied
        try:
            if in_kernel:
                step = os.copy_file_range(
                    source, target, left, copied, target_offset + copied
                )
            else:
                block = os.pread(source, min(BLOCK_BYTES, left), copied)
                step = os.pwrite(target, block, target_offset + copied)
        except OSError as error:
            if not in_kernel or error.errno not in COPY_UNSUPPORTED:
                raise
            in_kernel = False
            continue
        if step == 0:
            break
        copied += step
    return copied


class Incoming:
    """A file on its way in: invisible until it is published, gone otherwise.

    A context manager; two writers of one key never see each other's bytes.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self.descriptor, name = tempfile.mkstemp(dir=folder)
        self.path = Path(name)
        self.size_bytes = 0

    def write(self, blocks: Sequence[bytes]) -> None:
        """Append; blocking, so call it from a worker thread."""
        # The buffers come one by one: writev takes at most IOV_MAX of them.
        for block in blocks:
            view = memoryview(block)
            while view:
                written = os.write(self.descriptor, view)
                self.size_bytes += written
                view = view[written:]

    def publish(self, target: Path) -> None:
        """Put the file under its name, replacing what was there, durably."""
        os.fchmod(self.descriptor, STORED_MODE)
        os.fsync(self.descriptor)
        replace(self.path, target)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop whatever was not published. Safe to repeat."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
            self.path.unlink(missing_ok=True)


def replace(source: Path, target: Path) -> None:
    """Rename durably into a folder that somebody may be pruning meanwhile."""
    for attempt in range(5):
        try:
            make_folder(target.parent)
            source.replace(target)
            sync_folder(target.parent)
        except FileNotFoundError:
            if attempt == 4 or not source.exists():
                raise
        else:
            return


def prune(folder: Path, *, root: Path) -> None:
    """Remove a folder and its parents below `root` as far as they are empty."""
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
