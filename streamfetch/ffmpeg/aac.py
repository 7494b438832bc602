"""AAC that is taken from a file as it is: whether that may work, and whether it did."""

import re
from pathlib import Path

from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.errors import (
    FFmpegFailed,
    NotMedia,
    UnreadableMedia,
    UnsupportedMedia,
)
from streamfetch.ffmpeg.fragments import Movie
from streamfetch.ffmpeg.probe import MediaInfo

# A packet of AAC-LC (ISO/IEC 14496-3).
PACKET_SAMPLES = 1024
# How FFmpeg says that something cannot be copied.
COPY_REFUSED = (FFmpegFailed, NotMedia, UnreadableMedia, UnsupportedMedia)

# Nothing else speaks of AAC beside a copy than a decoder of the same packets.
_DECODER_SPOKE = re.compile(r"\[(dec:)?aac @")


def may_be_copied(info: MediaInfo) -> bool:
    """Whether the sound is what every player takes, as far as the header tells.

    Only of MP4 and MOV: times in Matroska are too coarse to count samples by.
    """
    audio = info.audio
    return (
        audio is not None
        and info.container == "mov"
        and (audio.codec, audio.profile) == ("aac", "LC")
        and audio.channels in (1, 2)
        and audio.start_ms == info.start_ms
    )


def copy_at(
    path: Path, *, log: str, sample_rate: int, most_hidden: int
) -> Movie | None:
    """The sound that was copied to a fragmented file, and decoded beside that.

    None when one packet does not follow the other from the beginning to the end, an
    edit list hides more than `most_hidden` samples at the beginning, or the decoder
    complained in FFmpeg's `log`.
    """
    if _DECODER_SPOKE.search(log):
        return None
    try:
        movie = fragments.read(path)
    except (OSError, ValueError):
        return None
    is_right = (
        movie.timescale == sample_rate
        and 0 <= fragments.hidden_ticks(movie) <= most_hidden
        and fragments.is_even(movie, ticks=PACKET_SAMPLES)
    )
    return movie if is_right else None
