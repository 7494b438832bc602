"""What every source can do, and the shapes that pass between it and the pipeline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from downloads.sources.video import Found, Video
from streamfetch.egress.proxy import EgressProxy


@dataclass(frozen=True)
class Received:
    """How far a fetch is. `total_bytes` None: the site does not say."""

    bytes_downloaded: int
    total_bytes: int | None
    speed_bytes_per_s: float
    eta_s: float | None


@dataclass(frozen=True)
class WantedTrack:
    """Subtitles to bring along; `automatic` ones were made by a machine."""

    language: str
    automatic: bool = False


@dataclass(frozen=True)
class FetchedTrack:
    """Subtitles that came, as SRT or WebVTT text in a file."""

    path: Path
    language: str
    name: str
    automatic: bool


@dataclass(frozen=True)
class Wanted:
    """What to fetch. `ready` is what yt-dlp said of these formats a while ago."""

    url: str
    format_id: str = ""
    video: Video | None = None
    ready: dict[str, Any] | None = None
    tracks: tuple[WantedTrack, ...] = ()


@dataclass(frozen=True)
class Fetched:
    """What has arrived: one file, or a picture and a sound to be joined.

    `file_name` is the site's word, never a path. `found` is what the source said
    about the video while fetching, None for a plain file.
    """

    paths: tuple[Path, ...]
    file_name: str
    size_bytes: int
    format_id: str = ""
    found: Found | None = None
    tracks: tuple[FetchedTrack, ...] = field(default=())


OnReceived = Callable[[Received], None]
# Called with what the source found, before anything large is fetched; it may raise.
OnFound = Callable[[Found], None]


@dataclass(frozen=True)
class Means:
    """What a source works with. Directories exist and are the source's alone.

    `directory` keeps what was received when a fetch ends early, so that the next
    one goes on from there. `cookies` is the text of a Netscape cookie file.
    """

    directory: Path
    proxy: EgressProxy
    max_bytes: int
    deadline_s: float
    cookies: str = ""
    should_stop: Callable[[], bool] = lambda: False


class Source(Protocol):
    """Knows one way to get videos, always through the filtering proxy.

    Both raise `SourceFailure`, and `streamfetch.egress.errors` for what the proxy
    refuses.
    """

    extractor: str

    def inspect(self, url: str, *, video_id: str, means: Means) -> Found | None:
        """What is at the address; None where another source has to look."""

    def fetch(
        self,
        wanted: Wanted,
        *,
        means: Means,
        on_received: OnReceived,
        on_found: OnFound,
    ) -> Fetched | None:
        """The file or files; None where another source has to fetch."""
