"""What is known about the segments of one playable track. Numbers only.

A track is one rung of the ladder or the sound; its segments lie in storage, and
manifests, jobs and tests speak of them in these terms.
"""

from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict

from streamfetch.ffmpeg.probe import MediaInfo

SOUND = "audio"
HLS_MASTER = "master.m3u8"
DASH_MANIFEST = "manifest.mpd"
MANIFEST = "manifest.json"
THUMBNAILS_INDEX = "thumbnails.vtt"
# Of the sound that we encode, samples per second.
SAMPLE_RATE = 48_000
PEAKS_PER_S = 50


class Segment(BaseModel):
    """One media segment: its bytes, its length in ticks and its samples."""

    model_config = ConfigDict(frozen=True)

    size_bytes: int
    ticks: int
    samples: int


class Track(BaseModel):
    """One rung (`width` and `height` in pixels, `frame_rate` rational) or sound.

    `timescale` is ticks per second; `codec` is the RFC 6381 name that players ask
    for. Segment n (from 1) is `segment_name(n)` below the folder `name`.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Literal["video", "audio"]
    codec: str
    timescale: int
    segments: tuple[Segment, ...]
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    sample_rate: int | None = None
    channels: int | None = None

    @property
    def ticks(self) -> int:
        return sum(segment.ticks for segment in self.segments)

    @property
    def duration(self) -> Fraction:
        """Seconds, exactly: the sum of the segments."""
        return Fraction(self.ticks, self.timescale)

    @property
    def samples(self) -> int:
        return sum(segment.samples for segment in self.segments)

    @property
    def size_bytes(self) -> int:
        return sum(segment.size_bytes for segment in self.segments)


class ChunkPlan(BaseModel):
    """A part of a ladder that one worker makes alone.

    The frames `first_frame` up to, not including, `end_frame` (None: the last) of
    the rungs named; `cuts` are those of the whole that lie within. Without rungs it
    is the sound, all of it. Its first segment is `first_segment` of the track.
    """

    model_config = ConfigDict(frozen=True)

    stage: str
    number: int
    spec: str
    info: MediaInfo
    rungs: tuple[str, ...] = ()
    rate: str = "0"
    first_frame: int = 0
    end_frame: int | None = None
    cuts: tuple[int, ...] = ()
    first_segment: int = 1


class ChunkResult(BaseModel):
    """What a chunk became: its stretch of each track, and a digest of each track's
    beginning, which has to be the same for all chunks."""

    model_config = ConfigDict(frozen=True)

    tracks: tuple[Track, ...]
    inits: dict[str, str]


class FirstPart(BaseModel):
    """What processing has made when it lets others go first: what the source is, the
    tracks that are stored, and the grid (see `ladder`) that the others must keep."""

    model_config = ConfigDict(frozen=True)

    info: MediaInfo
    tracks: tuple[Track, ...]
    rate: str
    frame_count: int
    cuts: tuple[int, ...]


def init_name(track: str) -> str:
    """Name of a track's initialisation segment, below the rendition's folder."""
    return f"{track}/init.mp4"


def segment_name(track: str, number: int) -> str:
    """Name of segment `number` (from 1) of a track."""
    return f"{track}/seg-{number:05}.m4s"


def playlist_name(track: str) -> str:
    """Name of a track's HLS playlist."""
    return f"{track}/index.m3u8"
