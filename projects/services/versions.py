"""Versions of a project: kept by name, kept by themselves, taken back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import ProjectVersion, VideoProject
from projects.timeline.document import Settings, Timeline
from streamfetch.errors import Conflict, NotFound

KEPT_EVERY = timedelta(minutes=10)
MAX_AUTOMATIC = 50
MAX_NAMED = 200


@dataclass(frozen=True)
class Before:
    """A project as it was before an edit."""

    revision: int
    timeline: Timeline
    settings: Settings

    @classmethod
    def of(cls, project: VideoProject) -> Self | None:
        """None while the last version is young enough, or there is nothing to keep."""
        kept_at = project.versioned_at
        if kept_at is not None and kept_at > timezone.now() - KEPT_EVERY:
            return None
        if not project.timeline.clips and not project.timeline.text_overlays:
            return None
        return cls(project.revision, project.timeline, project.settings)


def versions_of(project: VideoProject) -> Any:
    return ProjectVersion.objects.filter(
        project_id=project.pk, owner_id=project.owner_id
    )


def find(project: VideoProject, version_id: UUID) -> ProjectVersion:
    """Raises `NotFound`."""
    version = versions_of(project).filter(pk=version_id).first()
    if version is None:
        raise NotFound(_("There is no such version of this project."))
    found: ProjectVersion = version
    return found


def keep(project: VideoProject, *, name: str) -> ProjectVersion:
    """Keep the project as it is now. Raises `Conflict` when there are too many."""
    if versions_of(project).exclude(name="").count() >= MAX_NAMED:
        raise Conflict(
            _("A project has %(most)d named versions at most. Delete old projects, or "
              "duplicate this one and go on there.")
            % {"most": MAX_NAMED},
            code="too_many_versions",
        )  # fmt: skip
    return _store(
        project, Before(project.revision, project.timeline, project.settings), name
    )


def keep_sometimes(project: VideoProject, before: Before) -> None:
    """Keep what an edit replaced, unless another process has just done so."""
    now = timezone.now()
    old = Q(versioned_at=None) | Q(versioned_at__lte=now - KEPT_EVERY)
    if not VideoProject.objects.filter(old, pk=project.pk).update(versioned_at=now):
        return
    project.versioned_at = now
    _store_automatic(project, before)


def keep_now(project: VideoProject) -> None:
    """Keep the project as it is, by itself, before something replaces all of it."""
    now = timezone.now()
    VideoProject.objects.filter(pk=project.pk).update(versioned_at=now)
    project.versioned_at = now
    _store_automatic(
        project, Before(project.revision, project.timeline, project.settings)
    )


def _store_automatic(project: VideoProject, state: Before) -> None:
    _store(project, state, "")
    automatic = versions_of(project).filter(name="")
    for version in automatic.newest_first(2 * MAX_AUTOMATIC)[MAX_AUTOMATIC:]:
        version.delete()


def _store(project: VideoProject, state: Before, name: str) -> ProjectVersion:
    version = ProjectVersion(
        owner_id=project.owner_id,
        project_id=project.pk,
        name=name,
        project_revision=state.revision,
        timeline=state.timeline,
        settings=state.settings,
    )
    version.save(force_insert=True)
    return version


def describe(version: ProjectVersion) -> dict[str, Any]:
    return {
        "id": str(version.pk),
        "name": version.name,
        "is_automatic": not version.name,
        "project_revision": version.project_revision,
        "duration": version.timeline.duration,
        "clip_count": len(version.timeline.clips),
        "created_at": version.created_at,
    }
