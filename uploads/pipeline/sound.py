"""The sound of a ladder: the source's own where players take it, else encoded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.fragments import Movie
from uploads.pipeline import encoding, ladder
from uploads.pipeline.encoding import CHANNELS, Source, track_path
from uploads.tracks import SAMPLE_RATE, SOUND

# A frame of AAC-LC.
FRAME_SAMPLES = 1024
# What encoders put before the sound. More is sound that was cut off by an edit list,
# which not every player leaves out.
PRIMING_SAMPLES = 2112


@dataclass(frozen=True, kw_only=True)
class Sound:
    movie: Movie
    sample_rate: int
    channels: int
    is_copied: bool


def made_sound(
    source: Source, *, directory: Path, encode: Callable[[Command], object]
) -> Sound:
    """The sound that a command left in `directory`.

    A copy that turns out to have holes is replaced, by a command given to `encode`.
    """
    path = track_path(directory, SOUND)
    movie = fragments.read(path)
    audio = source.info.audio
    if audio is not None and ladder.may_copy_sound(source.info):
        if is_whole(movie, sample_rate=audio.sample_rate):
            return Sound(
                movie=movie,
                sample_rate=audio.sample_rate,
                channels=audio.channels,
                is_copied=True,
            )
        encode(encoding.sound_alone(source, directory=directory, copied=False))
        movie = fragments.read(path)
    return Sound(
        movie=movie, sample_rate=SAMPLE_RATE, channels=CHANNELS, is_copied=False
    )


def is_whole(movie: Movie, *, sample_rate: int) -> bool:
    """Whether one frame follows the other, from the beginning to the end."""
    return (
        movie.timescale == sample_rate
        and 0 <= fragments.hidden_ticks(movie) <= PRIMING_SAMPLES
        and fragments.is_even(movie, ticks=FRAME_SAMPLES)
    )
