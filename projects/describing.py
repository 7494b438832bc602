"""How projects are shown: in the API, in the cache, in events, on pages.

Changes nothing in the database.
"""

from typing import Any
from uuid import UUID

from django.urls import reverse

from projects.models import Render, VideoProject
from streamfetch import caching
from streamfetch.events import bus
from streamfetch.jobs.models import State
from uploads.services.assets import poster_urls

CACHE_TRIES = 3


def describe(project: VideoProject) -> dict[str, Any]:
    """A project's document as the API and the cache hold it."""
    return {
        "id": str(project.pk),
        "name": project.name,
        "description": project.description,
        "status": str(project.status),
        "revision": project.revision,
        "timeline": project.timeline.model_dump(mode="json"),
        "settings": project.settings.model_dump(mode="json"),
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


def cache_entry(project: VideoProject) -> dict[str, Any]:
    """What the cache keeps: the document, and whose it is."""
    return {"owner": project.owner_id, "document": describe(project)}


def _is_current(project: VideoProject) -> bool:
    return VideoProject.objects.filter(
        pk=project.pk, revision=project.revision, updated_at=project.updated_at
    ).exists()


def _renew_cache(project: VideoProject) -> None:
    """Cache the project as it was just written, or as others wrote it since.

    Between writing and caching another may have written and cached: the older
    document must not stay.
    """
    key = caching.project_key(project.pk)
    for attempt in range(CACHE_TRIES):
        if attempt:
            project.refresh_from_db()
        if project.is_deleted:
            caching.forget(key)
        else:
            caching.replace(key, cache_entry(project), caching.PROJECT_TTL_S)
        if _is_current(project):
            return
    caching.forget(key)


def announce(project: VideoProject) -> None:
    """After every write: renew the cache and tell the owner's other pages."""
    _renew_cache(project)
    bus.publish(
        project.owner_id,
        "project",
        {
            "id": str(project.pk),
            "revision": project.revision,
            "status": str(project.status),
        },
    )


def announce_project_of(render: Render) -> None:
    """Tell what a render's beginning or end made of its project."""
    if render.state == State.RUNNING:
        return
    project = VideoProject.objects.filter(pk=render.project_id).first()
    if project is not None:
        announce(project)


def with_thumbnails(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Documents with the poster of their first clip: one query for a whole page.

    Signed addresses expire, so they are added last and never cached.
    """
    first = {
        document["id"]: UUID(str(document["timeline"]["clips"][0]["asset"]))
        for document in documents
        if document["timeline"]["clips"]
    }
    posters = poster_urls(set(first.values()))
    return [
        {
            **document,
            "thumbnail_url": posters.get(first[document["id"]])
            if document["id"] in first
            else None,
            "url": reverse("projects:editor", args=[document["id"]]),
        }
        for document in documents
    ]
