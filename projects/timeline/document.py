"""The timeline as it is stored and sent: one definition for all.

Times are seconds with millisecond precision. A clip plays its source from
`start_time` to `end_time` and begins on the timeline at `position`.
"""

import math
from typing import Annotated, Literal, Self
from uuid import UUID, uuid4

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    computed_field,
    model_validator,
)

MAX_CLIPS = 2000
MAX_TEXTS = 2000
MAX_TIMELINE_S = 24 * 3600.0
MAX_TEXT = 2000


def _milliseconds(value: float) -> float:
    return round(value, 3)


Seconds = Annotated[
    float,
    Field(ge=0, le=MAX_TIMELINE_S, allow_inf_nan=False),
    AfterValidator(_milliseconds),
]
Fraction01 = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Part(BaseModel):
    """Base of everything in a timeline: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


def _must_follow(start: float, end: float) -> None:
    if end <= start:
        raise ValueError(
            f"end_time ({end:g} s) must lie after start_time ({start:g} s)"
        )


class Clip(Part):
    id: UUID = Field(default_factory=uuid4)
    asset: UUID
    start_time: Seconds = 0.0
    end_time: Seconds
    position: Seconds = 0.0
    layer: Annotated[int, Field(ge=0, le=0)] = 0
    volume: Annotated[float, Field(ge=0, le=4, allow_inf_nan=False)] = 1.0
    muted: bool = False
    speed: Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)] = 1.0

    @model_validator(mode="before")
    @classmethod
    def _ignore_derived(cls, data: object) -> object:
        # `duration` is shown, never stored: it follows from the other three.
        if isinstance(data, dict) and "duration" in data:
            return {key: value for key, value in data.items() if key != "duration"}
        return data

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _must_follow(self.start_time, self.end_time)
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def duration(self) -> float:
        """Seconds that the clip takes on the timeline."""
        return _milliseconds((self.end_time - self.start_time) / self.speed)

    @property
    def timeline_end(self) -> float:
        return _milliseconds(self.position + self.duration)


class TextStyle(Part):
    font_family: Annotated[str, Field(min_length=1, max_length=80)] = "Inter"
    font_size: Annotated[float, Field(ge=4, le=1000, allow_inf_nan=False)] = 48.0
    color: Color = "#ffffff"
    background_color: Color | None = None
    opacity: Fraction01 = 1.0
    bold: bool = False
    italic: bool = False
    underline: bool = False


class TextPosition(Part):
    """Centre of the text box, as fractions of the frame's width and height."""

    x: Fraction01 = 0.5
    y: Fraction01 = 0.5


class TextAnimation(Part):
    fade_in: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 0.0
    fade_out: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 0.0


class TextOverlay(Part):
    id: UUID = Field(default_factory=uuid4)
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    start_time: Seconds = 0.0
    end_time: Seconds
    position: TextPosition = Field(default_factory=TextPosition)
    style: TextStyle = Field(default_factory=TextStyle)
    animation: TextAnimation | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _must_follow(self.start_time, self.end_time)
        return self


class Marker(Part):
    id: UUID = Field(default_factory=uuid4)
    time: Seconds
    label: Annotated[str, Field(max_length=200)] = ""


class Timeline(Part):
    clips: Annotated[list[Clip], Field(max_length=MAX_CLIPS)] = []
    text_overlays: Annotated[list[TextOverlay], Field(max_length=MAX_TEXTS)] = []
    audio_tracks: Annotated[list[None], Field(max_length=0)] = []
    transitions: Annotated[list[None], Field(max_length=0)] = []
    markers: Annotated[list[Marker], Field(max_length=1000)] = []
    playhead_time: Seconds = 0.0

    @model_validator(mode="before")
    @classmethod
    def _ignore_derived(cls, data: object) -> object:
        if isinstance(data, dict) and "duration" in data:
            return {key: value for key, value in data.items() if key != "duration"}
        return data

    @computed_field  # type: ignore[prop-decorator]
    @property
    def duration(self) -> float:
        """Seconds until the last clip ends; texts do not make a video longer."""
        return max((clip.timeline_end for clip in self.clips), default=0.0)


class Resolution(Part):
    width: Annotated[int, Field(ge=16, le=3840, multiple_of=2)] = 1280
    height: Annotated[int, Field(ge=16, le=3840, multiple_of=2)] = 720


class Settings(Part):
    resolution: Resolution = Field(default_factory=Resolution)
    frame_rate: Annotated[float, Field(ge=1, le=120, allow_inf_nan=False)] = 30.0
    background_color: Color = "#000000"
    audio_sample_rate: Literal[48000] = 48000


def even(value: float) -> int:
    """The nearest even number of pixels, as 4:2:0 video needs, 16 at least."""
    return max(16, 2 * math.floor(value / 2 + 0.5))
