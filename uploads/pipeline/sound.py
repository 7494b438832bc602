"""The sound of a ladder: the source's own where players take it, else encoded."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.errors import (
    FFmpegFailed,
    NotMedia,
    UnreadableMedia,
    UnsupportedMedia,
)
from streamfetch.ffmpeg.fragments import Movie
from streamfetch.ffmpeg.probe import MediaInfo
from streamfetch.ffmpeg.runner import Result
from uploads.pipeline import encoding, ladder
from uploads.pipeline.encoding import CHANNELS, Source, track_path
from uploads.tracks import SAMPLE_RATE, SOUND

# A frame of AAC-LC.
FRAME_SAMPLES = 1024
# What encoders put before the sound. More is sound that was cut off by an edit list,
# which not every player leaves out.
PRIMING_SAMPLES = 2112
_COPY_REFUSED = (FFmpegFailed, NotMedia, UnreadableMedia, UnsupportedMedia)
# Beside a copy nothing else speaks of AAC.
_DECODER_SPOKE = re.compile(r"\[(dec:)?aac @")


@dataclass(frozen=True, kw_only=True)
class Sound:
    movie: Movie
    sample_rate: int
    channels: int
    is_copied: bool


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A command that has left a sound, `copied` or encoded."""

    result: Result
    copied: bool


def attempt(
    info: MediaInfo,
    command_for: Callable[[bool], Command],
    run: Callable[[Command], Result],
) -> Attempt:
    """Run `command_for(True)`, which copies the sound, where that may work; else, or
    when it is refused, `command_for(False)`, which encodes it."""
    if ladder.may_copy_sound(info):
        try:
            return Attempt(result=run(command_for(True)), copied=True)
        except _COPY_REFUSED:
            pass
    return Attempt(result=run(command_for(False)), copied=False)


def made_sound(
    source: Source,
    attempt: Attempt,
    *,
    directory: Path,
    run: Callable[[Command], Result],
) -> Sound:
    """The sound that an attempt left in `directory`.

    A copy with holes, or with packets that a decoder refused, is replaced.
    """
    path = track_path(directory, SOUND)
    movie = fragments.read(path)
    audio = source.info.audio
    if audio is not None and attempt.copied:
        is_sound = not _DECODER_SPOKE.search(attempt.result.stderr_tail)
        if is_sound and is_whole(movie, sample_rate=audio.sample_rate):
            return Sound(
                movie=movie,
                sample_rate=audio.sample_rate,
                channels=audio.channels,
                is_copied=True,
            )
        run(encoding.sound_alone(source, directory=directory, copied=False))
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
