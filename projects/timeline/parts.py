"""What every part of a timeline is made of: times, shares, colours. Pure."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_TIMELINE_S = 24 * 3600.0
MAX_FADE_S = 60.0


def milliseconds(value: float) -> float:
    """Seconds, rounded to what a timeline can say."""
    return round(value, 3)


Seconds = Annotated[
    float,
    Field(ge=0, le=MAX_TIMELINE_S, allow_inf_nan=False),
    AfterValidator(milliseconds),
]
FadeSeconds = Annotated[
    float,
    Field(ge=0, le=MAX_FADE_S, allow_inf_nan=False),
    AfterValidator(milliseconds),
]
Fraction01 = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Volume = Annotated[float, Field(ge=0, le=4, allow_inf_nan=False)]
Speed = Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=-3600, le=3600, allow_inf_nan=False)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Lane = Annotated[int, Field(ge=0, le=9)]


class Part(BaseModel):
    """Base of everything in a timeline: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", validate_default=True)


def must_follow(start: float, end: float) -> None:
    """Raises `ValueError` unless there is time between the two."""
    if end <= start:
        raise ValueError(
            f"end_time ({end:g} s) must lie after start_time ({start:g} s)"
        )


def without(data: object, *derived: str) -> object:
    """Input without fields that are shown, never stored."""
    if isinstance(data, dict):
        return {key: value for key, value in data.items() if key not in derived}
    return data
