"""Where the beginnings of downloads lie until they are whole.

Unlike a Workspace they survive a pause and the death of the worker, so each belongs
to a download, not to a run. A lock keeps two runs of one download apart.
"""

import contextlib
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from downloads.models import Download
from downloads.sources.failures import SourceFailure
from streamfetch.jobs.models import ACTIVE, State
from streamfetch.storage import disk

logger = logging.getLogger(__name__)

_LOCK = ".run"


def root() -> Path:
    return Path(settings.DOWNLOADS_ROOT) / "partial"


def directory_of(download_id: UUID) -> Path:
    return root() / download_id.hex


@contextlib.contextmanager
def held(download_id: UUID) -> Iterator[Path]:
    """The directory of a download, for this run alone.

    Raises `SourceFailure` when another run has not let go of it yet.
    """
    directory = directory_of(download_id)
    with disk.disk_errors():
        disk.make_folder(root())
        directory.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SourceFailure("reader_died") from error
        yield directory
    finally:
        os.close(lock)


def remove(download_id: UUID) -> None:
    """Safe to repeat."""
    shutil.rmtree(directory_of(download_id), ignore_errors=True)


def sweep() -> int:
    """Remove what no download will go on with; returns how many."""
    if not root().is_dir():
        return 0
    removed = 0
    for directory in root().iterdir():
        try:
            download_id = UUID(hex=directory.name)
        except ValueError:
            continue
        download = Download.objects.filter(pk=download_id).first()
        if download is not None and _is_wanted(download):
            continue
        shutil.rmtree(directory, ignore_errors=True)
        removed += 1
    if removed:
        logger.info("Removed the beginnings of %d downloads", removed)
    return removed


def _is_wanted(download: Download) -> bool:
    if download.state in ACTIVE:
        return True
    ended = download.finished_at
    recent = ended is not None and ended > Download.keeps_partials_since()
    return download.state == State.FAILED and recent
