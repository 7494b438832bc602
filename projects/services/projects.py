"""What people do with projects."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from projects import fonts
from projects.describing import announce, cache_entry, describe
from projects.models import MAX_NAME, ProjectVersion, VideoProject
from projects.services import versions
from projects.timeline.document import Clip, Resolution, Settings, Timeline, even
from projects.timeline.validate import Source, find_problems
from streamfetch import caching
from streamfetch.errors import FieldProblem, Invalid, NotFound, RevisionConflict
from uploads.models import Asset, Kind

STILL_S = 5.0
STILL_RATE = 30.0
MAX_RATE = 60.0
MAX_PIXELS = (1920, 1080)
TEMPLATES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}


def find(owner: Any, project_id: UUID, *, unread: Iterable[str] = ()) -> VideoProject:
    """The caller's project, unless it is in the bin. Raises `NotFound`.

    Fields in `unread` are read when they are asked for: reading and checking a long
    timeline takes longer than writing the one that replaces it.
    """
    found = VideoProject.objects.owned_by(owner).alive().filter(pk=project_id)
    project = found.defer(*unread).first()
    if project is None:
        raise NotFound(_("There is no such project."))
    return project


def read(owner: Any, project_id: UUID) -> dict[str, Any]:
    """The project's document, from the cache when it is there."""

    def load() -> dict[str, Any]:
        return cache_entry(find(owner, project_id))

    entry, _hit = caching.remember(
        caching.project_key(project_id), caching.PROJECT_TTL_S, load
    )
    if entry["owner"] != owner.pk:
        raise NotFound(_("There is no such project."))
    document: dict[str, Any] = entry["document"]
    return document


def sources_of(owner_id: UUID, asset_ids: Iterable[UUID]) -> dict[UUID, Asset]:
    """The owner's assets among `asset_ids`, by id, in one query."""
    ids = list(set(asset_ids))
    if not ids:
        return {}
    found = Asset.objects.filter(pk__in=ids, owner_id=owner_id).alive()
    return {asset.pk: asset for asset in found}


def timeline_problems(owner_id: UUID, timeline: Timeline) -> list[FieldProblem]:
    """Everything that would keep `timeline` from rendering."""
    assets = sources_of(owner_id, timeline.assets)
    sources = {
        pk: Source(
            title=asset.title,
            duration_s=None if asset.kind == Kind.IMAGE else _duration_s(asset),
            is_ready=asset.status == Asset.Status.READY,
        )
        for pk, asset in assets.items()
    }
    return find_problems(timeline, sources=sources, fonts=fonts.family_names())


def _duration_s(asset: Asset) -> float:
    return (asset.duration_ms or 0) / 1000


def check_timeline(owner_id: UUID, timeline: Timeline) -> None:
    """Raises `Invalid` with the path of everything that is wrong."""
    problems = timeline_problems(owner_id, timeline)
    if problems:
        first = problems[0]
        raise Invalid(
            f"{first.field}: {first.message}", code=first.code, errors=problems
        )


def settings_for(asset: Asset) -> Settings:
    """Settings that fit a source: its size (1080p at most) and its frame rate."""
    width, height = asset.width or 1280, asset.height or 720
    longest, shortest = max(width, height), min(width, height)
    scale = min(1.0, MAX_PIXELS[0] / longest, MAX_PIXELS[1] / shortest)
    said = asset.facts.frame_rate if asset.facts else None
    # A picture has no rate, and some files none that means anything.
    rate = float(Fraction(said)) if said and asset.kind == Kind.VIDEO else 0.0
    return Settings(
        resolution=Resolution(width=even(width * scale), height=even(height * scale)),
        frame_rate=min(MAX_RATE, max(1.0, round(rate, 3))) if rate else STILL_RATE,
    )


def create(
    owner: Any,
    *,
    name: str,
    description: str = "",
    timeline: Timeline | None = None,
    settings: Settings | None = None,
    asset: UUID | None = None,
    template: str | None = None,
) -> VideoProject:
    """A new project, empty, from a document, or with one asset on its timeline.

    `template` is the shape of its frame, one of `TEMPLATES`. Raises `Invalid` for a
    timeline that could not be rendered, `NotFound` for an asset that is not the
    caller's.
    """
    if template is not None:
        width, height = TEMPLATES[template]
        settings = Settings(resolution=Resolution(width=width, height=height))
    if asset is not None:
        source = sources_of(owner.pk, [asset]).get(asset)
        if source is None:
            raise NotFound(_("There is no such file in your library."), field="asset")
        if source.status != Asset.Status.READY:
            raise Invalid(
                _("“%(title)s” is not ready yet. Wait until it has been processed.")
                % {"title": source.title},
                code="asset_not_ready",
                field="asset",
            )
        end_time = STILL_S if source.kind == Kind.IMAGE else _duration_s(source)
        timeline = Timeline(clips=[Clip(asset=asset, end_time=max(0.001, end_time))])
        settings = settings or settings_for(source)
    project = VideoProject(
        owner_id=owner.pk,
        name=name,
        description=description,
        timeline=timeline or Timeline(),
        settings=settings or Settings(),
    )
    check_timeline(owner.pk, project.timeline)
    project.save(force_insert=True)
    announce(project)
    return project


def edit(project: VideoProject, *, revision: int, **changes: Any) -> VideoProject:
    """Apply `changes` to the project at `revision`.

    Raises `RevisionConflict` carrying the current document, and `Invalid` for a
    timeline that could not be rendered; nothing is written in either case.
    """
    if "timeline" in changes:
        check_timeline(project.owner_id, changes["timeline"])
    return write(project, revision=revision, **changes)


def write(project: VideoProject, *, revision: int, **changes: Any) -> VideoProject:
    """`edit` of a timeline that was checked, or that is taken back as it was."""
    before = versions.Before.of(project)
    try:
        project.edit(revision=revision, **changes)
    except RevisionConflict as conflict:
        current = VideoProject.objects.get(pk=project.pk)
        conflict.extra["current"] = describe(current)
        raise
    if before is not None and before.revision == revision:
        versions.keep_sometimes(project, before)
    announce(project)
    return project


def take_back(project: VideoProject, version: ProjectVersion) -> VideoProject:
    """Make the project what `version` was, keeping what it is now as a version.

    Files may have been deleted since: the editor and the render say which. Raises
    `RevisionConflict` when it is edited at the same moment.
    """
    versions.keep_now(project)
    return write(
        project,
        revision=project.revision,
        timeline=version.timeline,
        settings=version.settings,
    )


def duplicate(project: VideoProject) -> VideoProject:
    suffix = _(" (copy)")
    copy = VideoProject(
        owner_id=project.owner_id,
        name=project.name[: MAX_NAME - len(suffix)] + suffix,
        description=project.description,
        timeline=project.timeline,
        settings=project.settings,
    )
    copy.save(force_insert=True)
    announce(copy)
    return copy


def move_to_bin(project: VideoProject) -> None:
    project.move_to_bin()
    announce(project)


def restore(owner: Any, project_id: UUID) -> VideoProject:
    project = VideoProject.objects.owned_by(owner).filter(pk=project_id).first()
    if project is None:
        raise NotFound(_("There is no such project."))
    project.restore()
    announce(project)
    return project
