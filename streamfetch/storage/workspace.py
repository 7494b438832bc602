"""The scratch directory of one job run, and the removal of those left behind.

A lock held on a file inside tells whether its process lives: the kernel lets go
of it with the process, however that ends, and no process id can be mistaken for
another's, not even between containers that share the folder.
"""

import contextlib
import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Collection
from pathlib import Path
from typing import Self
from uuid import uuid4

from django.conf import settings

from streamfetch.storage import disk
from streamfetch.storage.contract import MEBIBYTE

logger = logging.getLogger(__name__)

# Room for MongoDB, Redis and logs, which share the disk.
RESERVE_BYTES = 256 * MEBIBYTE
STALE_AFTER_S = 60.0
_LOCK = ".process"


class Workspace:
    """A private directory (0700) that is gone when the block ends, however it ends.

    `needs_bytes` is what the run will write at most; `DiskFull` is raised at the
    start when there is less, instead of in the middle of a render.
    """

    def __init__(self, *, needs_bytes: int = 0, label: str = "") -> None:
        self._needs_bytes = needs_bytes
        self._label = label
        self._lock: int | None = None
        self.name = uuid4().hex

    @property
    def path(self) -> Path:
        """The directory; it exists inside the `with` block only."""
        return _root() / self.name

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def __enter__(self) -> Self:
        with disk.disk_errors():
            disk.make_folder(_root())
            require_free(self._needs_bytes)
            self.path.mkdir(mode=0o700)
            try:
                self._hold()
            except BaseException:
                self.close()
                raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the directory. Safe to repeat."""
        try:
            if not _remove(self.path):
                logger.warning("Workspace %s is still there; it is swept later", self)
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def require_free(self, needed_bytes: int) -> None:
        """Raise `DiskFull` when that much more does not fit."""
        require_free(needed_bytes)

    def _hold(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self._lock = os.open(self.path / _LOCK, flags, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # For whoever looks into the folder; the lock is what counts.
        about = {"pid": os.getpid(), "began_at": time.time(), "label": self._label}
        os.write(self._lock, json.dumps(about).encode())

    def __str__(self) -> str:
        return f"{self.name} {self._label}".rstrip()


def free_bytes() -> int:
    """What workspaces may still write, with the reserve taken off."""
    disk.make_folder(_root())
    return max(0, shutil.disk_usage(_root()).free - RESERVE_BYTES)


def require_free(needed_bytes: int) -> None:
    """Raise `DiskFull` when workspaces may not write that much."""
    disk.require_free(_root(), needed_bytes=needed_bytes, reserve_bytes=RESERVE_BYTES)


def sweep_stale(
    *, older_than_s: float = STALE_AFTER_S, in_use: Collection[str] = ()
) -> int:
    """Remove workspaces whose process is gone; returns their number.

    Those younger than `older_than_s` (a process may be about to take its lock) and
    those named in `in_use` stay.
    """
    if not _root().is_dir():
        return 0
    cutoff = time.time() - older_than_s
    removed = 0
    for folder in _root().iterdir():
        with contextlib.suppress(FileNotFoundError):
            if folder.name in in_use or folder.lstat().st_mtime > cutoff:
                continue
            if folder.is_dir() and not folder.is_symlink() and not _is_held(folder):
                removed += _remove(folder)
    if removed:
        logger.info("Removed %d workspaces of processes that died", removed)
    return removed


def _root() -> Path:
    return Path(settings.WORKSPACES_ROOT)


def _is_held(folder: Path) -> bool:
    try:
        lock = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _remove(folder: Path) -> bool:
    """Remove a folder, also when something in it was made read-only."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return True
    for inner, _folders, _names in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(inner).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
