"""What a timeline must fulfil beyond its shape: sources, ends, overlaps. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from projects.timeline.document import MAX_TIMELINE_S, Timeline
from streamfetch.errors import FieldProblem

# A source's probed duration and its last frame may differ by this much.
TOLERANCE_S = 0.05


@dataclass(frozen=True)
class Source:
    """What is known of a clip's asset. `duration_s` None: a still picture."""

    title: str
    duration_s: float | None
    is_ready: bool


def _clip_problems(
    index: int, timeline: Timeline, sources: Mapping[UUID, Source]
) -> list[FieldProblem]:
    clip = timeline.clips[index]
    path = f"timeline.clips[{index}]"
    if clip.timeline_end > MAX_TIMELINE_S:
        return [
            FieldProblem(
                f"{path}.position",
                "past_limit",
                f"This clip ends at {clip.timeline_end:g} s; a timeline lasts "
                f"{MAX_TIMELINE_S:g} s at most.",
            )
        ]
    source = sources.get(clip.asset)
    if source is None:
        return [
            FieldProblem(
                f"{path}.asset",
                "asset_missing",
                "This file is not in your library any more. Restore it from the bin "
                "or remove the clip.",
            )
        ]
    if not source.is_ready:
        return [
            FieldProblem(
                f"{path}.asset",
                "asset_not_ready",
                f"“{source.title}” is not ready yet. Wait until it has been processed.",
            )
        ]
    if source.duration_s is not None and (
        clip.end_time > source.duration_s + TOLERANCE_S
    ):
        return [
            FieldProblem(
                f"{path}.end_time",
                "past_end",
                f"{clip.end_time:g} s lies past the end of “{source.title}”, which "
                f"lasts {source.duration_s:g} s.",
            )
        ]
    return []


def _overlaps(timeline: Timeline) -> list[FieldProblem]:
    order = sorted(
        range(len(timeline.clips)),
        key=lambda index: (timeline.clips[index].layer, timeline.clips[index].position),
    )
    problems = []
    for before, after in pairwise(order):
        earlier, later = timeline.clips[before], timeline.clips[after]
        if earlier.layer == later.layer and later.position < earlier.timeline_end:
            problems.append(
                FieldProblem(
                    f"timeline.clips[{after}].position",
                    "overlap",
                    f"This clip begins at {later.position:g} s, before clip "
                    f"{before + 1} ends at {earlier.timeline_end:g} s.",
                )
            )
    return problems


def _repeated_ids(timeline: Timeline) -> list[FieldProblem]:
    problems = []
    seen: set[UUID] = set()
    for name in ("clips", "text_overlays", "markers"):
        for index, part in enumerate(getattr(timeline, name)):
            if part.id in seen:
                problems.append(
                    FieldProblem(
                        f"timeline.{name}[{index}].id",
                        "repeated_id",
                        "Two parts of the timeline have this id.",
                    )
                )
            seen.add(part.id)
    return problems


def find_problems(
    timeline: Timeline,
    *,
    sources: Mapping[UUID, Source],
    fonts: Collection[str],
) -> list[FieldProblem]:
    """Everything that would keep this timeline from rendering, by its path."""
    problems = _repeated_ids(timeline)
    for index in range(len(timeline.clips)):
        problems += _clip_problems(index, timeline, sources)
    problems += _overlaps(timeline)
    for index, overlay in enumerate(timeline.text_overlays):
        if overlay.style.font_family not in fonts:
            problems.append(
                FieldProblem(
                    f"timeline.text_overlays[{index}].style.font_family",
                    "unknown_font",
                    f"There is no font “{overlay.style.font_family}”. Choose one of: "
                    f"{', '.join(sorted(fonts))}.",
                )
            )
    return problems
