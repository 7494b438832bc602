"""What is heard when, counted in samples of 48 kHz. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from projects.timeline.clips import AudioTrack, Clip
from projects.timeline.document import Timeline
from projects.timeline.scene import shots_of
from projects.timeline.spans import SAMPLE_RATE, sample_at

Role = Literal["speech", "beside", "ducked"]
ROLES: tuple[Role, ...] = ("speech", "beside", "ducked")
# Each is a source that FFmpeg opens: with more, the sound is mixed in parts.
MAX_AT_ONCE = 40


@dataclass(frozen=True)
class Heard:
    """Samples [first, last) of one clip's sound, which begins at `anchor`."""

    played: Clip | AudioTrack
    role: Role
    lane: int
    anchor: int
    end: int
    first: int
    last: int

    @property
    def samples(self) -> int:
        return self.last - self.first


def heard_of(
    timeline: Timeline, rate: Fraction, audible: Collection[UUID]
) -> list[Heard]:
    """Everything that is heard, of the assets that have sound.

    Clips begin with their picture's first frame, sounds at their own sample.
    """
    found: list[Heard] = []
    for lane in sorted({clip.layer for clip in timeline.clips}):
        clips = sorted(
            (clip for clip in timeline.clips if clip.layer == lane),
            key=lambda clip: clip.position,
        )
        for shot in shots_of(clips, rate):
            first, last = sample_at(shot.first, rate), sample_at(shot.last, rate)
            found.append(Heard(shot.clip, "speech", lane, first, last, first, last))
    for track in timeline.audio_tracks:
        first = round(Fraction(round(track.position * 1000), 1000) * SAMPLE_RATE)
        last = round(Fraction(round(track.timeline_end * 1000), 1000) * SAMPLE_RATE)
        role: Role = "ducked" if track.duck else "beside"
        found.append(Heard(track, role, track.track, first, last, first, last))
    return [
        each
        for each in found
        if each.samples > 0
        and each.played.asset in audible
        and not each.played.muted
        and each.played.volume > 0
    ]


def within(heard: list[Heard], first: int, last: int) -> list[Heard]:
    """What is heard of samples [first, last), cut to them."""
    return [
        replace(each, first=max(first, each.first), last=min(last, each.last))
        for each in heard
        if each.first < last and each.last > first
    ]


def windows(heard: list[Heard], first: int, last: int) -> list[tuple[int, int]]:
    """Samples [first, last) in parts with `MAX_AT_ONCE` sounds each, if possible.

    Cut where something begins or ends, so that few sounds are cut in two.
    """
    edges = sorted(
        {each.first for each in heard} | {each.last for each in heard} | {last}
    )
    parts: list[tuple[int, int]] = []
    at = previous = first
    for edge in edges:
        if edge <= at or edge > last:
            continue
        if len(within(heard, at, edge)) > MAX_AT_ONCE and previous > at:
            parts.append((at, previous))
            at = previous
        previous = edge
    parts.append((at, last))
    return parts


def described(
    heard: list[Heard], first: int, last: int, sources: Mapping[UUID, str]
) -> dict[str, Any]:
    """All that decides how samples [first, last) sound, counted from `first`."""
    return {"samples": last - first, "heard": list(_each(heard, first, last, sources))}


def _each(
    heard: list[Heard], first: int, last: int, sources: Mapping[UUID, str]
) -> Iterator[list[Any]]:
    for each in within(heard, first, last):
        played = each.played
        yield [
            sources[played.asset],
            each.role,
            each.lane,
            [each.anchor - first, each.end - first, each.first - first],
            each.last - first,
            round(played.start_time * 1000),
            played.speed,
            played.volume,
            played.fade_in,
            played.fade_out,
        ]
