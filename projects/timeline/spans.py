"""The timeline as a row of spans, counted in whole frames and samples. Pure.

Nothing drifts, however many clips there are: each edge is rounded once, from its
own moment, and never from the edge before it.
"""

from dataclasses import dataclass
from fractions import Fraction

from projects.timeline.document import Clip, Timeline
from projects.timeline.rational import frame_at

SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Span:
    """Frames [first, last) of the timeline: one clip, or a gap."""

    first: int
    last: int
    clip: Clip | None

    @property
    def frames(self) -> int:
        return self.last - self.first


def spans_of(timeline: Timeline, rate: Fraction) -> list[Span]:
    """The timeline cut at every edge of a clip; gaps become spans of their own.

    Clips shorter than half a frame vanish. Raises nothing: overlaps were refused
    when the timeline was saved.
    """
    spans: list[Span] = []
    at = 0
    for clip in sorted(timeline.clips, key=lambda clip: clip.position):
        first = max(at, frame_at(clip.position, rate))
        last = frame_at(clip.timeline_end, rate)
        if last <= first:
            continue
        if first > at:
            spans.append(Span(at, first, None))
        spans.append(Span(first, last, clip))
        at = last
    return spans


def sample_at(frame: int, rate: Fraction) -> int:
    """The sample, of `SAMPLE_RATE` a second, at which a frame begins."""
    return round(Fraction(frame) / rate * SAMPLE_RATE)


def samples_of(span: Span, rate: Fraction) -> int:
    """How many samples belong to the span's frames."""
    return sample_at(span.last, rate) - sample_at(span.first, rate)
