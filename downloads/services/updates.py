"""What an operator may do about the reader of sites."""

from collections.abc import Callable
from pathlib import Path

from downloads.pipeline import updating

# Puts a yt-dlp into the folder it is given.
Install = Callable[[Path], None]


def update(install: Install) -> str:
    """Install, try, take into use; the version. Raises `CanaryFailed`."""
    with updating.incoming() as folder:
        install(folder / "library")
        return updating.adopt(folder)


def roll_back() -> None:
    updating.roll_back()
