"""Does storage work right now? For `/readyz`."""

import threading
import time
from uuid import uuid4

from django.utils.translation import gettext as _

from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.errors import StorageUnavailable
from streamfetch.storage.workspace import Workspace

PING_TIMEOUT_S = 2.5
_asking = threading.Lock()


def ping(*, timeout_s: float = PING_TIMEOUT_S) -> float:
    """Write, read and delete a tiny object; returns the seconds it took.

    Raises `StorageUnavailable` (also when no answer comes within `timeout_s`) and
    `DiskFull`. One question is asked at a time: a storage that hangs is not given
    another thread to hang for every health check.
    """
    started = time.monotonic()
    if not _asking.acquire(timeout=timeout_s):
        raise _no_answer()
    failures: list[Exception] = []

    def ask() -> None:
        try:
            _round_trip()
        except Exception as error:
            # Raised again by the asker: a thread's own error reaches nobody.
            failures.append(error)
        finally:
            _asking.release()

    thread = threading.Thread(target=ask, name="storage-ping", daemon=True)
    thread.start()
    thread.join(max(0.0, started + timeout_s - time.monotonic()))
    if thread.is_alive():
        raise _no_answer()
    if failures:
        raise failures[0]
    return time.monotonic() - started


def _round_trip() -> None:
    storage = media_storage()
    probe_id = uuid4()
    key = keys.probe(probe_id)
    content = probe_id.bytes
    with Workspace() as workspace:
        path = workspace.path / "probe"
        path.write_bytes(content)
        storage.save_file(path, key, consume=True)
    try:
        found = storage.read_range(key, 0, len(content))
    finally:
        storage.remove(key)
    if found != content:
        raise StorageUnavailable(_("The file storage returns other bytes than sent."))


def _no_answer() -> StorageUnavailable:
    return StorageUnavailable(_("The file storage does not answer in time."))
