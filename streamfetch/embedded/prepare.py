"""Brings database and static files up to date before the server starts.

Each step is remembered by a fingerprint of all it depends on, and left out while
that is unchanged: starting Django for nothing costs seconds.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from streamfetch.embedded.console import Console
from streamfetch.embedded.errors import EmbeddedError

_SHOWN_LINES = 12


class Preparation:
    """Runs `manage.py` steps; fingerprints are kept in `stamps_path` (JSON)."""

    def __init__(
        self,
        *,
        root: Path,
        stamps_path: Path,
        env: Mapping[str, str],
        console: Console,
    ) -> None:
        self._root = root
        self._stamps_path = stamps_path
        self._env = env
        self._console = console

    def migrate(self) -> None:
        """Apply migrations. Raises EmbeddedError when that fails."""
        sources = (
            path
            for package in self._root.iterdir()
            if (package / "__init__.py").exists()
            for path in package.rglob("*.py")
        )
        code = _digest_of_contents([*sources, *self._lock_files()], root=self._root)
        self._step(
            "migrate",
            saying="Bringing the database up to date",
            # What the database itself says has been applied: it may have been
            # dropped, restored or rolled back since.
            fingerprint=lambda: _hash([code, *self._applied_migrations()]),
        )

    def collect_static(self, *, target: Path) -> None:
        """Collect static files into `target`. Raises EmbeddedError on failure."""
        built = self._root / "static" / "dist"
        code = _digest_of_contents(
            [*self._lock_files(), self._root / "streamfetch" / "settings.py"],
            root=self._root,
        )
        self._step(
            "collectstatic",
            saying="Collecting static files",
            fingerprint=lambda: _hash(
                [code, *_listing(built), str(len(_listing(target)))]
            ),
        )

    def _step(
        self, command: str, *, saying: str, fingerprint: Callable[[], str]
    ) -> None:
        stamps = self._stamps()
        if stamps.get(command) == fingerprint():
            return
        self._console.say(saying)
        self._manage(command)
        self._stamps_path.write_text(
            json.dumps({**self._stamps(), command: fingerprint()})
        )

    def _manage(self, command: str) -> None:
        done = subprocess.run(
            [sys.executable, self._root / "manage.py", command, "--noinput", "-v", "1"],
            cwd=self._root,
            env=dict(self._env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        if done.returncode:
            for line in lines[-_SHOWN_LINES:]:
                self._console.of_child(command, line)
            raise EmbeddedError(
                f"manage.py {command} failed: the reason stands above; mend it and "
                "start again"
            )
        applied = sum(line.strip().startswith("Applying ") for line in lines)
        if applied:
            self._console.say(f"  {applied} migrations applied")

    def _applied_migrations(self) -> list[str]:
        client: MongoClient[dict[str, str]] = MongoClient(
            self._env["MONGODB_URI"], serverSelectionTimeoutMS=5000
        )
        try:
            rows = client.get_default_database("streamfetch")[
                "django_migrations"
            ].find()
            return sorted(f"{row['app']}.{row['name']}" for row in rows)
        except PyMongoError as error:
            raise EmbeddedError(
                f"MongoDB does not answer ({type(error).__name__}): check MONGODB_URI"
            ) from error
        finally:
            client.close()

    def _lock_files(self) -> list[Path]:
        return sorted((self._root / "requirements").glob("*.txt"))

    def _stamps(self) -> dict[str, str]:
        try:
            stamps = json.loads(self._stamps_path.read_text())
        except (OSError, ValueError):
            return {}
        return stamps if isinstance(stamps, dict) else {}


def _digest_of_contents(paths: Iterable[Path], *, root: Path) -> str:
    parts = []
    for path in sorted(paths):
        parts += [str(path.relative_to(root)), _hash([path.read_text()])]
    return _hash(parts)


def _listing(folder: Path) -> list[str]:
    return sorted(
        f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in folder.rglob("*")
        if path.is_file()
    )


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
