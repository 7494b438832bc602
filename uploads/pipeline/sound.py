"""The source's own sound as that of its ladder, where every player takes it."""

from collections.abc import Callable
from pathlib import Path

from streamfetch.ffmpeg import aac
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.fragments import Movie
from streamfetch.ffmpeg.probe import MediaInfo
from streamfetch.ffmpeg.runner import Result
from uploads.pipeline import encoding
from uploads.pipeline.encoding import Source, track_path
from uploads.tracks import SOUND

SAMPLE_RATES = (44_100, 48_000)
MOST_BIT_RATE = 256_000
# What encoders put before the sound. More is sound that was cut off by an edit list,
# which not every player leaves out.
PRIMING_SAMPLES = 2112


def may_be_copied(info: MediaInfo) -> bool:
    """Whether it is worth trying."""
    audio = info.audio
    return (
        audio is not None
        and aac.may_be_copied(info)
        and audio.sample_rate in SAMPLE_RATES
        and 0 < audio.bit_rate <= MOST_BIT_RATE
    )


def copied_sound(
    source: Source, *, directory: Path, run: Callable[[Command], Result]
) -> Movie | None:
    """The track and its samples, left in `directory` by a command given to `run`.

    None when the sound has to be encoded: it may not be copied, FFmpeg refuses to,
    it has holes, or packets that a decoder refuses.
    """
    audio = source.info.audio
    if audio is None or not may_be_copied(source.info):
        return None
    try:
        result = run(encoding.copied_sound(source, directory=directory))
    except aac.COPY_REFUSED:
        return None
    path = track_path(directory, SOUND)
    movie = aac.copy_at(
        path,
        log=result.stderr_tail,
        sample_rate=audio.sample_rate,
        most_hidden=PRIMING_SAMPLES,
    )
    if movie is None:
        path.unlink(missing_ok=True)
    return movie
