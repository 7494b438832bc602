"""What a project looks like before it is rendered: a frame, a plan, its words."""

from fractions import Fraction
from typing import Any, Literal

from django.utils.translation import gettext as _

from projects.fonts import fonts_directory
from projects.models import VideoProject
from projects.pipeline import copying
from projects.pipeline.encoding import GIF_RATE, animated_size, frame_picture
from projects.pipeline.fetching import Sources, assets_of
from projects.pipeline.planning import main_picture, rate_of, work_for
from projects.pipeline.render import indexes_for
from projects.pipeline.script import whole_script
from projects.services import renders
from projects.services.projects import check_timeline
from projects.timeline.presets import Wish
from projects.timeline.rational import frame_on
from projects.timeline.scene import Frame, frame_of, scene_of
from streamfetch.errors import Invalid
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.command import Command
from streamfetch.storage.workspace import Workspace

FRAME_DEADLINE_S = 20
INDEX_DEADLINE_S = 60
# A rough guide, not measured on this machine: seconds for a million pixels of one
# layer; the first renders tell better than any constant.
ENCODE_S_PER_MEGAPIXEL = 0.008
OVERHEAD_S = 1.5
PER_SPAN_S = 0.15


def words(project: VideoProject) -> str:
    """The ASS script of the whole timeline, as the renderer burns it in."""
    return whole_script(scene_of(project.timeline, frame_of(project.settings)))


def frame(
    project: VideoProject, time_ms: int, *, image_format: Literal["jpeg", "png"]
) -> bytes:
    """The frame that is on at a moment, as the render shows it.

    Raises `Invalid` for a timeline that cannot be rendered or a time past its end.
    """
    check_timeline(project.owner_id, project.timeline)
    scene = scene_of(project.timeline, frame_of(project.settings))
    number = frame_on(time_ms, scene.frame.rate)
    if number >= scene.frames:
        raise Invalid(
            _("The timeline ends before this."), code="past_end", field="time_ms"
        )
    assets = assets_of(project.owner_id, project.timeline)
    with Workspace(label="frame") as workspace:
        command = frame_picture(
            scene,
            number,
            sources=Sources(assets, workspace.path),
            fonts=fonts_directory(),
            directory=workspace.path,
            image_format=image_format,
        )
        runner.run(command, workspace=workspace.path, deadline_s=FRAME_DEADLINE_S)
        return command.outputs[0].read_bytes()


def _planned_frame(shape: Frame, wish: Wish) -> dict[str, Any] | None:
    """What comes out in the end; nothing is seen of sound alone."""
    if wish.preset == "audio":
        return None
    size, rate = (shape.width, shape.height), shape.rate
    if wish.preset == "gif":
        size, rate = animated_size(*size), Fraction(GIF_RATE)
    return {
        "width": size[0],
        "height": size[1],
        "frame_rate": round(float(rate), 3),
    }


def plan(project: VideoProject, wish: Wish) -> dict[str, Any]:
    """What a render would copy, take from the cache and encode, and how long that
    may take. Raises `Invalid` for a timeline that cannot be rendered."""
    renders.check(project, wish)
    assets = assets_of(project.owner_id, project.timeline)
    with Workspace(label="plan") as workspace:
        sources = Sources(assets, workspace.path)
        indexes: dict[Any, copying.Index] = {}
        main = None
        if wish.preset == "match_source":
            main = main_picture(project.timeline, sources)
        if main is not None:

            def copy(command: Command) -> None:
                runner.run(
                    command, workspace=workspace.path, deadline_s=INDEX_DEADLINE_S
                )

            index, _movie = indexes_for(copy, sources, assets[main], needs_movie=False)
            if index is not None:
                indexes[main] = index
        work = work_for(
            project.timeline,
            project.settings,
            wish,
            sources=sources,
            owner_id=project.owner_id,
            indexes=indexes,
        )
    rate, shape = rate_of(work.plan), work.scene.frame
    megapixels = shape.width * shape.height / 1e6
    todo = [span for span in work.plan.spans if span.treatment == "encode"]
    encode_s = sum(
        span.frames * span.cost * megapixels * ENCODE_S_PER_MEGAPIXEL + PER_SPAN_S
        for span in todo
    )
    return {
        **renders.plan_shares(work.plan),
        "frame": _planned_frame(shape, wish),
        "duration_ms": round(work.plan.frames / rate * 1000),
        "estimated_s": round(encode_s + OVERHEAD_S, 1),
        "spans": [
            {
                "start_time": round(float(span.first / rate), 3),
                "end_time": round(float(span.last / rate), 3),
                "treatment": span.treatment,
                "reason": span.reason,
            }
            for span in work.plan.spans
        ],
    }
