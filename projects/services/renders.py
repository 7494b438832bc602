"""Asking for renders, and where their files are."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Render, VideoProject
from projects.pipeline import cache
from projects.services.projects import check_timeline
from projects.timeline.plan import RenderPlan
from projects.timeline.presets import GIF_SECONDS, Wish
from projects.timeline.scene import frame_of, scene_of
from streamfetch.errors import Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.jobs.models import ENDED, State
from streamfetch.storage.backends import media_storage

# What can be watched while it is rendered: not what is made of the whole at the end.
WATCHABLE = {"match_source", "project", "1080p", "720p", "vertical"}


def check(project: VideoProject, wish: Wish) -> None:
    """Raises `Invalid` naming what cannot be rendered."""
    if not project.timeline.clips and not project.timeline.audio_tracks:
        raise Invalid(
            _("The timeline is empty. Add a clip from the library, then render."),
            code="empty_timeline",
            field="timeline.clips",
        )
    frame = frame_of(project.settings)
    frames = scene_of(project.timeline, frame).frames
    if not frames:
        raise Invalid(
            _("The clips are shorter than one frame. Make them longer, then render."),
            code="empty_timeline",
            field="timeline.clips",
        )
    check_timeline(project.owner_id, project.timeline)
    _check_part(wish, float(frames / frame.rate), float(1 / frame.rate))


def _check_part(wish: Wish, duration_s: float, frame_s: float) -> None:
    start_s = wish.start_time or 0.0
    end_s = duration_s if wish.end_time is None else min(wish.end_time, duration_s)
    if start_s >= duration_s:
        raise Invalid(
            _("The part begins after the end of the timeline, at %(end).3f s.")
            % {"end": duration_s},
            code="past_end",
            field="start_time",
        )
    if end_s - start_s < frame_s:
        raise Invalid(
            _("The part must end at least one frame after it begins."),
            code="empty_part",
            field="end_time",
        )
    if wish.preset == "gif" and end_s - start_s > GIF_SECONDS:
        raise Invalid(
            _("A GIF lasts %(most)d s at most. Choose a part of the timeline.")
            % {"most": GIF_SECONDS},
            code="too_long",
            field="end_time",
        )


def request(project: VideoProject, wish: Wish | None = None) -> Render:
    """Queue a render of the project as it is now.

    Raises `Invalid` for an empty timeline, or one that cannot be rendered.
    """
    wish = wish or Wish()
    check(project, wish)
    render = Render(
        owner_id=project.owner_id,
        project_id=project.pk,
        project_name=project.name,
        project_revision=project.revision,
        timeline=project.timeline,
        settings=project.settings,
        preset=wish.preset,
        start_time=wish.start_time,
        end_time=wish.end_time,
        loudness_lufs=wish.loudness_lufs,
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
        .playback_url(
            render.output_key,
            download_name=f"{render.project_name}.{render.output_key.rpartition('.')[2]}",
        )
        .url
    )


def plan_shares(plan: RenderPlan) -> dict[str, Any]:
    """How much of a render is copied, cached and encoded."""
    return {
        "frames": plan.frames,
        "copied_share": round(plan.share("copy"), 4),
        "cached_share": round(plan.share("cached"), 4),
        "encoded_share": round(plan.share("encode"), 4),
    }


def can_be_watched(render: Render) -> bool:
    """Whether it is under way, and its beginning and sound are finished."""
    plan = render.plan
    if render.state in ENDED or plan is None or render.preset not in WATCHABLE:
        return False
    if not plan.spans:
        return False
    first = plan.spans[0].piece
    needed = {digest for digest in (plan.sound, first) if digest}
    return len(cache.known(render.owner_id, needed)) == len(needed)


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
        "watch_url": reverse("render-watch", args=[render.pk, "master"])
        if can_be_watched(render)
        else None,
        "preset": render.preset,
        "start_time": render.start_time,
        "end_time": render.end_time,
        "loudness_lufs": render.loudness_lufs,
        "plan": plan_shares(render.plan) if render.plan else None,
        "cost": render.cost.model_dump() if render.cost else None,
        "size_bytes": render.size_bytes,
        "duration_ms": render.duration_ms,
    }
