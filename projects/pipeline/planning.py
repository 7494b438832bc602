"""Decides what is done with every span of a render, before anything is."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from projects.pipeline import cache, copying
from projects.pipeline.encoding import Encoder
from projects.pipeline.fetching import Sources
from projects.pipeline.sound import SoundPlan
from projects.pipeline.sound_copy import Cut, cut_for
from projects.timeline import heard as hearing
from projects.timeline.document import Settings, Timeline
from projects.timeline.plan import PlannedSpan, RenderPlan
from projects.timeline.presets import SourceShape, Wish, frame_for
from projects.timeline.rational import frame_at
from projects.timeline.scene import Scene, scene_of
from projects.timeline.spans import (
    Span,
    cost_of,
    described,
    digest_of,
    sample_at,
    spans_of,
)
from streamfetch.ffmpeg import binary

# Changes when the same description is rendered differently.
RECIPE = 2


@dataclass(frozen=True)
class Work:
    """A render as its workers see it: what is seen, what is heard, what is done."""

    scene: Scene
    sound: SoundPlan
    # What of the sound is taken from its source as it is: all of it, or nothing.
    cut: Cut | None
    lufs: float | None
    encoder: Encoder
    plan: RenderPlan


def main_picture(timeline: Timeline, sources: Sources) -> UUID | None:
    """The asset that "match source" matches: the first video of the lowest layer."""
    ordered = sorted(timeline.clips, key=lambda clip: (clip.layer, clip.position))
    return next(
        (clip.asset for clip in ordered if sources.is_video(clip.asset)),
        None,
    )


def work_for(
    timeline: Timeline,
    settings: Settings,
    wish: Wish,
    *,
    sources: Sources,
    owner_id: Any,
    indexes: Mapping[UUID, "copying.Index"] | None = None,
) -> Work:
    """Plan a render. Raises `ValueError` when it holds no frame.

    `indexes` are those of the sources that may be copied from.
    """
    shape, encoder = None, Encoder()
    if wish.preset == "match_source":
        main = main_picture(timeline, sources)
        if main is not None and (video := sources[main].info.video):
            shape = SourceShape(video.display_width, video.display_height, video.fps)
            encoder = Encoder(in_band=True)
    scene = scene_of(timeline, frame_for(wish.preset, settings, shape))
    rate = scene.frame.rate
    first = min(scene.frames, frame_at(wish.start_time or 0.0, rate))
    last = scene.frames
    if wish.end_time is not None:
        last = min(last, frame_at(wish.end_time, rate))
    if last <= first:
        raise ValueError("the timeline holds no frame")
    contents = sources.digests()
    sound = SoundPlan(
        heard=hearing.within(
            hearing.heard_of(timeline, rate, sources.audible()),
            sample_at(first, rate),
            sample_at(last, rate),
        ),
        first=sample_at(first, rate),
        last=sample_at(last, rate),
    )
    lufs = wish.loudness_lufs or settings.loudness_lufs
    may_copy = wish.preset == "match_source" and lufs is None
    cut = cut_for(sound, sources) if may_copy else None
    spans: list[PlannedSpan] = []
    if wish.preset != "audio":
        for run in _runs(scene, spans_of(scene, first, last), indexes or {}):
            spans += _planned(scene, run, contents, encoder, indexes or {})
    spans = _with_cached(spans, owner_id)
    plan = RenderPlan(
        first=first,
        last=last,
        rate=str(rate),
        spans=spans,
        sound="" if wish.preset == "gif" else _sound_digest(sound, lufs, contents, cut),
    )
    return Work(
        scene=scene, sound=sound, cut=cut, lufs=lufs, encoder=encoder, plan=plan
    )


def _runs(
    scene: Scene, spans: list[Span], indexes: Mapping[UUID, "copying.Index"]
) -> list[list[Span]]:
    """Spans that follow each other in one untouched shot, together: long shots are
    cut to be shared out, which must not cut what is copied."""
    runs: list[list[Span]] = []
    before = None
    for span in spans:
        shot = copying.untouched(scene, span, indexes)
        if shot is not None and shot is before:
            runs[-1].append(span)
        else:
            runs.append([span])
        before = shot
    return runs


def _planned(
    scene: Scene,
    run: list[Span],
    contents: Mapping[UUID, str],
    encoder: Encoder,
    indexes: Mapping[UUID, "copying.Index"],
) -> list[PlannedSpan]:
    """A run of spans, or the copied middle of it and what is left at its ends."""
    whole = Span(run[0].first, run[-1].last)
    copied = copying.copyable(scene, whole, indexes)
    if copied is None:
        return [
            _encoded(scene, span, contents, encoder, _reason(scene, span))
            for span in run
        ]
    middle, asset_id, source_first = copied
    edge = "begins or ends between two key frames"
    heads = [Span(span.first, min(span.last, middle.first)) for span in run]
    tails = [Span(max(span.first, middle.last), span.last) for span in run]
    copy = PlannedSpan(
        first=middle.first,
        last=middle.last,
        treatment="copy",
        reason="as in the source",
        source=str(asset_id),
        source_first=source_first,
    )
    return [
        *_edges(scene, heads, contents, encoder, edge),
        copy,
        *_edges(scene, tails, contents, encoder, edge),
    ]


def _edges(
    scene: Scene,
    spans: list[Span],
    contents: Mapping[UUID, str],
    encoder: Encoder,
    reason: str,
) -> list[PlannedSpan]:
    """What is left of spans beside a copy; of most of them nothing is."""
    return [
        _encoded(scene, span, contents, encoder, reason)
        for span in spans
        if span.frames > 0
    ]


def _encoded(
    scene: Scene,
    span: Span,
    contents: Mapping[UUID, str],
    encoder: Encoder,
    reason: str,
) -> PlannedSpan:
    digest = digest_of(
        RECIPE,
        described(scene, span, contents),
        {name: str(value) for name, value in encoder.options().items()},
        binary.version(),
    )
    return PlannedSpan(
        first=span.first,
        last=span.last,
        treatment="encode",
        reason=reason,
        digest=digest,
        cost=cost_of(scene, span.first, span.last),
    )


def _reason(scene: Scene, span: Span) -> str:
    layers = list(scene.within(span.first, span.last))
    if scene.words_within(span.first, span.last):
        return "has text"
    if not layers:
        return "shows the background"
    if len(layers) > 1:
        return "has several layers"
    if len(layers[0]) > 1:
        return "holds several clips"
    return "is encoded for this frame"


def _with_cached(spans: list[PlannedSpan], owner_id: Any) -> list[PlannedSpan]:
    found = cache.known(owner_id, {span.digest for span in spans if span.digest})
    return [
        span.model_copy(update={"treatment": "cached", "reason": "was rendered before"})
        if span.digest in found
        else span
        for span in spans
    ]


def _sound_digest(
    sound: SoundPlan,
    lufs: float | None,
    contents: Mapping[UUID, str],
    cut: Cut | None,
) -> str:
    what = hearing.described(list(sound.heard), sound.first, sound.last, contents)
    how = "sound" if cut is None else "copied sound"
    return digest_of(RECIPE, how, what, lufs, binary.version())


def rate_of(plan: RenderPlan) -> Fraction:
    return Fraction(plan.rate)
