"""A timeline counted in whole frames: layers of shots, crossings, words. Pure.

Nothing drifts, however many clips there are: each edge is rounded once, from its
own moment, and never from the edge before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Literal
from uuid import UUID

from projects.timeline.clips import Clip, Effect, Transition
from projects.timeline.document import Settings, Timeline
from projects.timeline.rational import exact_frame_rate, frame_at
from projects.timeline.texts import TextOverlay

Fit = Literal["contain", "cover"]


@dataclass(frozen=True)
class Frame:
    """What is rendered to. `text_scale`: pixels here for one of the project's."""

    width: int
    height: int
    rate: Fraction
    background: str
    fit: Fit = "contain"
    text_scale: float = 1.0


@dataclass(frozen=True)
class Shot:
    """Frames [first, last) of one clip, which as a whole begins at `anchor`.

    Beside a crossing it goes on past the clip's own ends, on the source's handles.
    """

    clip: Clip
    anchor: int
    first: int
    last: int


@dataclass(frozen=True)
class Crossing:
    """Frames [first, last) in which one shot gives way to another."""

    kind: str
    direction: str
    first: int
    last: int
    before: Shot
    after: Shot


Part = Shot | Crossing


@dataclass(frozen=True)
class Words:
    """A text that is on the picture during frames [first, last)."""

    overlay: TextOverlay
    first: int
    last: int


@dataclass(frozen=True)
class Scene:
    """Everything that is seen. `layers` from the bottom; parts in order."""

    frame: Frame
    layers: tuple[tuple[Part, ...], ...]
    words: tuple[Words, ...]
    frames: int

    def within(self, first: int, last: int) -> Iterator[tuple[Part, ...]]:
        """Of each layer that is seen then, the parts that are on."""
        for parts in self.layers:
            found = tuple(p for p in parts if p.first < last and p.last > first)
            if found:
                yield found

    def words_within(self, first: int, last: int) -> list[Words]:
        return [w for w in self.words if w.first < last and w.last > first]


def frame_of(settings: Settings) -> Frame:
    return Frame(
        width=settings.resolution.width,
        height=settings.resolution.height,
        rate=exact_frame_rate(settings.frame_rate),
        background=settings.background_color,
    )


def scene_of(timeline: Timeline, frame: Frame) -> Scene:
    """The timeline in frames. Clips shorter than half a frame vanish.

    Raises nothing: what does not fit was refused when the timeline was saved.
    """
    ordered = sorted(timeline.clips, key=lambda clip: (clip.layer, clip.position))
    layers = [
        _layer(list(clips), timeline.transitions, frame.rate)
        for _number, clips in groupby(ordered, key=lambda clip: clip.layer)
    ]
    ends = [frame_at(each.timeline_end, frame.rate) for each in timeline.audio_tracks]
    ends += [parts[-1].last for parts in layers if parts]
    frames = max(ends, default=0)
    return Scene(
        frame=frame,
        layers=tuple(tuple(parts) for parts in layers if parts),
        words=tuple(_words(timeline, frame.rate, frames)),
        frames=frames,
    )


def shots_of(clips: Sequence[Clip], rate: Fraction) -> list[Shot]:
    """The clips of one layer, in order, none on top of another."""
    shots = []
    at = 0
    for clip in clips:
        first = max(at, frame_at(clip.position, rate))
        last = frame_at(clip.timeline_end, rate)
        if last > first:
            shots.append(Shot(clip, anchor=first, first=first, last=last))
            at = last
    return shots


def effect_range(shot: Shot, effect: Effect, rate: Fraction) -> tuple[int, int]:
    """The frames of the timeline during which an effect is on."""
    start = shot.anchor + frame_at(effect.start_time or 0.0, rate)
    if effect.end_time is None:
        return (shot.first if not effect.start_time else start), shot.last
    return start, shot.anchor + frame_at(effect.end_time, rate)


def caption_overlays(timeline: Timeline) -> list[TextOverlay]:
    """Captions as the texts that they are drawn as; none unless burnt in."""
    captions = timeline.captions
    if not captions.burn_in:
        return []
    return [
        TextOverlay(
            id=cue.id,
            text=cue.text,
            start_time=cue.start_time,
            end_time=cue.end_time,
            position=captions.position,
            style=captions.style,
        )
        for cue in captions.cues
    ]


def _layer(
    clips: list[Clip], transitions: Sequence[Transition], rate: Fraction
) -> list[Part]:
    shots = shots_of(clips, rate)
    wanted: dict[tuple[UUID, UUID], Transition] = {
        (each.from_clip, each.to_clip): each
        for each in transitions
        if each.type != "none"
    }
    parts: list[Part] = []
    # Where the shot begins to be alone: after the crossing that leads to it.
    alone_from = shots[0].first if shots else 0
    for number, shot in enumerate(shots):
        following = shots[number + 1] if number + 1 < len(shots) else None
        transition = (
            wanted.get((shot.clip.id, following.clip.id)) if following else None
        )
        crossing = None
        if transition is not None and following is not None:
            crossing = _crossing(transition, shot, following, alone_from, rate)
        alone_until = crossing.first if crossing else shot.last
        if alone_until > alone_from:
            parts.append(Shot(shot.clip, shot.anchor, alone_from, alone_until))
        if crossing is not None:
            parts.append(crossing)
        if following is not None:
            alone_from = crossing.last if crossing else following.first
    return parts


def _crossing(
    transition: Transition, before: Shot, after: Shot, earliest: int, rate: Fraction
) -> Crossing | None:
    if before.last != after.first:
        return None
    count = frame_at(transition.duration, rate)
    first = max(after.first - count // 2, earliest)
    last = min(after.first - count // 2 + count, after.last)
    if last - first < 2:
        return None
    return Crossing(
        kind=transition.type,
        direction=transition.direction,
        first=first,
        last=last,
        before=Shot(before.clip, before.anchor, first, last),
        after=Shot(after.clip, after.anchor, first, last),
    )


def _words(timeline: Timeline, rate: Fraction, frames: int) -> Iterator[Words]:
    for overlay in [*timeline.text_overlays, *caption_overlays(timeline)]:
        first = frame_at(overlay.start_time, rate)
        last = min(frames, frame_at(overlay.end_time, rate))
        if last > first:
            yield Words(overlay, first, last)
