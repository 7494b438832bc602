"""Plain file addresses."""

import re
import time
from email.message import Message
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from downloads.sources.base import Fetched, OnReceived, Received
from streamfetch.egress.client import FetchStream, open_stream
from streamfetch.egress.proxy import EgressProxy
from streamfetch.egress.url import PublicUrl

TELL_EVERY_S = 0.5
MAX_FILE_NAME = 255


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


class DirectSource:
    """One file at one address, streamed to disk."""

    extractor = "direct"

    def fetch(
        self,
        url: str,
        *,
        directory: Path,
        proxy: EgressProxy,
        max_bytes: int,
        on_received: OnReceived,
    ) -> Fetched:
        target = directory / "download"
        started = told = time.monotonic()
        with (
            open_stream(url, proxy=proxy, max_bytes=max_bytes) as stream,
            target.open("wb") as file,
        ):
            for block in stream:
                file.write(block)
                now = time.monotonic()
                if now - told >= TELL_EVERY_S:
                    told = now
                    on_received(_received(stream, now - started))
            on_received(_received(stream, time.monotonic() - started))
            return Fetched(
                path=target,
                file_name=file_name_of(stream),
                size_bytes=stream.received_bytes,
                content_type=stream.headers.get("content-type", ""),
            )


def _received(stream: FetchStream, elapsed_s: float) -> Received:
    speed = stream.received_bytes / max(elapsed_s, 0.001)
    total = stream.content_length
    eta_s = (total - stream.received_bytes) / speed if total and speed else None
    return Received(
        bytes_downloaded=stream.received_bytes,
        total_bytes=total,
        speed_bytes_per_s=speed,
        eta_s=eta_s,
    )
