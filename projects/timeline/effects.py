"""The effects there are: their parameters, ranges and defaults. Pure.

The one list for validation, for the renderer and, as JSON, for the editor.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

EffectType = Literal[
    "brightness",
    "contrast",
    "saturation",
    "hue",
    "gamma",
    "blur",
    "sharpen",
    "grayscale",
    "sepia",
    "vignette",
    "noise_reduction",
    "chroma_key",
    "stabilise",
]
EFFECT_TYPES: tuple[EffectType, ...] = get_args(EffectType)
Value = float | str

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Number:
    """A parameter between two bounds; `default` is what a new effect begins with."""

    name: str
    minimum: float
    maximum: float
    default: float
    kind: Literal["number"] = "number"


@dataclass(frozen=True)
class Color:
    """A parameter `#rrggbb`."""

    name: str
    default: str
    kind: Literal["color"] = "color"


Parameter = Number | Color

KINDS: dict[EffectType, tuple[Parameter, ...]] = {
    "brightness": (Number("amount", -1, 1, 0),),
    "contrast": (Number("amount", 0, 3, 1),),
    "saturation": (Number("amount", 0, 3, 1),),
    "hue": (Number("degrees", -180, 180, 0),),
    "gamma": (Number("amount", 0.1, 4, 1),),
    "blur": (Number("radius", 0, 50, 8),),
    "sharpen": (Number("amount", 0, 3, 1),),
    "grayscale": (Number("amount", 0, 1, 1),),
    "sepia": (Number("amount", 0, 1, 1),),
    "vignette": (Number("amount", 0, 1, 0.5),),
    "noise_reduction": (Number("strength", 0, 10, 4),),
    "chroma_key": (
        Color("color", "#00ff00"),
        Number("similarity", 0.01, 1, 0.2),
        Number("blend", 0, 1, 0.1),
    ),
    "stabilise": (Number("strength", 0, 1, 0.5),),
}


@dataclass(frozen=True)
class Problem:
    """A parameter that an effect cannot take."""

    parameter: str
    code: str
    message: str


def problems_of(
    effect_type: EffectType, parameters: Mapping[str, Value]
) -> list[Problem]:
    """Everything that is wrong with an effect's parameters."""
    known = {parameter.name: parameter for parameter in KINDS[effect_type]}
    found = []
    for name, value in parameters.items():
        if name not in known:
            names = ", ".join(known)
            message = f"{effect_type} has no parameter “{name[:40]}”; it has {names}."
            found.append(Problem(name[:40], "unknown_parameter", message))
        elif message := _wrong_with(known[name], value):
            found.append(Problem(name, "parameter_out_of_range", message))
    return found


def values_of(
    effect_type: EffectType, parameters: Mapping[str, Value]
) -> dict[str, Any]:
    """Every parameter's value, those left out at their defaults."""
    return {
        parameter.name: parameters.get(parameter.name, parameter.default)
        for parameter in KINDS[effect_type]
    }


def described() -> list[dict[str, Any]]:
    """The list as the editor gets it."""
    return [
        {"type": kind, "parameters": [asdict(parameter) for parameter in parameters]}
        for kind, parameters in KINDS.items()
    ]


def _wrong_with(parameter: Parameter, value: Value) -> str:
    if isinstance(parameter, Color):
        if isinstance(value, str) and _COLOR.fullmatch(value):
            return ""
        return f"{parameter.name} must be a colour such as {parameter.default}."
    low, high = parameter.minimum, parameter.maximum
    if isinstance(value, str) or not math.isfinite(value) or not low <= value <= high:
        return f"{parameter.name} must be a number from {low:g} to {high:g}."
    return ""
