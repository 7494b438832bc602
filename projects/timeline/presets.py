"""What a project can be exported as. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from projects.timeline.document import Settings, even
from projects.timeline.scene import Frame, frame_of

Preset = Literal["match_source", "project", "1080p", "720p", "vertical", "gif", "audio"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
EXTENSIONS: dict[str, str] = {"gif": "gif", "audio": "m4a"}
SHORT_SIDES = {"1080p": 1080, "720p": 720}
VERTICAL = (1080, 1920)
MOST_PIXELS = 3840
GIF_SECONDS = 60


@dataclass(frozen=True)
class Wish:
    """What is asked of a render: a preset, maybe a part (seconds), a loudness."""

    preset: Preset = "project"
    start_time: float | None = None
    end_time: float | None = None
    loudness_lufs: float | None = None


@dataclass(frozen=True)
class SourceShape:
    """The picture that "match source" matches, as it is shown."""

    width: int
    height: int
    rate: Fraction


def frame_for(
    preset: Preset, settings: Settings, source: SourceShape | None = None
) -> Frame:
    """What a preset renders to. `source` is for "match_source" alone."""
    project = frame_of(settings)
    if preset in SHORT_SIDES:
        scale = SHORT_SIDES[preset] / min(project.width, project.height)
        longest = max(project.width, project.height)
        return _sized(project, scale=min(scale, MOST_PIXELS / longest))
    if preset == "vertical":
        width, height = VERTICAL
        return Frame(
            width=width,
            height=height,
            rate=project.rate,
            background=project.background,
            fit="cover",
            text_scale=width / project.width
            if project.width > project.height
            else height / project.height,
        )
    if preset == "match_source" and source is not None:
        return Frame(
            width=even(source.width),
            height=even(source.height),
            rate=source.rate,
            background=project.background,
            text_scale=min(
                source.width / project.width, source.height / project.height
            ),
        )
    return project


def _sized(project: Frame, *, scale: float) -> Frame:
    return Frame(
        width=even(project.width * scale),
        height=even(project.height * scale),
        rate=project.rate,
        background=project.background,
        text_scale=scale,
    )
