"""The picture that a site shows for a video: small enough to stand in an answer, or
as the poster of what was fetched.

Pages may not load pictures from other sites, and a picture's decoder must not be
this process: it is fetched through the proxy and made anew by a confined FFmpeg.
"""

import base64
import logging
from pathlib import Path

from downloads.sources.video import Video
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import FetchError, InvalidUrl, UnsafeUrl
from streamfetch.egress.proxy import EgressProxy
from streamfetch.ffmpeg import probe, runner
from streamfetch.ffmpeg.errors import FFmpegError
from streamfetch.ffmpeg.probe import MediaInfo
from streamfetch.ffmpeg.stills import still
from streamfetch.storage.workspace import Workspace

logger = logging.getLogger(__name__)

MAX_BYTES = 4 * 1024 * 1024
MAX_S = 8.0
WIDTH = 480
POSTER_WIDTH = 960
QUALITY = 60
MAX_MADE_BYTES = 120_000


def thumbnail_of(video: Video, *, proxy: EgressProxy, workspace: Workspace) -> str:
    """A data: URL with a JPEG, or empty: a video is no worse without its picture."""
    source = workspace.path / "thumbnail"
    info = _fetched(video, source, proxy=proxy)
    return data_url(source, info, workspace=workspace.path) if info else ""


def poster_of(video: Video, *, proxy: EgressProxy, workspace: Workspace) -> Path | None:
    """A JPEG in the workspace, as large as posters are, or None."""
    source = workspace.path / "thumbnail"
    info = _fetched(video, source, proxy=proxy)
    if info is None or info.video is None:
        return None
    made = workspace.path / "poster.jpg"
    command = still(source, made, info=info, max_width=POSTER_WIDTH)
    try:
        runner.run(command, workspace=workspace.path, deadline_s=MAX_S)
    except (FFmpegError, OSError) as error:
        # The film is here; it must not fail for its picture.
        logger.info("No poster of %s: %s", video.id, error)
        return None
    return made


def _fetched(video: Video, source: Path, *, proxy: EgressProxy) -> MediaInfo | None:
    if not video.thumbnail_url:
        return None
    try:
        with open_stream(
            video.thumbnail_url, proxy=proxy, max_bytes=MAX_BYTES, max_seconds=MAX_S
        ) as stream:
            source.write_bytes(b"".join(stream))
        return probe.probe(source, timeout_s=MAX_S)
    except (FetchError, InvalidUrl, UnsafeUrl, FFmpegError, OSError) as error:
        logger.info("No picture of %s: %s", video.id, error)
        return None


def data_url(source: Path, info: MediaInfo, *, workspace: Path) -> str:
    """The first picture of `source`, or empty."""
    made = workspace / "thumbnail.jpg"
    if info.video is None:
        return ""
    try:
        command = still(source, made, info=info, max_width=WIDTH, quality=QUALITY)
        runner.run(command, workspace=workspace, deadline_s=MAX_S)
        data = made.read_bytes()
    except (FFmpegError, OSError, ValueError) as error:
        logger.info("No picture of %s: %s", source.name, error)
        return ""
    if len(data) > MAX_MADE_BYTES:
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()
