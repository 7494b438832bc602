"""Plans an adaptive ladder: sizes, rates and where segments begin. Pure.

The rungs of one source share one frame rate and one list of cuts, so that a player
may change rungs at every segment.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from streamfetch.ffmpeg.probe import MediaInfo, VideoStream

SEGMENT_S = 4
# Where a source is copied, its key frames decide, up to this.
LONGEST_SEGMENT_S = 6
SIZES = (360, 720, 1080)
# A source between two sizes keeps its own as its best rung, unless that would
# hardly differ from the one below.
WORTH_A_RUNG = 1.2
# Beyond this, decoders in phones give up.
LONGEST_SIDE = 4096
MAX_FPS = 60
MIN_FPS = 5
DEFAULT_FPS = 25
# At 1920x1080 and up to 30 frames a second; other sizes in proportion to their
# pixels to the power of 0.8, as larger pictures have less detail per pixel.
FULL_HD_BIT_RATE = 6_000_000
FULL_HD_PIXELS = 1920 * 1080
_USUAL_RATES = tuple(
    Fraction(rate)
    for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
)
# Less than half of what 30 and 30000/1001 are apart.
_RATE_SLACK = Fraction(1, 2500)
# Cuts are planned on for a while: a file may be longer than it says.
_SPARE_CUTS = 15

COPIED_CODEC = "h264"
COPIED_PIXELS = ("yuv420p",)
COPIED_PROFILES = ("Constrained Baseline", "Baseline", "Main", "High")
# Containers whose times and index can be trusted.
INDEXED_CONTAINERS = ("mov", "matroska")


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One size of the picture. `max_bit_rate` is bits per second over 2 s."""

    name: str
    width: int
    height: int
    max_bit_rate: int


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The frames that every rung has: `cuts` are those that begin a segment.

    `frame_count` is what the source's duration promises; a source may have a few
    more or less, and cuts go on beyond it.
    """

    rate: Fraction
    frame_count: int
    cuts: tuple[int, ...]

    def key_times(self, *, first: int = 0, end: int | None = None) -> tuple[str, ...]:
        """Seconds for `-force_key_frames`, counted from frame `first`.

        Half a frame early: FFmpeg takes the first frame at or after a time, and
        three decimals are exact enough then.
        """
        within = (cut for cut in self.cuts if cut >= first and (not end or cut < end))
        times = (max(0.0, float((cut - first - Fraction(1, 2)) / self.rate))
                 for cut in within)  # fmt: skip
        return tuple(f"{time:.3f}" for time in times)


def rungs_of(video: VideoStream) -> tuple[Rung, ...]:
    """The sizes to make, smallest first; never above the source, at least one."""
    short = min(video.display_width, video.display_height)
    sizes = [size for size in SIZES if size <= short] or [short]
    if short < SIZES[-1] and short >= sizes[-1] * WORTH_A_RUNG:
        sizes.append(short)
    rate = frame_rate_of(video)
    return tuple(_rung(video, size, rate=rate) for size in sizes)


def _rung(video: VideoStream, size: int, *, rate: Fraction) -> Rung:
    shown = (video.display_width, video.display_height)
    scale = min(size / min(shown), LONGEST_SIDE / max(shown), 1.0)
    width, height = (_even(side * scale, at_most=side) for side in shown)
    share = (width * height / FULL_HD_PIXELS) ** 0.8
    bit_rate = FULL_HD_BIT_RATE * share * (1.5 if rate > 31 else 1)
    return Rung(
        name=f"{size}p",
        width=width,
        height=height,
        max_bit_rate=max(100_000, round(bit_rate, -3).__trunc__()),
    )


def _even(value: float, *, at_most: int) -> int:
    return max(2, min(2 * round(value / 2), at_most // 2 * 2))


def frame_rate_of(video: VideoStream) -> Fraction:
    """The constant rate of the rungs: the source's, within 5 to 60 a second.

    Uneven frame times get the rate of their shortest usual gap when that is a
    believable one, else the next usual rate above their average.
    """
    rate = video.fps or Fraction(DEFAULT_FPS)
    if video.is_variable_frame_rate:
        real = Fraction(video.real_frame_rate)
        higher = [usual for usual in _USUAL_RATES if usual >= rate * (1 - _RATE_SLACK)]
        rate = real if rate <= real <= MAX_FPS else min(higher, default=rate)
    if rate > MAX_FPS * (1 + _RATE_SLACK):
        rate /= math.ceil(rate / MAX_FPS)
    if rate < MIN_FPS:
        rate *= math.ceil(MIN_FPS / rate)
    for usual in _USUAL_RATES:
        if abs(rate - usual) <= usual * _RATE_SLACK:
            return usual
    return rate.limit_denominator(1001)


def duration_of(info: MediaInfo) -> Fraction:
    """Seconds from the beginning of the file to the end of its picture."""
    video = info.video
    if video is None:
        return Fraction(info.duration_ms, 1000)
    late_ms = max(0, video.start_ms - info.start_ms)
    length_ms = video.duration_ms or info.duration_ms
    return Fraction(late_ms + length_ms, 1000)


def regular_grid(info: MediaInfo) -> Grid:
    """Segments of 4 s: each begins with the frame nearest to its time."""
    if info.video is None:
        raise ValueError("a sound has no frames")
    rate = frame_rate_of(info.video)
    count = max(1, round(duration_of(info) * rate))
    per_segment = SEGMENT_S * rate
    planned = math.ceil(count / per_segment) + _SPARE_CUTS
    cuts = tuple(round(number * per_segment) for number in range(planned))
    return Grid(rate=rate, frame_count=count, cuts=cuts)


def cuts_at(
    key_frames: Sequence[int], *, rate: Fraction, frame_count: int
) -> tuple[int, ...] | None:
    """Segments that begin with some of `key_frames`; None when they lie too far
    apart, or the first is not the first frame."""
    if not key_frames or key_frames[0] != 0:
        return None
    cuts = [0]
    for frame in key_frames:
        if frame - cuts[-1] >= SEGMENT_S * rate - Fraction(1, 2):
            cuts.append(frame)
    gaps = (end - start for start, end in pairwise([*cuts, frame_count]))
    if max(gaps) > LONGEST_SEGMENT_S * rate:
        return None
    return tuple(cuts)


class NotCopied(Exception):
    """No rung can be the source itself; the message says why, for a person."""


def copied_rung(info: MediaInfo, rungs: tuple[Rung, ...]) -> Rung:
    """The rung that the source itself may be, as far as its header tells.

    Raises `NotCopied`.
    """
    video = info.video
    if video is None or info.container not in INDEXED_CONTAINERS:
        raise NotCopied(_("its container has no reliable index"))
    for problem, reason in _obstacles(info, video).items():
        if reason:
            raise NotCopied(problem)
    same_size = [
        rung
        for rung in rungs
        if (rung.width, rung.height) == (video.width, video.height)
    ]
    if not same_size:
        raise NotCopied(_("it has the size of none of them"))
    if video.bit_rate > same_size[0].max_bit_rate:
        raise NotCopied(_("its bit rate is too high for its size"))
    return same_size[0]


def _obstacles(info: MediaInfo, video: VideoStream) -> dict[str, bool]:
    """What keeps a picture from being a rung as it is, and whether it does."""
    return {
        _("it is not H.264 that every player knows"): (
            video.codec != COPIED_CODEC
            or video.pix_fmt not in COPIED_PIXELS
            or video.profile not in COPIED_PROFILES
        ),
        _("it is rotated or its pixels are not square"): (
            video.rotation != 0 or Fraction(video.sample_aspect_ratio) != 1
        ),
        _("its frame times are uneven"): (
            video.is_variable_frame_rate
            or abs(video.fps - frame_rate_of(video)) > video.fps * _RATE_SLACK
        ),
        _("its colours are not those of ordinary video"): (
            video.is_hdr or video.color_range == "pc"
        ),
        _("its picture and sound begin at different times"): (
            abs(video.start_ms - info.start_ms) > 1
        ),
        # A copy would show what leads up to a cut.
        _("it hides frames by an edit list"): video.hidden_frame_count > 0,
    }
