"""The timeline as it is stored and sent: one definition for all.

Times are seconds with millisecond precision.
"""

import math
from typing import Annotated, Literal, Self
from uuid import UUID, uuid4

from pydantic import Field, computed_field, model_validator

from projects.timeline.clips import (
    AudioTrack,
    Clip,
    Crop,
    Effect,
    Transform,
    Transition,
)
from projects.timeline.parts import (
    MAX_TIMELINE_S,
    Color,
    Part,
    Seconds,
    without,
)
from projects.timeline.texts import (
    CaptionCue,
    CaptionTrack,
    TextAnimation,
    TextOverlay,
    TextPosition,
    TextStyle,
)

__all__ = [
    "MAX_TIMELINE_S",
    "AudioTrack",
    "CaptionCue",
    "CaptionTrack",
    "Clip",
    "Crop",
    "Effect",
    "Marker",
    "Resolution",
    "Settings",
    "TextAnimation",
    "TextOverlay",
    "TextPosition",
    "TextStyle",
    "Timeline",
    "Transform",
    "Transition",
    "even",
]

MAX_CLIPS = 2000
MAX_TEXTS = 2000


class Marker(Part):
    id: UUID = Field(default_factory=uuid4)
    time: Seconds
    label: Annotated[str, Field(max_length=200)] = ""
    color: Color = "#f5a524"


class Timeline(Part):
    clips: Annotated[list[Clip], Field(max_length=MAX_CLIPS)] = []
    text_overlays: Annotated[list[TextOverlay], Field(max_length=MAX_TEXTS)] = []
    audio_tracks: Annotated[list[AudioTrack], Field(max_length=MAX_CLIPS)] = []
    transitions: Annotated[list[Transition], Field(max_length=MAX_CLIPS)] = []
    captions: CaptionTrack = Field(default_factory=CaptionTrack)
    markers: Annotated[list[Marker], Field(max_length=1000)] = []
    playhead_time: Seconds = 0.0

    @model_validator(mode="before")
    @classmethod
    def _ignore_derived(cls, data: object) -> object:
        return without(data, "duration")

    @model_validator(mode="after")
    def _place_transitions(self) -> Self:
        """A transition is where its second clip begins, whatever was sent."""
        begins = {clip.id: clip.position for clip in self.clips}
        for transition in self.transitions:
            transition.position = begins.get(transition.to_clip, 0.0)
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def duration(self) -> float:
        """Seconds until the last clip or sound ends; texts do not count."""
        played = [*self.clips, *self.audio_tracks]
        return max((each.timeline_end for each in played), default=0.0)

    @property
    def assets(self) -> set[UUID]:
        """The ids of everything that is played."""
        return {each.asset for each in [*self.clips, *self.audio_tracks]}


class Resolution(Part):
    width: Annotated[int, Field(ge=16, le=3840, multiple_of=2)] = 1280
    height: Annotated[int, Field(ge=16, le=3840, multiple_of=2)] = 720


class Settings(Part):
    """`loudness_lufs`: what an export is normalised to (EBU R 128); null: nothing."""

    resolution: Resolution = Field(default_factory=Resolution)
    frame_rate: Annotated[float, Field(ge=1, le=120, allow_inf_nan=False)] = 30.0
    background_color: Color = "#000000"
    audio_sample_rate: Literal[48000] = 48000
    loudness_lufs: (
        Annotated[float, Field(ge=-24, le=-10, allow_inf_nan=False)] | None
    ) = None


def even(value: float) -> int:
    """The nearest even number of pixels, as 4:2:0 video needs, 16 at least."""
    return max(16, 2 * math.floor(value / 2 + 0.5))
