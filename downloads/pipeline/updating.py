"""Takes a newer yt-dlp into use, if it can still do the work.

Versions lie side by side below the data directory; `current` names the one in use
and is switched in one step. A version that fails the canary is removed, so the one
before stays in use.
"""

import contextlib
import http.server
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from downloads.sources.base import Means, Wanted
from downloads.sources.video import Video
from downloads.sources.ytdlp import YtDlpSource
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.proxy import EgressProxy
from streamfetch.errors import DomainError

CANARY_S = 60.0
MAX_BYTES = 16 * 1024 * 1024
_VERSION = re.compile(r"\d{4}\.\d{1,2}\.\d{1,2}(\.\w+)?\Z")
# 2,000 bytes that need be no video: the canary compares them only.
_CONTENT = bytes(range(250)) * 8
_PAGE = (
    b"<!doctype html><title>Canary</title>"
    b'<meta property="og:title" content="Canary"><video src="/canary.mp4"></video>'
)


class CanaryFailed(DomainError):
    """The new version cannot do what the one in use can."""

    code = "canary_failed"


def root() -> Path:
    return Path(settings.DOWNLOADS_ROOT) / "yt-dlp"


@contextlib.contextmanager
def incoming() -> Iterator[Path]:
    """A folder to install into, on the disk where versions are kept."""
    root().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root(), prefix="incoming-") as folder:
        yield Path(folder)


def adopt(folder: Path) -> str:
    """Take the yt-dlp in `folder` into use and return its version.

    Raises `CanaryFailed`; the version in use is the one before then. `folder` is
    moved away from.
    """
    library = folder / "library"
    with tempfile.TemporaryDirectory(dir=root(), prefix="canary-") as scratch:
        version = _proved(library, scratch=Path(scratch))
    kept = root() / version
    if kept.exists():
        shutil.rmtree(kept)
    library.rename(kept)
    before = (root() / "current").resolve()
    _point_to(kept)
    _remove_others({kept.resolve(), before})
    return version


def roll_back() -> None:
    """Use the installed yt-dlp again. Safe to repeat."""
    (root() / "current").unlink(missing_ok=True)


def _remove_others(kept: set[Path]) -> None:
    """All versions but the one in use and the one before, which a download that is
    under way may still be running."""
    for folder in root().iterdir():
        if _VERSION.match(folder.name) and folder.resolve() not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _point_to(folder: Path) -> None:
    waiting = root() / "next"
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(folder.name)
    # Over the old name in one step: a worker finds one or the other.
    os.replace(waiting, root() / "current")


def _proved(library: Path, *, scratch: Path) -> str:
    source = YtDlpSource(library=library, cache_dir=scratch / "cache")
    try:
        version = source.version(directory=scratch)
        if not _VERSION.match(version):
            raise CanaryFailed(_("It does not say which version it is."))
        with _local_page() as port, _proxy(port) as proxy:
            means = Means(
                directory=scratch,
                proxy=proxy,
                max_bytes=MAX_BYTES,
                deadline_s=CANARY_S,
            )
            _fetch_canary(source, f"http://127.0.0.1:{port}/page", means=means)
    except CanaryFailed:
        raise
    except DomainError as error:
        raise CanaryFailed(
            _("It could not fetch a page on this machine: %(reason)s")
            % {"reason": error.detail}
        ) from error
    return version


def _fetch_canary(source: YtDlpSource, url: str, *, means: Means) -> None:
    found = source.inspect(url, video_id="canary", means=means)
    if not isinstance(found, Video) or not found.default_format_id:
        raise CanaryFailed(_("It did not find the video on a page on this machine."))
    fetched = source.fetch(
        Wanted(url=url, format_id=found.default_format_id, video=found),
        means=means,
        on_received=lambda _received: None,
        on_found=lambda _found: None,
    )
    if fetched is None or fetched.paths[0].read_bytes() != _CONTENT:
        raise CanaryFailed(_("What it fetched is not what the page has."))


def _proxy(port: int) -> EgressProxy:
    return EgressProxy(AllowedHosts.parse(f"127.0.0.1:{port}"))


@contextlib.contextmanager
def _local_page() -> Iterator[int]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._head()

        def do_GET(self) -> None:
            self.wfile.write(self._head())

        def _head(self) -> bytes:
            is_file = self.path.startswith("/canary.mp4")
            body = _CONTENT if is_file else _PAGE
            self.send_response(200)
            kind = "video/mp4" if is_file else "text/html"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            return body

        def log_message(self, *_arguments: object) -> None:
            """The command tells what matters."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
