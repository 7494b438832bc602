"""What of an annotation must be seen on its page, for checking exports."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from pdfeditor.geometry.annotations import (
    Drawing,
    Highlight,
    Kind,
    Note,
    Shape,
    TextBox,
)
from pdfeditor.geometry.boxes import Point, corners, turned

# Thinner lines and fainter colours may be lost among smoothed edges.
_LEAST_WIDTH = 0.5
_LEAST_OPACITY = 0.3
_OUTLINE = "#737373"
_MOST_SPOTS = 12
# Of areas: wide enough to cover whole pixels.
_WIDE = 10.0
# Letters of this size have stems about a point wide.
_CLEAR_SIZE = 14.0
_LEAST_SHARE = 0.05
# What a pen pressed hard makes of its width.
_WIDEST_SHARE = 1.6


class Ink(NamedTuple):
    """A colour that is laid on the page, and how."""

    color: str
    opacity: float
    is_multiplied: bool


class Spot(NamedTuple):
    """A place, in stored coordinates, in the middle of a line of this width."""

    x: float
    y: float
    ink: Ink
    width: float


class Strokes(NamedTuple):
    """Lines in stored coordinates, none wider than this."""

    lines: list[list[Point]]
    width: float


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
    return [_ink(body, color) for color in colors]


def strength(body: Kind) -> float:
    """The share of a pixel, at one a point, that its thinnest lines cover at least."""
    share = 1.0
    match body:
        case TextBox(background_color=None):
            share = body.font_size / _CLEAR_SIZE
        case Drawing():
            share = body.stroke_width / 2
        case Shape(fill_color=None):
            share = body.stroke_width / 2
    return min(1.0, max(_LEAST_SHARE, share))


def spots(body: Kind) -> list[Spot]:
    """Places where its ink is for certain; none for what is drawn elsewhere, too.

    They tell a missing line from another one that crosses the same rectangle.
    """
    if body.opacity < _LEAST_OPACITY:
        return []
    found = [spot for spot in _spots(body) if spot.width >= _LEAST_WIDTH]
    found = found[:: max(1, -(-len(found) // _MOST_SPOTS))]
    places = _turned(body, [(spot.x, spot.y) for spot in found])
    return [spot._replace(x=x, y=y) for spot, (x, y) in zip(found, places, strict=True)]


def strokes(body: Kind) -> Strokes | None:
    """All that it draws, for what is drawn with lines only; None for the others."""
    match body:
        case Drawing(fill_color=None):
            lines = [[(point[0], point[1]) for point in line] for line in body.lines()]
            width = body.stroke_width * _WIDEST_SHARE
        case Shape(shape_type="line" | "rectangle" | "polygon", fill_color=None):
            lines, width = [_corners(body)], body.stroke_width
        case _:
            return None
    return Strokes([_turned(body, line) for line in lines], width)


def _turned(body: Kind, points: list[Point]) -> list[Point]:
    if not body.rotation:
        return points
    centre = (body.x + body.width / 2, body.y + body.height / 2)
    return [turned(point, centre, body.rotation) for point in points]


def _corners(shape: Shape) -> list[Point]:
    if shape.shape_type == "rectangle":
        points = corners(shape.x, shape.y, shape.width, shape.height, 0)
    else:
        points = [(point[0], point[1]) for point in shape.points or []]
    return points if shape.shape_type == "line" else [*points, points[0]]


def _ink(body: Kind, color: str) -> Ink:
    is_multiplied = (isinstance(body, Highlight) and body.style == "highlight") or (
        isinstance(body, Drawing) and body.blend == "multiply"
    )
    return Ink(color, body.opacity, is_multiplied)


def _spots(body: Kind) -> Iterator[Spot]:
    match body:
        case Highlight(style="highlight"):
            ink = _ink(body, body.color)
            for quad in body.quads:
                yield Spot(sum(quad[::2]) / 4, sum(quad[1::2]) / 4, ink, _WIDE)
        case Drawing():
            ink = _ink(body, body.stroke_color)
            for line in body.lines():
                # A smoothed line goes through the middles, not through the points.
                through = line if len(line) < 3 or len(line[0]) > 2 else line[1:]
                for a, b in pairwise(through):
                    width = body.stroke_width * _share(a, b)
                    yield Spot((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, ink, width)
        case Shape(dash=None) | Shape(dash=[]):
            ink = _ink(body, body.stroke_color)
            for x, y in _outline(body):
                yield Spot(x, y, ink, body.stroke_width)


def _share(a: list[float], b: list[float]) -> float:
    """Of the line's width that a pen's pressure leaves."""
    if len(a) < 3 or len(b) < 3:
        return 1.0
    return 0.4 + 0.6 * min(1.0, max(0.0, a[2] + b[2]))


def _outline(shape: Shape) -> list[Point]:
    if shape.shape_type == "circle":
        x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
        a, b = shape.width / 2, shape.height / 2
        return [(x, y - b), (x + a, y), (x, y + b), (x - a, y)]
    if shape.shape_type == "arrow":
        points = [(point[0], point[1]) for point in shape.points or []]
    else:
        points = _corners(shape)
    return [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(points)]
