"""What of an annotation must be seen on its page, for checking exports."""

from typing import NamedTuple

from pdfeditor.geometry.annotations import (
    Drawing,
    Highlight,
    Kind,
    Note,
    Shape,
    TextBox,
)

# Thinner lines and fainter colours may be lost among smoothed edges.
_LEAST_WIDTH = 0.5
_LEAST_OPACITY = 0.3
_OUTLINE = "#737373"


class Ink(NamedTuple):
    """A colour that is laid on the page, and how."""

    color: str
    opacity: float
    is_multiplied: bool


def inks(body: Kind) -> list[Ink]:
    """Colours of which one at least shows where the page has another one.

    Empty when nothing can be promised: pictures may be white or transparent.
    """
    if body.opacity < _LEAST_OPACITY:
        return []
    match body:
        case TextBox():
            colors = [body.background_color] if body.background_color else []
            colors += [body.color] if body.content.strip() else []
        case Highlight():
            colors = [body.color]
        case Drawing():
            colors = [body.stroke_color] if body.stroke_width >= _LEAST_WIDTH else []
        case Shape():
            colors = [body.fill_color] if body.fill_color else []
            if body.stroke_width >= _LEAST_WIDTH:
                colors.append(body.stroke_color)
        case Note():
            colors = [_OUTLINE]
        case _:
            colors = []
    is_multiplied = (isinstance(body, Highlight) and body.style == "highlight") or (
        isinstance(body, Drawing) and body.blend == "multiply"
    )
    return [Ink(color, body.opacity, is_multiplied) for color in colors]
