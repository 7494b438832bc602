"""What a site says about a video: the shapes that pages, API and cache share."""

from typing import Literal

from pydantic import BaseModel, Field

MAX_ENTRIES = 10_000
MAX_FORMATS = 300
MAX_TRACKS = 300

FormatKind = Literal["video+audio", "video", "audio"]
PresetName = Literal["best", "1080p", "720p", "audio", "smallest"]


class FormatChoice(BaseModel):
    """One file that the site offers. Sizes in bytes, rates in kilobits a second."""

    format_id: str
    kind: FormatKind
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_codec: str = ""
    audio_codec: str = ""
    container: str = ""
    size_bytes: int | None = None
    size_is_estimate: bool = False
    bit_rate_kbps: float | None = None
    hdr: str = ""
    audio_language: str = ""
    # Above 0: the site says that this is the original language, below: a dubbed one.
    language_preference: int = 0
    protocol: str = ""
    note: str = ""
    # Every current browser plays it without conversion.
    plays_as_is: bool = False


class Preset(BaseModel):
    """A ready choice: `format_id` is one format, or two joined with +."""

    name: PresetName
    format_id: str
    height: int | None = None
    size_bytes: int | None = None
    container: str = ""
    plays_as_is: bool = False


class SubtitleTrack(BaseModel):
    language: str
    name: str = ""
    automatic: bool = False


class Chapter(BaseModel):
    start_ms: int
    end_ms: int
    title: str = ""


class Entry(BaseModel):
    """One video of a playlist or channel, as far as the list itself says."""

    id: str
    url: str
    title: str = ""
    channel: str = ""
    duration_ms: int | None = None


class Video(BaseModel):
    """One video and everything that can be chosen about it."""

    kind: Literal["video"] = "video"
    id: str
    url: str
    extractor: str
    site_id: str = ""
    title: str = ""
    channel: str = ""
    description: str = ""
    duration_ms: int | None = None
    published_on: str = ""
    view_count: int | None = None
    age_limit: int = 0
    # Address of the picture at the site; pages show `thumbnail`, a data: URL.
    thumbnail_url: str = ""
    thumbnail: str = ""
    storyboard: bool = False
    formats: list[FormatChoice] = Field(default_factory=list, max_length=MAX_FORMATS)
    presets: list[Preset] = Field(default_factory=list)
    default_format_id: str = ""
    subtitles: list[SubtitleTrack] = Field(default_factory=list)
    chapters: list[Chapter] = Field(default_factory=list)


class Playlist(BaseModel):
    """A list of videos; `entries` holds at most MAX_ENTRIES of them."""

    kind: Literal["playlist"] = "playlist"
    id: str
    url: str
    extractor: str
    title: str = ""
    channel: str = ""
    entry_count: int = 0
    entries: list[Entry] = Field(default_factory=list, max_length=MAX_ENTRIES)


Found = Video | Playlist
