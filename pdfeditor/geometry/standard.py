"""Between our annotations and the standard ones of PDF and XFDF. Pure.

`Standard` is what ISO 32000-2, 12.5.6 and ISO 19444-1 have in common: a subtype and
geometry in the file's coordinates. What neither can say (fonts, a turned box) is
carried beside it by the writers.
"""

from dataclasses import dataclass, field
from typing import Any

from pdfeditor.geometry.annotations import (
    Body,
    Drawing,
    Highlight,
    Image,
    Kind,
    Note,
    Shape,
    TextBox,
    extent,
)
from pdfeditor.geometry.boxes import Box, Frame, Point, normal

MARKS = {
    "highlight": "Highlight",
    "underline": "Underline",
    "strikeout": "StrikeOut",
    "squiggly": "Squiggly",
}
STYLES = {subtype: style for style, subtype in MARKS.items()}
SUBTYPES = {*STYLES, "Ink", "Square", "Circle", "Line", "Polygon", "PolyLine"} | {
    "FreeText",
    "Text",
}
ALIGNMENTS = ("left", "center", "right")
NOTE_SIZE = 20.0
_FALLBACK_COLOR = "#000000"
_SHAPES = {"rectangle": "Square", "circle": "Circle", "polygon": "Polygon"}


@dataclass
class Standard:
    """One annotation as other programs know it."""

    subtype: str
    rect: Box
    contents: str = ""
    color: str | None = None
    interior: str | None = None
    width: float = 1.0
    dash: list[float] = field(default_factory=list)
    opacity: float = 1.0
    quads: list[list[float]] = field(default_factory=list)
    strokes: list[list[Point]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    is_arrow: bool = False
    text_color: str = _FALLBACK_COLOR
    font_size: float = 12.0
    alignment: int = 0


def rect_of(body: Kind, frame: Frame) -> Box:
    """Where it is in the file, without line width."""
    x0, y0, x1, y1 = extent(body)
    return normal((*frame.to_file(x0, y0), *frame.to_file(x1, y1)))


def standard_of(body: Kind, frame: Frame, rect: Box) -> Standard:
    said = Standard(subtype="", rect=rect, opacity=body.opacity)
    match body:
        case TextBox():
            said.subtype, said.contents = "FreeText", body.content
            said.color, said.text_color = body.background_color, body.color
            said.font_size = body.font_size
            said.alignment = ALIGNMENTS.index(body.text_align)
            said.width = 0.0
        case Highlight():
            said.subtype, said.color = MARKS[body.style], body.color
            said.quads = [_pairs(quad, frame.to_file) for quad in body.quads]
        case Drawing():
            said.subtype, said.color = "Ink", body.stroke_color
            said.width, said.interior = body.stroke_width, body.fill_color
            said.strokes = [
                [frame.to_file(point[0], point[1]) for point in line]
                for line in body.lines()
            ]
        case Shape():
            _shape_said(said, body, frame)
        case Image():
            said.subtype = "Stamp"
        case Note():
            said.subtype, said.contents, said.color = "Text", body.content, body.color
    return said


def _shape_said(said: Standard, shape: Shape, frame: Frame) -> None:
    points = [frame.to_file(point[0], point[1]) for point in shape.points or []]
    is_line = shape.shape_type in ("line", "arrow")
    said.subtype = {
        "rectangle": "Square",
        "circle": "Circle",
        "polygon": "Polygon",
    }.get(shape.shape_type, "Line" if len(points) == 2 else "PolyLine")
    said.is_arrow = shape.shape_type == "arrow"
    said.points = points if is_line or shape.shape_type == "polygon" else []
    said.color, said.interior = shape.stroke_color, shape.fill_color
    said.width, said.dash = shape.stroke_width, list(shape.dash or [])


def _pairs(quad: list[float], move: Any) -> list[float]:
    return [side for at in (0, 2, 4, 6) for side in move(quad[at], quad[at + 1])]


def body_of(said: Standard, frame: Frame) -> Body | None:
    """Our annotation; None for what is not edited here or has no extent.

    Raises `ValueError` (pydantic's) for values that make no annotation.
    """
    x0, y1 = frame.from_file(said.rect[0], said.rect[1])
    x1, y0 = frame.from_file(said.rect[2], said.rect[3])
    fields: dict[str, Any] = {
        "x": x0,
        "y": y0,
        "width": x1 - x0,
        "height": y1 - y0,
        "opacity": said.opacity,
    }
    kind = _fields(said, frame)
    if kind is None:
        return None
    fields |= {name: value for name, value in kind.items() if value is not None}
    return Body.model_validate(_rounded(fields))


def _fields(said: Standard, frame: Frame) -> dict[str, Any] | None:
    points = [list(frame.from_file(*point)) for point in said.points]
    lined = {
        "stroke_color": said.color or _FALLBACK_COLOR,
        "stroke_width": said.width if said.color else 0.0,
    }
    shaped = {**lined, "type": "shape", "dash": said.dash or None}
    match said.subtype:
        case "Highlight" | "Underline" | "StrikeOut" | "Squiggly":
            quads = [_pairs(quad, frame.from_file) for quad in said.quads]
            return (
                {
                    "type": "highlight",
                    "style": STYLES[said.subtype],
                    "quads": quads,
                    "color": said.color or "#ffd54a",
                }
                if quads
                else None
            )
        case "Ink":
            strokes = [
                [list(frame.from_file(*point)) for point in line]
                for line in said.strokes
                if line
            ]
            return {**lined, "type": "drawing", "strokes": strokes} if strokes else None
        case "Square" | "Circle":
            kind = "rectangle" if said.subtype == "Square" else "circle"
            return {**shaped, "shape_type": kind, "fill_color": said.interior}
        case "Line" | "PolyLine" if len(points) >= 2:
            kind = "arrow" if said.is_arrow else "line"
            return {**shaped, "shape_type": kind, "points": points}
        case "Polygon" if len(points) >= 3:
            return {
                **shaped,
                "shape_type": "polygon",
                "points": points,
                "fill_color": said.interior,
            }
        case "FreeText":
            return {
                "type": "text",
                "content": said.contents,
                "font_size": said.font_size,
                "text_align": ALIGNMENTS[said.alignment],
                "color": said.text_color,
                "background_color": said.color,
            }
        case "Text":
            return {
                "type": "note",
                "content": said.contents,
                "color": said.color or "#ffd54a",
                "width": NOTE_SIZE,
                "height": NOTE_SIZE,
            }
    return None


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return value
