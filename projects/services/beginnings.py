"""Offers the library to begin a project with a file that has come in."""

from typing import Any
from uuid import uuid5

from django.db import IntegrityError

from projects.describing import announce
from projects.models import MAX_NAME, VideoProject
from projects.services import projects
from projects.timeline.document import Clip, Timeline
from uploads.models import Asset, Kind


def start_project(owner_id: Any, asset: Asset) -> str:
    """A project with `asset` as its only clip; the address of its editor.

    Safe to repeat: one project for each asset. The asset may still be processed; a
    length that is not known yet is a picture's until the person trims it.
    """
    pk = uuid5(asset.pk, "project")
    known = VideoProject.objects.filter(pk=pk, owner_id=owner_id).first()
    if known is not None:
        return known.get_absolute_url()
    is_still = asset.kind == Kind.IMAGE or not asset.duration_ms
    end_time = projects.STILL_S if is_still else (asset.duration_ms or 0) / 1000
    project = VideoProject(
        pk=pk,
        owner_id=owner_id,
        name=asset.title[:MAX_NAME],
        timeline=Timeline(clips=[Clip(asset=asset.pk, end_time=end_time)]),
        settings=projects.settings_for(asset),
    )
    try:
        project.save(force_insert=True)
    except IntegrityError:
        return project.get_absolute_url()
    announce(project)
    return project.get_absolute_url()
