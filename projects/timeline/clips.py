"""Clips, their looks, sounds beside them, and the ways from one to the next. Pure.

A clip plays its source from `start_time` to `end_time` and begins on the timeline
at `position`.
"""

from typing import Annotated, Literal, Self, get_args
from uuid import UUID, uuid4

from pydantic import Field, computed_field, model_validator

from projects.timeline.effects import EffectType
from projects.timeline.parts import (
    Degrees,
    FadeSeconds,
    Fraction01,
    Lane,
    Part,
    Seconds,
    Speed,
    Volume,
    milliseconds,
    must_follow,
    without,
)

MAX_EFFECTS = 20
MAX_TRANSITION_S = 10.0
TransitionType = Literal["fade", "dissolve", "wipe", "slide", "none"]
TRANSITION_TYPES: tuple[TransitionType, ...] = get_args(TransitionType)
# What must be left of a picture that is cropped from two sides.
LEAST_LEFT = 0.02

_Place = Annotated[float, Field(ge=-2, le=3, allow_inf_nan=False)]
_CropShare = Annotated[float, Field(ge=0, le=0.95, allow_inf_nan=False)]


class Crop(Part):
    """What is cut off each side, as shares of the picture's width and height."""

    left: _CropShare = 0.0
    top: _CropShare = 0.0
    right: _CropShare = 0.0
    bottom: _CropShare = 0.0

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if 1 - max(self.left + self.right, self.top + self.bottom) < LEAST_LEFT - 1e-9:
            raise ValueError("the crop leaves nothing of the picture")
        return self


class Transform(Part):
    """Where and how large a clip is in the frame.

    The whole picture at `scale` 1 just fits into the frame; (`x`, `y`) is where its
    centre is, in fractions of the frame. It turns around that centre, `rotation`
    degrees clockwise. `crop` hides parts of it and moves nothing.
    """

    x: _Place = 0.5
    y: _Place = 0.5
    scale: Annotated[float, Field(ge=0.01, le=10, allow_inf_nan=False)] = 1.0
    rotation: Degrees = 0.0
    crop: Crop = Field(default_factory=Crop)
    opacity: Fraction01 = 1.0


class Effect(Part):
    """One effect on a clip's picture, in `effects.KINDS`.

    Without times it lasts as long as the clip; they count from the clip's beginning
    on the timeline.
    """

    id: UUID = Field(default_factory=uuid4)
    type: EffectType
    parameters: Annotated[dict[str, float | str], Field(max_length=10)] = {}
    start_time: Seconds | None = None
    end_time: Seconds | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_time is not None:
            must_follow(self.start_time or 0.0, self.end_time)
        return self


class _Played(Part):
    """What clips and sounds have in common: a part of a source, and its sound."""

    id: UUID = Field(default_factory=uuid4)
    asset: UUID
    start_time: Seconds = 0.0
    end_time: Seconds
    position: Seconds = 0.0
    volume: Volume = 1.0
    muted: bool = False
    speed: Speed = 1.0
    fade_in: FadeSeconds = 0.0
    fade_out: FadeSeconds = 0.0
    group: UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _ignore_derived(cls, data: object) -> object:
        return without(data, "duration")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        must_follow(self.start_time, self.end_time)
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def duration(self) -> float:
        """Seconds that it takes on the timeline."""
        return milliseconds((self.end_time - self.start_time) / self.speed)

    @property
    def timeline_end(self) -> float:
        return milliseconds(self.position + self.duration)


class Clip(_Played):
    """A video, a sound or a picture on a layer; layer 0 is at the bottom."""

    layer: Lane = 0
    transform: Transform = Field(default_factory=Transform)
    effects: Annotated[list[Effect], Field(max_length=MAX_EFFECTS)] = []


class AudioTrack(_Played):
    """A sound beside the picture. `duck`: lowered while the clips are heard."""

    track: Lane = 0
    duck: bool = False


class Transition(Part):
    """From one clip to the next on its layer, centred on the cut between them.

    `position` is that cut in seconds; it follows from the clips.
    """

    id: UUID = Field(default_factory=uuid4)
    type: TransitionType
    direction: Literal["left", "right", "up", "down"] = "left"
    duration: Annotated[
        float, Field(gt=0, le=MAX_TRANSITION_S, allow_inf_nan=False)
    ] = 1.0
    from_clip: UUID
    to_clip: UUID
    position: Seconds = 0.0

    @model_validator(mode="before")
    @classmethod
    def _ignore_derived(cls, data: object) -> object:
        return without(data, "position")
