"""Where a source is in the workspace, and what it was found to be."""

from dataclasses import dataclass
from pathlib import Path

from streamfetch.ffmpeg.probe import MediaInfo


@dataclass(frozen=True)
class SourceFile:
    """A clip's source in the workspace."""

    path: Path
    info: MediaInfo
