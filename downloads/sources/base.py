"""What every source can do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from streamfetch.egress.proxy import EgressProxy


@dataclass(frozen=True)
class Fetched:
    """A file that has arrived. `file_name` is the site's word, never a path."""

    path: Path
    file_name: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True)
class Received:
    """How far a fetch is. `total_bytes` None: the site does not say."""

    bytes_downloaded: int
    total_bytes: int | None
    speed_bytes_per_s: float
    eta_s: float | None


OnReceived = Callable[[Received], None]


class Source(Protocol):
    """Fetches one address into a directory, through the filtering proxy."""

    extractor: str

    def fetch(
        self,
        url: str,
        *,
        directory: Path,
        proxy: EgressProxy,
        max_bytes: int,
        on_received: OnReceived,
    ) -> Fetched:
        """Raises `streamfetch.egress.errors.FetchError` and its kin."""
