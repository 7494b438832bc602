"""Which yt-dlp reads the sites."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from downloads.pipeline import means


def version() -> str:
    """Of the one in the data directory if there is one, else of the installed one."""
    library = means.library()
    # The folder is named by it; see `pipeline.updating`.
    return library.name if library else _installed()


def _installed() -> str:
    try:
        return installed_version("yt-dlp")
    except PackageNotFoundError:
        return ""
