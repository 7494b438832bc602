"""A newer yt-dlp is taken into use only if it still does the work."""

from pathlib import Path
from typing import Any

import pytest
import yt_dlp

from downloads.pipeline import means
from downloads.pipeline.updating import CanaryFailed
from downloads.services import reader, updates

PACKAGE = Path(yt_dlp.__file__).parent
INSTALLED = yt_dlp.version.__version__


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.DOWNLOADS_ROOT = tmp_path
    return tmp_path


def install_working(folder: Path) -> None:
    folder.mkdir()
    (folder / "yt_dlp").symlink_to(PACKAGE)


def install_broken(folder: Path) -> None:
    (folder / "yt_dlp").mkdir(parents=True)
    (folder / "yt_dlp" / "__init__.py").write_text("raise RuntimeError('broken')\n")


def test_one_that_works_is_used_and_a_broken_one_is_not(own_folder: Path) -> None:
    assert means.library() is None
    forgotten = own_folder / "yt-dlp" / "2020.01.01"
    forgotten.mkdir(parents=True)
    assert updates.update(install_working) == INSTALLED
    in_use = means.library()
    assert in_use == own_folder / "yt-dlp" / INSTALLED
    with pytest.raises(CanaryFailed):
        updates.update(install_broken)
    assert means.library() == in_use
    assert reader.version() == INSTALLED
    # Nothing of the broken one is left, nor of one from long ago.
    left = sorted(path.name for path in (own_folder / "yt-dlp").iterdir())
    assert left == [INSTALLED, "current"]
    updates.roll_back()
    assert means.library() is None
