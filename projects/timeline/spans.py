"""Where a scene is cut into pieces, and what makes two pieces the same. Pure.

Pieces are described from their own beginning: what moves along the timeline stays
the same piece, and is found again in the cache.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from projects.timeline.scene import Crossing, Part, Scene, Shot, Words, effect_range

SAMPLE_RATE = 48_000
# A piece is worked on by itself: long enough to be worth it, short enough to be
# shared out and to be cached well.
LONGEST_S = 20
SHORTEST_S = 1
# What one layer, effect or crossing more costs, in layers.
EFFECT_COST = 0.3
# These look at frames before their own: their range is one piece, whatever is cut.
UNBROKEN = frozenset({"stabilise"})


@dataclass(frozen=True)
class Span:
    """Frames [first, last) of the timeline that are worked on together."""

    first: int
    last: int

    @property
    def frames(self) -> int:
        return self.last - self.first


def sample_at(frame: int, rate: Fraction) -> int:
    """The sample, of `SAMPLE_RATE` a second, at which a frame begins."""
    return round(Fraction(frame) / rate * SAMPLE_RATE)


def edges_of(scene: Scene) -> list[int]:
    """Every frame at which something begins or ends, from 0 to the end."""
    edges = {0, scene.frames}
    for layer in scene.layers:
        for part in layer:
            edges |= {part.first, part.last}
            for shot in _shots(part):
                for effect in shot.clip.effects:
                    edges |= set(effect_range(shot, effect, scene.frame.rate))
    for words in scene.words:
        edges |= {words.first, words.last}
    return sorted(edge for edge in edges if 0 <= edge <= scene.frames)


def spans_of(scene: Scene, first: int, last: int) -> list[Span]:
    """Frames [first, last) cut into spans.

    Cut at every edge, but what is shorter than `SHORTEST_S` stays with its
    neighbour, as far as the bottom layer's next edge: an edit moves no cut beyond
    it. What is longer than `LONGEST_S`, weighted by its cost, is cut on a grid.
    """
    unbroken = list(_unbroken(scene))
    hard = {0, *(edge for pair in unbroken for edge in pair)}
    if scene.layers:
        hard |= {edge for part in scene.layers[0] for edge in (part.first, part.last)}
    edges = [
        edge
        for edge in {first, last, *edges_of(scene)}
        if first <= edge <= last and not any(a < edge < b for a, b in unbroken)
    ]
    shortest = int(SHORTEST_S * scene.frame.rate)
    spans: list[Span] = []
    at = first
    for edge in sorted(edges):
        if edge > at and (edge in hard or edge == last or edge - at >= shortest):
            if any(a <= at and edge <= b for a, b in unbroken):
                spans.append(Span(at, edge))
            else:
                base = max(each for each in hard if each <= at)
                spans += _on_grid(scene, at, edge, base)
            at = edge
    return spans


def cost_of(scene: Scene, first: int, last: int) -> float:
    """How much work a frame of this range is, in layers without effects."""
    cost = 0.0
    for parts in scene.within(first, last):
        for part in parts:
            shots = list(_shots(part))
            share = (min(part.last, last) - max(part.first, first)) / (last - first)
            effects = sum(len(shot.clip.effects) for shot in shots)
            cost += share * (len(shots) + EFFECT_COST * effects)
    return max(1.0, cost)


def described(scene: Scene, span: Span, sources: Mapping[UUID, str]) -> dict[str, Any]:
    """All that decides how a span looks, counted from its own first frame.

    `sources` are digests of the assets' contents.
    """
    frame = scene.frame
    return {
        "frames": span.frames,
        "frame": [
            frame.width,
            frame.height,
            str(frame.rate),
            frame.background,
            frame.fit,
        ],
        "layers": [
            [_part(scene, part, span, sources) for part in parts]
            for parts in scene.within(span.first, span.last)
        ],
        "words": [
            _words(words, span, frame.text_scale)
            for words in scene.words_within(span.first, span.last)
        ],
    }


def digest_of(*parts: object) -> str:
    """A name for some plain data: 32 hexadecimal digits."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _shots(part: Part) -> tuple[Shot, ...]:
    return (part.before, part.after) if isinstance(part, Crossing) else (part,)


def _unbroken(scene: Scene) -> Iterator[tuple[int, int]]:
    for layer in scene.layers:
        for part in layer:
            for shot in _shots(part):
                if any(effect.type in UNBROKEN for effect in shot.clip.effects):
                    yield part.first, part.last
            if isinstance(part, Crossing):
                yield part.first, part.last


def _on_grid(scene: Scene, first: int, last: int, base: int) -> Iterator[Span]:
    """A range in pieces that are not too long, cut at multiples from `base`.

    So an edge that moves within a clip moves none of the other cuts.
    """
    rate = scene.frame.rate
    most = max(1, int(LONGEST_S * rate / math.ceil(cost_of(scene, first, last))))
    shortest = int(SHORTEST_S * rate)
    cut = base + ((first - base) // most + 1) * most
    while cut < last:
        if cut - first >= shortest and last - cut >= shortest:
            yield Span(first, cut)
            first = cut
        cut += most
    yield Span(first, last)


def _part(
    scene: Scene, part: Part, span: Span, sources: Mapping[UUID, str]
) -> dict[str, Any]:
    if isinstance(part, Crossing):
        return {
            "crossing": [part.kind, part.direction, part.last - part.first],
            "at": part.first - span.first,
            "before": _shot(scene, part.before, part.first, sources),
            "after": _shot(scene, part.after, part.first, sources),
        }
    first, last = max(part.first, span.first), min(part.last, span.last)
    described = _shot(scene, part, first, sources)
    return {**described, "at": first - span.first, "frames": last - first}


def _shot(
    scene: Scene, shot: Shot, first: int, sources: Mapping[UUID, str]
) -> dict[str, Any]:
    clip = shot.clip
    effects = []
    for effect in clip.effects:
        start, end = effect_range(shot, effect, scene.frame.rate)
        if end > first:
            span = [max(0, start - first), min(end, shot.last) - first]
            effects.append([effect.type, dict(effect.parameters), span])
    return {
        "source": sources[clip.asset],
        "start_ms": round(clip.start_time * 1000),
        "offset": first - shot.anchor,
        "speed": clip.speed,
        "transform": clip.transform.model_dump(),
        "effects": effects,
    }


def _words(words: Words, span: Span, scale: float) -> dict[str, Any]:
    overlay = words.overlay.model_dump(
        mode="json", exclude={"id", "start_time", "end_time", "group"}
    )
    return {
        **overlay,
        "scale": scale,
        "first": words.first - span.first,
        "last": words.last - span.first,
    }
