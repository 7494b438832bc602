"""Asking for renders, and where their files are."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Render, VideoProject
from projects.services.projects import check_timeline
from projects.timeline.document import Transform
from projects.timeline.rational import exact_frame_rate
from projects.timeline.spans import spans_of
from streamfetch.errors import Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.jobs.models import State
from streamfetch.storage.backends import media_storage

# Each opens its source by itself: one FFmpeg does not have memory, nor a command
# line, for many more.
MAX_SPANS = 80


def _check(project: VideoProject) -> None:
    """Raises `Invalid` naming what cannot be rendered."""
    if not project.timeline.clips:
        raise Invalid(
            _("The timeline is empty. Add a clip from the library, then render."),
            code="empty_timeline",
            field="timeline.clips",
        )
    rate = exact_frame_rate(project.settings.frame_rate)
    spans = spans_of(project.timeline, rate)
    if len(spans) > MAX_SPANS:
        raise Invalid(
            _(
                "The timeline has %(count)d clips and gaps; %(most)d at most can be "
                "rendered at once. Render it in parts, then join those in a project."
            )
            % {"count": len(spans), "most": MAX_SPANS},
            code="too_many_clips",
            field="timeline.clips",
        )
    if not spans:
        raise Invalid(
            _("The clips are shorter than one frame. Make them longer, then render."),
            code="empty_timeline",
            field="timeline.clips",
        )
    check_timeline(project.owner_id, project.timeline)
    _check_supported(project)


def _check_supported(project: VideoProject) -> None:
    """Raises `Invalid` for what the renderer would leave out."""
    timeline = project.timeline
    asked = [
        ("audio_tracks", bool(timeline.audio_tracks)),
        ("transitions", bool(timeline.transitions)),
        ("captions.burn_in", timeline.captions.burn_in),
        ("settings.loudness_lufs", project.settings.loudness_lufs is not None),
    ]
    for index, clip in enumerate(timeline.clips):
        path = f"clips[{index}]"
        asked += [
            (f"{path}.layer", clip.layer != 0),
            (f"{path}.transform", clip.transform != Transform()),
            (f"{path}.effects", bool(clip.effects)),
            (f"{path}.fade_in", bool(clip.fade_in or clip.fade_out)),
        ]
    for path, is_asked in asked:
        if is_asked:
            raise Invalid(
                _("This cannot be rendered yet. Remove it, then render."),
                code="not_rendered_yet",
                field=path if path.startswith("settings") else f"timeline.{path}",
            )


def request(project: VideoProject) -> Render:
    """Queue a render of the project as it is now.

    Raises `Invalid` for an empty timeline, or one that cannot be rendered.
    """
    _check(project)
    render = Render(
        owner_id=project.owner_id,
        project_id=project.pk,
        project_name=project.name,
        project_revision=project.revision,
        timeline=project.timeline,
        settings=project.settings,
    )
    queue.submit(render)
    return render


def find(owner: Any, render_id: UUID) -> Render:
    render = Render.objects.owned_by(owner).filter(pk=render_id).first()
    if render is None:
        raise NotFound(_("There is no such render."))
    return render


def renders_of(project: VideoProject) -> Any:
    return Render.objects.filter(project_id=project.pk, owner_id=project.owner_id)


def cancel(render: Render) -> Render:
    queue.cancel(render)
    return render


def has_file(render: Render) -> bool:
    return render.state == State.SUCCEEDED and render.output_removed_at is None


def file_url(render: Render) -> str:
    """A signed address to save the file from. Raises `NotFound`."""
    if not has_file(render):
        raise NotFound(
            _("This render has no file (any more). Render the project again.")
        )
    return (
        media_storage()
        .playback_url(render.output_key, download_name=f"{render.project_name}.mp4")
        .url
    )


def describe(render: Render) -> dict[str, Any]:
    """A render as the API and the pages show it."""
    available = has_file(render)
    return {
        **queue.describe(render),
        "project": str(render.project_id),
        "project_revision": render.project_revision,
        "file_url": reverse("render-file", args=[render.pk]) if available else None,
        "playback_url": media_storage().playback_url(render.output_key).url
        if available
        else None,
        "size_bytes": render.size_bytes,
        "duration_ms": render.duration_ms,
    }
