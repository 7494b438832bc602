"""Looks into the beginning of a plain file, so that its formats are known before it
is fetched.

The beginning, and where an MP4 has its index at the end that too, are put into a
file with a hole in it; a confined process reads the header and draws one picture.
"""

import logging
from pathlib import Path

from downloads.pipeline.thumbnails import data_url
from downloads.sources.base import Means
from downloads.sources.formats import plays_as_is
from downloads.sources.video import Video
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import FetchError, InvalidUrl, UnsafeUrl
from streamfetch.ffmpeg import probe
from streamfetch.ffmpeg.errors import FFmpegError
from streamfetch.ffmpeg.probe import MediaInfo

logger = logging.getLogger(__name__)

HEAD_BYTES = 1024 * 1024
MAX_INDEX_BYTES = 8 * 1024 * 1024
MAX_S = 8.0
MAX_BOXES = 100
MAX_OFFSET = 2**45


def add_details(video: Video, *, means: Means) -> None:
    """Fill in what the file itself says. It is no worse a video without."""
    path = means.directory / "glance"
    try:
        _fetch_ends(video.url, path, means=means)
        info = probe.glance(path, timeout_s=MAX_S)
    except (FetchError, InvalidUrl, UnsafeUrl, FFmpegError, OSError) as error:
        logger.info("Nothing more is known of %s: %s", video.id, error)
        return
    describe(video, info)
    video.thumbnail = data_url(path, info, workspace=means.directory)


def describe(video: Video, info: MediaInfo) -> None:
    """Put what a header says into the one format of a plain file."""
    one = video.formats[0]
    video.duration_ms = info.duration_ms or None
    one.kind = "video+audio" if info.video and info.audio else "video"
    if info.video:
        one.width, one.height = info.video.display_width, info.video.display_height
        one.fps = round(float(info.video.fps), 3) or None
        one.video_codec = info.video.codec
        one.hdr = "HDR" if info.video.is_hdr else ""
    else:
        one.kind = "audio"
    one.audio_codec = info.audio.codec if info.audio else ""
    one.container = one.container or info.container
    one.plays_as_is = plays_as_is(one)
    for preset in video.presets:
        preset.name = "audio" if one.kind == "audio" else "best"
        preset.height = one.height
        preset.plays_as_is = one.plays_as_is


def _fetch_ends(url: str, path: Path, *, means: Means) -> None:
    head = _read(url, 0, HEAD_BYTES, means=means)
    with path.open("wb") as file:
        file.write(head)
        at = _index_at(head)
        if at is not None:
            file.seek(at)
            file.write(_read(url, at, MAX_INDEX_BYTES, means=means))


def _read(url: str, start: int, most: int, *, means: Means) -> bytes:
    found = bytearray()
    headers = {"Range": f"bytes={start}-{start + most - 1}"}
    with open_stream(
        url, proxy=means.proxy, max_seconds=MAX_S, headers=headers
    ) as stream:
        if start and stream.status != 206:
            return b""
        for block in stream:
            found += block
            if len(found) >= most:
                break
    return bytes(found[:most])


def _index_at(head: bytes) -> int | None:
    """Where an MP4 goes on after its media (ISO/IEC 14496-12, 4.2), if not in `head`.

    None for other files, and where the index is among the first bytes.
    """
    if head[4:8] != b"ftyp":
        return None
    at = 0
    for _box in range(MAX_BOXES):
        header = head[at : at + 16]
        if len(header) < 16:
            return at if len(head) < at < MAX_OFFSET else None
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:], "big")
        if header[4:8] == b"moov" or size < 8:
            return None
        at += size
    return None
