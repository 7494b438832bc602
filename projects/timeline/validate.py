"""What a timeline must fulfil beyond its shape: sources, ends, neighbours. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from projects.timeline import effects
from projects.timeline.clips import AudioTrack, Clip
from projects.timeline.document import MAX_TIMELINE_S, Timeline
from streamfetch.errors import FieldProblem

# A source's probed duration and its last frame may differ by this much.
TOLERANCE_S = 0.05
# Neighbours touch when they are no further apart than rounding makes them.
TOUCHING_S = 0.0021


@dataclass(frozen=True)
class Source:
    """What is known of a clip's asset. `duration_s` None: a still picture."""

    title: str
    duration_s: float | None
    is_ready: bool


def _played_problems(
    path: str, played: Clip | AudioTrack, sources: Mapping[UUID, Source]
) -> Iterator[FieldProblem]:
    if played.timeline_end > MAX_TIMELINE_S:
        yield FieldProblem(
            f"{path}.position",
            "past_limit",
            f"This clip ends at {played.timeline_end:g} s; a timeline lasts "
            f"{MAX_TIMELINE_S:g} s at most.",
        )
        return
    source = sources.get(played.asset)
    if source is None:
        yield FieldProblem(
            f"{path}.asset",
            "asset_missing",
            "This file is not in your library any more. Restore it from the bin "
            "or remove the clip.",
        )
    elif not source.is_ready:
        yield FieldProblem(
            f"{path}.asset",
            "asset_not_ready",
            f"“{source.title}” is not ready yet. Wait until it has been processed.",
        )
    elif source.duration_s is not None and (
        played.end_time > source.duration_s + TOLERANCE_S
    ):
        yield FieldProblem(
            f"{path}.end_time",
            "past_end",
            f"{played.end_time:g} s lies past the end of “{source.title}”, which "
            f"lasts {source.duration_s:g} s.",
        )
    elif source.duration_s is None and isinstance(played, AudioTrack):
        yield FieldProblem(
            f"{path}.asset",
            "not_a_sound",
            f"“{source.title}” is a picture: it cannot be heard. Choose a sound or "
            "a video.",
        )


def _effect_problems(path: str, clip: Clip) -> Iterator[FieldProblem]:
    for number, effect in enumerate(clip.effects):
        place = f"{path}.effects[{number}]"
        for problem in effects.problems_of(effect.type, effect.parameters):
            yield FieldProblem(
                f"{place}.parameters.{problem.parameter}", problem.code, problem.message
            )
        if effect.start_time is not None and effect.start_time >= clip.duration:
            yield FieldProblem(
                f"{place}.start_time",
                "past_end",
                f"This effect begins at {effect.start_time:g} s of a clip that lasts "
                f"{clip.duration:g} s.",
            )


def _overlaps(
    name: str, parts: Iterable[Clip] | Iterable[AudioTrack], lane: str
) -> Iterator[FieldProblem]:
    """Parts of one lane that are on at the same time."""
    numbered = sorted(
        enumerate(parts), key=lambda pair: (getattr(pair[1], lane), pair[1].position)
    )
    for (before, earlier), (after, later) in pairwise(numbered):
        if getattr(earlier, lane) != getattr(later, lane):
            continue
        if later.position < earlier.timeline_end:
            yield FieldProblem(
                f"timeline.{name}[{after}].position",
                "overlap",
                f"This clip begins at {later.position:g} s, before clip "
                f"{before + 1} ends at {earlier.timeline_end:g} s.",
            )


def _repeated_ids(timeline: Timeline) -> Iterator[FieldProblem]:
    seen: set[UUID] = set()
    groups: dict[str, Iterable[object]] = {
        name: getattr(timeline, name)
        for name in ("clips", "audio_tracks", "text_overlays", "transitions", "markers")
    }
    groups["captions.cues"] = timeline.captions.cues
    groups |= {
        f"clips[{index}].effects": clip.effects
        for index, clip in enumerate(timeline.clips)
        if clip.effects
    }
    for name, parts in groups.items():
        for index, part in enumerate(parts):
            part_id: UUID = part.id  # type: ignore[attr-defined]
            if part_id in seen:
                yield FieldProblem(
                    f"timeline.{name}[{index}].id",
                    "repeated_id",
                    "Two parts of the timeline have this id.",
                )
            seen.add(part_id)


def _transition_problems(timeline: Timeline) -> Iterator[FieldProblem]:
    clips = {clip.id: clip for clip in timeline.clips}
    used: dict[UUID, float] = {}
    cuts: set[UUID] = set()
    for index, transition in enumerate(timeline.transitions):
        path = f"timeline.transitions[{index}]"
        for field in ("from_clip", "to_clip"):
            if getattr(transition, field) not in clips:
                yield FieldProblem(
                    f"{path}.{field}",
                    "clip_missing",
                    "This clip is not on the timeline. Remove the transition.",
                )
        before = clips.get(transition.from_clip)
        after = clips.get(transition.to_clip)
        if before is None or after is None:
            continue
        apart_s = abs(after.position - before.timeline_end)
        if before.layer != after.layer or apart_s > TOUCHING_S:
            yield FieldProblem(
                f"{path}.to_clip",
                "not_neighbours",
                "A transition joins two clips of one layer, the second beginning "
                "where the first one ends. Move them together or remove it.",
            )
            continue
        if after.id in cuts:
            yield FieldProblem(
                f"{path}.to_clip",
                "second_transition",
                "There is another transition at this cut. Remove one of them.",
            )
            continue
        cuts.add(after.id)
        for clip in (before, after):
            used[clip.id] = used.get(clip.id, 0.0) + transition.duration / 2
            if used[clip.id] > clip.duration + TOUCHING_S:
                yield FieldProblem(
                    f"{path}.duration",
                    "longer_than_clip",
                    f"The transitions of a clip that lasts {clip.duration:g} s take "
                    f"{used[clip.id]:g} s of it. Make them shorter.",
                )


def _font_problems(
    timeline: Timeline, fonts: Collection[str]
) -> Iterator[FieldProblem]:
    styles = [
        (f"text_overlays[{index}]", overlay.style)
        for index, overlay in enumerate(timeline.text_overlays)
    ]
    for name, style in [*styles, ("captions", timeline.captions.style)]:
        if style.font_family not in fonts:
            yield FieldProblem(
                f"timeline.{name}.style.font_family",
                "unknown_font",
                f"There is no font “{style.font_family}”. Choose one of: "
                f"{', '.join(sorted(fonts))}.",
            )


def find_problems(
    timeline: Timeline,
    *,
    sources: Mapping[UUID, Source],
    fonts: Collection[str],
) -> list[FieldProblem]:
    """Everything that would keep this timeline from rendering, by its path."""
    problems = [*_repeated_ids(timeline)]
    for index, clip in enumerate(timeline.clips):
        path = f"timeline.clips[{index}]"
        problems += _played_problems(path, clip, sources)
        problems += _effect_problems(path, clip)
    for index, track in enumerate(timeline.audio_tracks):
        problems += _played_problems(f"timeline.audio_tracks[{index}]", track, sources)
    problems += _overlaps("clips", timeline.clips, "layer")
    problems += _overlaps("audio_tracks", timeline.audio_tracks, "track")
    problems += _transition_problems(timeline)
    problems += _font_problems(timeline, fonts)
    return problems
