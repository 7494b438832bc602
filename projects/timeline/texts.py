"""Words on the picture: overlays and captions. Pure."""

from typing import Annotated, Literal, Self
from uuid import UUID, uuid4

from pydantic import Field, model_validator

from projects.timeline.parts import (
    Color,
    Degrees,
    FadeSeconds,
    Fraction01,
    Part,
    Seconds,
    must_follow,
)

MAX_TEXT = 2000
MAX_CUES = 5000


class TextStyle(Part):
    """Sizes are pixels of the project's frame."""

    font_family: Annotated[str, Field(min_length=1, max_length=80)] = "Inter"
    font_size: Annotated[float, Field(ge=4, le=1000, allow_inf_nan=False)] = 48.0
    color: Color = "#ffffff"
    background_color: Color | None = None
    opacity: Fraction01 = 1.0
    bold: bool = False
    italic: bool = False
    underline: bool = False
    align: Literal["left", "center", "right"] = "center"
    outline_color: Color | None = None
    outline_width: Annotated[float, Field(ge=0, le=50, allow_inf_nan=False)] = 0.0


class TextPosition(Part):
    """Where the text is, as fractions of the frame's width and height.

    The text's vertical middle is at `y`; its left edge, middle or right edge is at
    `x`, as `align` says.
    """

    x: Fraction01 = 0.5
    y: Fraction01 = 0.5


class TextAnimation(Part):
    fade_in: FadeSeconds = 0.0
    fade_out: FadeSeconds = 0.0


class TextOverlay(Part):
    id: UUID = Field(default_factory=uuid4)
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    start_time: Seconds = 0.0
    end_time: Seconds
    position: TextPosition = Field(default_factory=TextPosition)
    rotation: Degrees = 0.0
    style: TextStyle = Field(default_factory=TextStyle)
    animation: TextAnimation | None = None
    group: UUID | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        must_follow(self.start_time, self.end_time)
        return self


class CaptionCue(Part):
    id: UUID = Field(default_factory=uuid4)
    start_time: Seconds = 0.0
    end_time: Seconds
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        must_follow(self.start_time, self.end_time)
        return self


class CaptionStyle(TextStyle):
    font_size: Annotated[float, Field(ge=4, le=1000, allow_inf_nan=False)] = 40.0
    background_color: Color | None = "#000000"


class CaptionPosition(TextPosition):
    y: Fraction01 = 0.88


class CaptionTrack(Part):
    """What is said, in one language. Part of the picture only with `burn_in`."""

    burn_in: bool = False
    language: Annotated[
        str,
        Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35),
    ] = "en"
    style: CaptionStyle = Field(default_factory=CaptionStyle)
    position: CaptionPosition = Field(default_factory=CaptionPosition)
    cues: Annotated[list[CaptionCue], Field(max_length=MAX_CUES)] = []
