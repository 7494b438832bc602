"""Plain file addresses, fetched by ourselves and gone on with after a cut.

Ranges as in RFC 9110, 14: the rest is asked for only if the file is still the one
that the beginning came from (If-Range, or the same total length).
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.message import Message
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from downloads.sources.base import (
    Fetched,
    Means,
    OnFound,
    OnReceived,
    Received,
    Wanted,
)
from downloads.sources.failures import SourceFailure, code_of_status
from downloads.sources.video import FormatChoice, Found, Preset, Video
from streamfetch.egress.client import FetchStream, open_stream
from streamfetch.egress.errors import (
    ConnectionFailed,
    FetchTimeout,
    HttpError,
    Truncated,
)
from streamfetch.egress.relay import too_large
from streamfetch.egress.url import PublicUrl

TELL_EVERY_S = 0.5
MAX_FILE_NAME = 255
FORMAT_ID = "file"
HEAD_BYTES = 512
# Cuts in one fetch, each of which brought something.
MAX_CUTS = 30
PAUSE_S = 0.3
MAX_PAUSE_S = 5.0
# What may differ for yt-dlp, which looks like a browser.
_WORTH_ANOTHER_LOOK = frozenset({401, 403, 405, 406})
_PAGE_TYPES = re.compile(
    r"text/|application/(?:xhtml|xml|json|rss|atom|dash|x-mpegurl|vnd\.apple\.mpegurl)"
    r"|audio/(?:x-)?mpegurl",
    re.IGNORECASE,
)
_PAGE_BEGINNINGS = (b"<", b"#EXTM3U", b"{", b"\xef\xbb\xbf<")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\Z")


def clean_file_name(text: str) -> str:
    """The last part of a name that a site gave, without anything unprintable."""
    last = PurePosixPath(text.replace("\\", "/")).name
    printable = "".join(c for c in last if c.isprintable())
    return re.sub(r"\s+", " ", printable).strip(" .")[:MAX_FILE_NAME]


def name_in(url: PublicUrl) -> str:
    """The file name in an address, or its host: what it is called until it is here."""
    return clean_file_name(unquote(url.target.partition("?")[0])) or url.host


def file_name_of(stream: FetchStream) -> str:
    """From Content-Disposition (RFC 6266), else from the address."""
    message = Message()
    message["Content-Disposition"] = stream.headers.get("content-disposition", "")
    return clean_file_name(message.get_filename() or "") or name_in(stream.url)


def looks_like_page(content_type: str, head: bytes) -> bool:
    """True for what only describes a video: pages, playlists, manifests."""
    if head.lstrip()[:8].startswith(_PAGE_BEGINNINGS):
        return True
    return bool(_PAGE_TYPES.match(content_type))


@dataclass
class _Kept:
    """The beginning of a file that is here already, and what tells it is the same."""

    path: Path
    etag: str = ""
    modified: str = ""
    total: int | None = None
    file_name: str = ""

    @property
    def note(self) -> Path:
        return self.path.with_suffix(".json")

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @classmethod
    def read(cls, path: Path) -> "_Kept":
        kept = cls(path)
        try:
            noted = json.loads(kept.note.read_text())
            kept.etag, kept.modified = noted["etag"], noted["modified"]
            kept.total, kept.file_name = noted["total"], noted["file_name"]
        except (OSError, ValueError, KeyError, TypeError):
            kept.forget()
        return kept

    def write(self) -> None:
        noted = asdict(self)
        noted.pop("path")
        self.note.write_text(json.dumps(noted))

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)
        self.etag = self.modified = self.file_name = ""
        self.total = None

    def headers(self) -> dict[str, str]:
        """The request for the rest; empty where only the whole can be asked for."""
        if not self.size_bytes:
            return {}
        # A weak tag does not promise the same bytes.
        strong = self.etag if not self.etag.startswith("W/") else ""
        validator = strong or self.modified
        if not validator and self.total is None:
            return {}
        asked = {"Range": f"bytes={self.size_bytes}-"}
        return {**asked, "If-Range": validator} if validator else asked

    def is_continued_by(self, stream: FetchStream) -> bool:
        found = _CONTENT_RANGE.match(stream.headers.get("content-range", ""))
        if stream.status != 206 or found is None or int(found[1]) != self.size_bytes:
            return False
        return self.total is None or found[3] == "*" or int(found[3]) == self.total

    def begin(self, stream: FetchStream) -> None:
        self.forget()
        self.etag = stream.headers.get("etag", "")[:200]
        self.modified = stream.headers.get("last-modified", "")[:100]
        self.total = stream.content_length
        self.file_name = file_name_of(stream)
        self.write()


class DirectSource:
    """One file at one address, streamed to disk."""

    extractor = "direct"

    def inspect(self, url: str, *, video_id: str, means: Means) -> Found | None:
        with _opened(url, means=means, max_bytes=None) as stream:
            if stream is None:
                return None
            head = b""
            for block in stream:
                head += block
                if len(head) >= HEAD_BYTES:
                    break
            if looks_like_page(stream.headers.get("content-type", ""), head):
                return None
            return _video(stream, url=url, video_id=video_id)

    def fetch(
        self,
        wanted: Wanted,
        *,
        means: Means,
        on_received: OnReceived,
        on_found: OnFound,
    ) -> Fetched | None:
        kept = _Kept.read(means.directory / "part-0.partial")
        deadline = time.monotonic() + means.deadline_s
        for cut in range(MAX_CUTS):
            before = kept.size_bytes
            try:
                return self._go_on(
                    wanted.url,
                    kept,
                    means=means,
                    on_received=on_received,
                    on_found=on_found,
                )
            except (Truncated, ConnectionFailed, FetchTimeout):
                is_late = time.monotonic() > deadline or cut == MAX_CUTS - 1
                if is_late or means.should_stop() or kept.size_bytes <= before:
                    raise
            time.sleep(min(PAUSE_S * 2**cut, MAX_PAUSE_S))
        raise SourceFailure("network")

    def _go_on(
        self,
        url: str,
        kept: _Kept,
        *,
        means: Means,
        on_received: OnReceived,
        on_found: OnFound,
    ) -> Fetched | None:
        if kept.total is None or kept.size_bytes != kept.total or not kept.total:
            here = self._receive(
                url, kept, means=means, on_received=on_received, on_found=on_found
            )
            if not here:
                return None
        size = kept.size_bytes
        on_received(Received(size, size, 0.0, 0.0))
        return Fetched(
            paths=(kept.path,),
            file_name=kept.file_name,
            size_bytes=size,
            format_id=FORMAT_ID,
        )

    def _receive(
        self,
        url: str,
        kept: _Kept,
        *,
        means: Means,
        on_received: OnReceived,
        on_found: OnFound,
    ) -> bool:
        headers = kept.headers()
        with _opened(
            url, means=means, max_bytes=means.max_bytes, headers=headers
        ) as stream:
            if stream is None:
                if not headers:
                    return False
                # The range is not to be had: from the beginning.
                kept.forget()
                return self._receive(
                    url, kept, means=means, on_received=on_received, on_found=on_found
                )
            goes_on = bool(headers) and kept.is_continued_by(stream)
            if headers and not goes_on and stream.status == 206:
                kept.forget()
                raise Truncated(
                    "The file at the address has changed. It is fetched anew.",
                    received_bytes=0,
                    expected_bytes=None,
                )
            if not goes_on:
                kept.begin(stream)
            on_found(_video(stream, url=url, video_id="", total=kept.total))
            return _write(stream, kept, means=means, on_received=on_received)


def _write(
    stream: FetchStream, kept: _Kept, *, means: Means, on_received: OnReceived
) -> bool:
    """Append the body. False, and nothing kept, when it is only a page."""
    began_at_bytes = kept.size_bytes
    started = told = time.monotonic()
    # Unbuffered: what was received survives the death of this process.
    with kept.path.open("ab", buffering=0) as file:
        for block in stream:
            if began_at_bytes + stream.received_bytes > means.max_bytes:
                raise too_large(means.max_bytes)
            is_first = began_at_bytes == 0 and stream.received_bytes == len(block)
            content_type = stream.headers.get("content-type", "")
            if is_first and looks_like_page(content_type, block[:HEAD_BYTES]):
                kept.forget()
                return False
            file.write(block)
            now = time.monotonic()
            if now - told >= TELL_EVERY_S:
                told = now
                on_received(_received(stream, kept, began_at_bytes, now - started))
    return True


def _received(
    stream: FetchStream, kept: _Kept, began_at_bytes: int, elapsed_s: float
) -> Received:
    speed = stream.received_bytes / max(elapsed_s, 0.001)
    count = began_at_bytes + stream.received_bytes
    eta_s = (kept.total - count) / speed if kept.total and speed else None
    return Received(
        bytes_downloaded=count,
        total_bytes=kept.total,
        speed_bytes_per_s=speed,
        eta_s=eta_s,
    )


@contextmanager
def _opened(
    url: str,
    *,
    means: Means,
    max_bytes: int | None,
    headers: dict[str, str] | None = None,
) -> Iterator[FetchStream | None]:
    """The answer, or None where it is an error that another request may not get."""
    try:
        context = open_stream(
            url,
            proxy=means.proxy,
            max_bytes=max_bytes,
            max_seconds=means.deadline_s,
            headers=headers,
        )
        stream = context.__enter__()
    except HttpError as error:
        if error.status in _WORTH_ANOTHER_LOOK or (headers and error.status == 416):
            yield None
            return
        raise SourceFailure(
            code_of_status(error.status), retry_after_s=error.retry_after_seconds
        ) from error
    try:
        yield stream
    finally:
        context.__exit__(None, None, None)


def _video(
    stream: FetchStream, *, url: str, video_id: str, total: int | None = None
) -> Video:
    name = file_name_of(stream)
    container = PurePosixPath(name).suffix.lower().removeprefix(".")[:10]
    content_type = stream.headers.get("content-type", "")
    is_audio = content_type.startswith("audio/")
    size = total if total is not None else stream.content_length
    one = FormatChoice(
        format_id=FORMAT_ID,
        kind="audio" if is_audio else "video+audio",
        container=container,
        size_bytes=size,
        protocol=stream.url.scheme,
    )
    preset = Preset(
        name="audio" if is_audio else "best",
        format_id=FORMAT_ID,
        size_bytes=size,
        container=container,
    )
    return Video(
        id=video_id,
        url=url,
        extractor="direct",
        title=(PurePosixPath(name).stem or name)[:200],
        channel=stream.url.host,
        formats=[one],
        presets=[preset],
        default_format_id=FORMAT_ID,
    )
