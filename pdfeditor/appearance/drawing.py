"""One annotation as PDF content: the same shapes from the same numbers as the SVG
that the editor shows.

Everything is drawn in stored coordinates; the first operator of a stream turns them
into those of the file, so the form's matrix is the identity and its box is the
annotation's rectangle, which every reader gets right.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from pdfeditor.appearance.content import Content, number, numbers
from pdfeditor.appearance.fonts import Face, FontBook
from pdfeditor.appearance.text import BASELINE, LINE_HEIGHT, Piece, Setter, lines_of
from pdfeditor.geometry.annotations import (
    Drawing,
    Highlight,
    Image,
    Kind,
    Note,
    Shape,
    TextBox,
    extent,
)
from pdfeditor.geometry.boxes import Box, Frame, bounds, corners, turned

NOTE_SIZE = 20.0
_SLANT = 0.21
_PRESSURE_STEPS = 8
_WING = math.radians(25)


@dataclass
class Appearance:
    """What is drawn, in which rectangle of the file, with which resources."""

    content: bytes
    rect: Box
    opacity: float = 1.0
    is_multiplied: bool = False
    # One area, filled once: it cannot shine through itself.
    is_simple: bool = False
    faces: list[Face] = field(default_factory=list)
    image: str | None = None


class _Pen:
    """What drawing one annotation collects."""

    def __init__(self, book: FontBook) -> None:
        self.book = book
        self.content = Content()
        self.faces: dict[str, Face] = {}
        # Upright, in stored coordinates: how far beyond its box it reaches.
        self.extra: Box | None = None


def draw(
    body: Kind, frame: Frame, book: FontBook, *, page_rotation: int = 0
) -> Appearance:
    """The appearance of one annotation on a page with this visible box."""
    pen = _Pen(book)
    x0, _y0, _x1, y1 = frame.box
    pen.content.add("q")
    pen.content.add(f"1 0 0 -1 {number(x0)} {number(y1)} cm")
    if not isinstance(body, Note):
        pen.content.turn(
            (body.x + body.width / 2, body.y + body.height / 2), body.rotation
        )
    padding = _DRAW[type(body)](body, pen) or 0.0
    if isinstance(body, Note):
        padding = _note(body, pen, page_rotation)
    pen.content.add("Q")
    style = getattr(body, "style", "")
    return Appearance(
        content=pen.content.data(),
        rect=_rect(body, frame, padding, pen.extra),
        opacity=body.opacity,
        is_multiplied=style == "highlight" or getattr(body, "blend", "") == "multiply",
        is_simple=pen.content.painted == 1 and style == "highlight",
        faces=list(pen.faces.values()),
        image=f"{body.image}.{body.image_type}" if isinstance(body, Image) else None,
    )


def _rect(body: Kind, frame: Frame, padding: float, extra: Box | None) -> Box:
    box = extra or extent(body)
    if isinstance(body, Note):
        box = (body.x, body.y, body.x + NOTE_SIZE, body.y + NOTE_SIZE)
    left, bottom = frame.to_file(box[0] - padding, box[3] + padding)
    right, top = frame.to_file(box[2] + padding, box[1] - padding)
    return (round(left, 3), round(bottom, 3), round(right, 3), round(top, 3))


# Text. -----------------------------------------------------------------------------


def _text(box: TextBox, pen: _Pen) -> float:
    setter = Setter(pen.book, box)
    lines = lines_of(setter, box.content, box.width)
    size, content = box.font_size, pen.content
    if box.background_color:
        content.fill_color(box.background_color)
        content.rectangle(box.x, box.y, box.width, box.height)
        content.paint(fill=True, stroke=False)
    content.fill_color(box.color)
    widest = 0.0
    for index, line in enumerate(lines):
        pieces = setter.line(line)
        width = size * sum(piece.width for piece in pieces)
        widest = max(widest, width)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[box.text_align]
        x = box.x + (box.width - width) * share
        y = box.y + size * (BASELINE + LINE_HEIGHT * index)
        _set_line(pieces, pen, box, setter, (x, y))
        if box.underline and width:
            content.stroke(box.color, max(0.5, size / 16), cap=0)
            content.polyline([(x, y + size * 0.12), (x + width, y + size * 0.12)])
            content.paint(fill=False, stroke=True)
    # Words may reach beyond a box that was made too small for them.
    height = max(box.height, size * (LINE_HEIGHT * len(lines) + 0.2))
    over = max(0.0, widest - box.width)
    pen.extra = _turned_box(box, over=over, height=height)
    return 1.0 + (size * 0.3 if setter.lacks_italic else 0.0)


def _turned_box(box: TextBox, *, over: float, height: float) -> Box:
    reach = corners(box.x, box.y, box.width, box.height, box.rotation)
    grown_centre = (box.x + box.width / 2, box.y + box.height / 2)
    reach += [
        turned(point, grown_centre, box.rotation)
        for point in (
            (box.x - over, box.y),
            (box.x + box.width + over, box.y),
            (box.x - over, box.y + height),
            (box.x + box.width + over, box.y + height),
        )
    ]
    return bounds(reach)


def _set_line(
    pieces: list[Piece],
    pen: _Pen,
    box: TextBox,
    setter: Setter,
    start: tuple[float, float],
) -> None:
    x, y = start
    slant = _SLANT if setter.lacks_italic else 0.0
    for piece in pieces:
        face = piece.face
        pen.faces[face.key] = face
        bold = setter.lacks_bold
        pen.content.add("BT")
        if bold:
            pen.content.stroke(box.color, box.font_size / 30)
        pen.content.add(f"{2 if bold else 0} Tr")
        pen.content.add(f"/{face.key} {number(box.font_size)} Tf")
        pen.content.add(f"1 0 {number(slant)} -1 {numbers((x, y))} Tm")
        pen.content.add(_glyphs(piece, box.font_size))
        pen.content.add("ET")
        x += piece.width * box.font_size


def _glyphs(piece: Piece, size: float) -> str:
    """TJ with the moves that shaping asks for; Ts where it lifts a glyph."""
    face, parts, lifted = piece.face, [], 0
    run: list[str] = []
    for glyph in piece.glyphs:
        face.used.setdefault(glyph.id, glyph.text)
        if glyph.text and not face.used[glyph.id]:
            face.used[glyph.id] = glyph.text
        if glyph.y_offset != lifted:
            if run:
                parts.append(f"[{' '.join(run)}] TJ")
            run, lifted = [], glyph.y_offset
            parts.append(f"{number(lifted * size / face.units_per_em)} Ts")
        if glyph.x_offset:
            run.append(number(-glyph.x_offset * 1000 / face.units_per_em))
        run.append(f"<{glyph.id:04X}>")
        back = glyph.x_offset + face.default_advance(glyph.id) - glyph.advance
        if back:
            run.append(number(back * 1000 / face.units_per_em))
    if run:
        parts.append(f"[{' '.join(run)}] TJ")
    if lifted:
        parts.append("0 Ts")
    return "\n".join(parts)


# Marks on text. --------------------------------------------------------------------


def _highlight(mark: Highlight, pen: _Pen) -> float:
    padding = 0.0
    for quad in mark.quads:
        tl, tr, bl, br = ((quad[at], quad[at + 1]) for at in (0, 2, 4, 6))
        if mark.style == "highlight":
            pen.content.fill_color(mark.color)
            pen.content.polyline([tl, tr, br, bl], close=True)
            pen.content.paint(fill=True, stroke=False)
            continue
        height = math.dist(bl, tl)
        width = max(0.75, height / 14)
        share = 0.55 if mark.style == "strikeout" else 0.94
        start, end = _between(tl, bl, share), _between(tr, br, share)
        pen.content.stroke(mark.color, width, cap=0)
        if mark.style == "squiggly":
            pen.content.polyline(_wave(start, end, height / 12))
            padding = max(padding, height / 12)
        else:
            pen.content.polyline([start, end])
        pen.content.paint(fill=False, stroke=True)
        padding = max(padding, width)
    return padding


def _between(
    a: tuple[float, float], b: tuple[float, float], share: float
) -> tuple[float, float]:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def _wave(
    start: tuple[float, float], end: tuple[float, float], amplitude: float
) -> list[tuple[float, float]]:
    length = math.dist(start, end) or 1.0
    count = max(2, round(length / max(1.2, amplitude * 2)))
    nx, ny = -(end[1] - start[1]) / length, (end[0] - start[0]) / length
    points = [start]
    for index in range(1, count + 1):
        x, y = _between(start, end, index / count)
        side = -amplitude if index % 2 else 0.0
        points.append((x + nx * side, y + ny * side))
    return points


# Drawings and shapes. --------------------------------------------------------------


def _drawing(drawing: Drawing, pen: _Pen) -> float:
    widest = drawing.stroke_width
    for line in drawing.lines():
        if len(line[0]) < 3:
            if drawing.fill_color:
                pen.content.fill_color(drawing.fill_color)
            pen.content.stroke(drawing.stroke_color, drawing.stroke_width)
            pen.content.curve(line)
            pen.content.paint(
                fill=bool(drawing.fill_color), stroke=drawing.stroke_width > 0
            )
            continue
        for width, points in _pressure_pieces(line, drawing.stroke_width):
            widest = max(widest, width)
            pen.content.stroke(drawing.stroke_color, width)
            pen.content.polyline(points)
            pen.content.paint(fill=False, stroke=True)
    return widest / 2 + 0.5


def _pressure_pieces(
    line: list[list[float]], width: float
) -> list[tuple[float, list[list[float]]]]:
    """A stroke cut into pieces of one width; neighbours share a point."""
    step = max(0.15, width / _PRESSURE_STEPS)
    pieces: list[tuple[float, list[list[float]]]] = []
    for a, b in pairwise(line):
        pressure = (_pressure(a) + _pressure(b)) / 2
        # Halves go up, as they do in the browser.
        at = max(step, math.floor(width * (0.4 + 1.2 * pressure) / step + 0.5) * step)
        if pieces and pieces[-1][0] == at:
            pieces[-1][1].append(b)
        else:
            pieces.append((at, [a, b]))
    return pieces or [(width, line)]


def _pressure(point: list[float]) -> float:
    return min(1.0, max(0.0, point[2])) if len(point) > 2 else 0.5


def _shape(shape: Shape, pen: _Pen) -> float:
    content, points = pen.content, shape.points or []
    line, kind = shape.stroke_width, shape.shape_type
    is_closed = kind in ("rectangle", "circle", "polygon")
    fills = is_closed and shape.fill_color is not None
    if fills and shape.fill_color:
        content.fill_color(shape.fill_color)
    dashes = [length for length in shape.dash or [] if length > 0]
    content.stroke(
        shape.stroke_color,
        line,
        cap=0 if dashes else 1,
        join=0 if kind == "rectangle" else 1,
    )
    if dashes:
        content.add(f"[{numbers(dashes)}] 0 d")
    if kind == "rectangle":
        content.rectangle(shape.x, shape.y, shape.width, shape.height)
    elif kind == "circle":
        content.ellipse(shape.x, shape.y, shape.width, shape.height)
    else:
        content.polyline(points, close=kind == "polygon")
    content.paint(fill=fills, stroke=line > 0)
    if kind == "arrow" and line > 0:
        if dashes:
            content.add("[] 0 d")
        content.polyline(_head(points[-2], points[-1], line))
        content.paint(fill=False, stroke=True)
        return 4 * line + 6 + line
    # Corners that are not rounded off reach further than half the line.
    return line * (0.75 if kind == "rectangle" else 0.5) + 0.5


def _head(start: list[float], tip: list[float], width: float) -> list[list[float]]:
    length = 4 * width + 6
    angle = math.atan2(tip[1] - start[1], tip[0] - start[0]) + math.pi
    wings = [
        [tip[0] + length * math.cos(side), tip[1] + length * math.sin(side)]
        for side in (angle - _WING, angle + _WING)
    ]
    return [wings[0], tip, wings[1]]


def _image(image: Image, pen: _Pen) -> float:
    # A picture fills the unit square, the right way up in coordinates that go up.
    pen.content.transform(
        (image.width, 0, 0, -image.height, image.x, image.y + image.height)
    )
    pen.content.add("/Im0 Do")
    return 0.5


def _note(note: Note, pen: _Pen, page_rotation: int) -> float:
    """A sheet with a turned corner, upright for the reader."""
    content, x, y, size = pen.content, note.x, note.y, NOTE_SIZE
    content.turn((x + size / 2, y + size / 2), -page_rotation)
    content.fill_color("#c9ced4" if note.resolved else note.color)
    content.add("0.55 0.55 0.55 RG 0.6 w 1 j 1 J")
    content.polyline(
        [
            (x + 1, y + 1),
            (x + size - 1, y + 1),
            (x + size - 1, y + size - 6),
            (x + size - 6, y + size - 1),
            (x + 1, y + size - 1),
        ],
        close=True,
    )
    content.paint(fill=True, stroke=True)
    content.add("0.35 0.35 0.35 RG 1.2 w")
    if note.resolved:
        content.polyline([(x + 6, y + 9), (x + 9, y + 12), (x + 14, y + 6)])
        content.paint(fill=False, stroke=True)
        return 0.5
    rows = [(6.0, 10.0), (9.5, 10.0)] + ([(13.0, 5.0)] if note.replies else [])
    for top, length in rows:
        content.polyline([(x + 5, y + top), (x + 5 + length, y + top)])
        content.paint(fill=False, stroke=True)
    return 0.5


_DRAW: dict[type, Callable[..., float | None]] = {
    TextBox: _text,
    Highlight: _highlight,
    Drawing: _drawing,
    Shape: _shape,
    Image: _image,
    Note: lambda _note, _pen: None,
}
