"""Where the embedded services keep things, and the lock that makes one owner."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamfetch.embedded.errors import AlreadyRunning, EmbeddedError

MAX_LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class DataDirectory:
    """The folders below STREAMFETCH_DATA_DIR that this package owns."""

    root: Path

    @property
    def mongodb(self) -> Path:
        return self.root / "mongodb"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    def log_path(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    def rotate_log(self, name: str) -> None:
        """Put the log of a process aside when it has grown large."""
        path = self.log_path(name)
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))

    def create(self) -> None:
        """Make the folders, readable by their owner only.

        Raises EmbeddedError when they cannot be made.
        """
        try:
            for folder in (self.root, self.mongodb, self.redis, self.logs, self.run):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot write to {self.root} ({error.strerror}): set "
                "STREAMFETCH_DATA_DIR to a folder of yours"
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Own the directory. The kernel frees the lock when its owner dies.

        Raises AlreadyRunning, naming the owner's process id.
        """
        self.create()
        with (self.run / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise AlreadyRunning(
                    f"StreamFetch already runs on {self.root} (process "
                    f"{lock.read().strip() or 'unknown'}): stop it, or set "
                    "STREAMFETCH_DATA_DIR to another folder"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield
