"""Whether an annotation shows on a page, from pictures of before and after.

Never says so of one that may be invisible for a good reason: white on white, below
another one, off the page.
"""

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageColor, ImageDraw

from pdfeditor.geometry import annotations
from pdfeditor.geometry.annotations import Kind
from pdfeditor.geometry.boxes import Box, Frame, Point
from pdfeditor.geometry.visibility import Ink, Spot, inks, spots, strength, strokes

# Edges are smoothed a little differently when other objects come before them.
CHANGED = 24
_SHOWS = CHANGED * 3 // 2
_MARGIN_PX = 2
# An opaque line covers most of a pixel at this width, wherever it lies.
_COVERING_PX = 1.5
_LIKE = 110
_LEAST_PIXELS = 12
_LEAST_SHARE = 0.25
_MOST_COVERED = 0.1

Area = tuple[int, int, int, int]
Pixel = tuple[int, int]


class Placed(NamedTuple):
    """An annotation and its rectangle in the file."""

    rect: Box
    body: Kind


@dataclass(frozen=True)
class Sheet:
    """A page with its visible box, drawn without and with its annotations."""

    box: Box
    rotation: int
    old: Image.Image
    new: Image.Image

    @cached_property
    def changed(self) -> Image.Image:
        return ImageChops.difference(self.old, self.new).convert("L")

    @property
    def scale(self) -> float:
        """Pixels of a point."""
        x0, y0, x1, y1 = self.box
        return self.old.width / (x1 - x0 if self.rotation % 180 == 0 else y1 - y0)

    def pixel(self, point: Point) -> Point:
        """Where a point of the file is on the pictures."""
        x0, y0, x1, y1 = self.box
        u, v = (point[0] - x0) / (x1 - x0), (y1 - point[1]) / (y1 - y0)
        across, down = {
            0: (u, v),
            90: (1 - v, u),
            180: (1 - u, 1 - v),
            270: (v, 1 - u),
        }[self.rotation]
        return (across * self.old.width, down * self.old.height)

    def reach(self, rect: Box) -> Box:
        """A rectangle of the file on the pictures, also beyond their edges."""
        a, b = self.pixel((rect[0], rect[1])), self.pixel((rect[2], rect[3]))
        return (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))

    def area(self, rect: Box) -> Area | None:
        """Its pixels and a few around them; None when it is outside of the page."""
        left, top, right, bottom = self.reach(rect)
        area = (
            max(0, int(left) - _MARGIN_PX),
            max(0, int(top) - _MARGIN_PX),
            min(self.old.width, int(right) + 1 + _MARGIN_PX),
            min(self.old.height, int(bottom) + 1 + _MARGIN_PX),
        )
        return area if area[0] < area[2] and area[1] < area[3] else None


class Evidence:
    """What annotations, back to front, left on a sheet."""

    def __init__(self, sheet: Sheet, drawn: list[Placed], images: Path) -> None:
        self._sheet = sheet
        self._drawn = drawn
        self._images = images
        # For each pixel the number of the last and of the first that may be there.
        self._topmost = self._numbered(range(len(drawn)))
        self._lowest = self._numbered(range(len(drawn) - 1, -1, -1))

    def _numbered(self, order: range) -> Image.Image:
        numbers = Image.new("I", self._sheet.old.size, -1)
        brush = ImageDraw.Draw(numbers)
        for at in order:
            self._paint(brush, at)
        return numbers

    def _paint(self, brush: ImageDraw.ImageDraw, at: int) -> None:
        """Covers at least what the annotation may have drawn on."""
        sheet, placed = self._sheet, self._drawn[at]
        area, lines = sheet.area(placed.rect), strokes(placed.body)
        if area is None:
            return
        if lines is None:
            left, top, right, bottom = area
            brush.rectangle((left, top, right - 1, bottom - 1), fill=at)
            return
        width = round(lines.width * sheet.scale) + 2 * _MARGIN_PX
        frame = Frame(sheet.box)
        for line in lines.lines:
            through = [sheet.pixel(frame.to_file(*point)) for point in line]
            brush.line(through, fill=at, width=width, joint="curve")

    def is_complete(self) -> bool:
        """Whether each is seen that should be."""
        return not any(map(self._is_missing, range(len(self._drawn))))

    def _is_missing(self, at: int) -> bool:
        sheet, placed = self._sheet, self._drawn[at]
        area = sheet.area(placed.rect)
        if area is None:
            return False
        if isinstance(placed.body, annotations.Image):
            return _lacks_picture(sheet, placed.rect, placed.body, self._images)
        above = [
            (pixel, spot)
            for pixel, spot in _on_page(sheet, spots(placed.body))
            if self._topmost.getpixel(pixel) == at
        ]
        shown = [
            pixel
            for pixel, spot in above
            if self._lowest.getpixel(pixel) == at and _should_change(sheet, pixel, spot)
        ]
        if shown:
            return sum(_has_changed(sheet, pixel) for pixel in shown) * 2 < len(shown)
        telling = [(pixel, spot) for pixel, spot in above if _is_telling(spot)]
        if telling:
            return sum(_is_like(sheet, *each) for each in telling) * 2 < len(telling)
        if not _is_inside(placed.rect, sheet.box) or self._is_covered(at, area):
            # All of its ink may be on the part that cannot be seen.
            return False
        is_seen = sheet.changed.crop(area).point(_is_changed).getbbox() is not None
        return not is_seen and _would_show(placed.body, sheet.old.crop(area))

    def _is_covered(self, at: int, area: Area) -> bool:
        topmost = array("i", self._topmost.crop(area).tobytes())
        hidden = sum(number > at for number in topmost)
        return hidden > len(topmost) * _MOST_COVERED


def _on_page(sheet: Sheet, found: list[Spot]) -> Iterator[tuple[Pixel, Spot]]:
    """Spots with their pixels, where those around them are on the page, too."""
    frame = Frame(sheet.box)
    for spot in found:
        x, y = map(int, sheet.pixel(frame.to_file(spot.x, spot.y)))
        if 1 <= x < sheet.old.width - 1 and 1 <= y < sheet.old.height - 1:
            yield (x, y), spot


def _around(pixel: Pixel) -> Area:
    x, y = pixel
    return (x - 1, y - 1, x + 2, y + 2)


def _should_change(sheet: Sheet, pixel: Pixel, spot: Spot) -> bool:
    effect = _effect(spot.ink, sheet.old.crop(_around(pixel)))
    covered = min(1.0, spot.width * sheet.scale)
    return min(effect.tobytes()) * covered >= _SHOWS


def _has_changed(sheet: Sheet, pixel: Pixel) -> bool:
    return max(sheet.changed.crop(_around(pixel)).tobytes()) > CHANGED


def _is_telling(spot: Spot) -> bool:
    return (
        spot.width >= _COVERING_PX
        and spot.ink.opacity >= 1
        and not spot.ink.is_multiplied
    )


def _is_like(sheet: Sheet, pixel: Pixel, spot: Spot) -> bool:
    color = ImageColor.getrgb(spot.ink.color)
    around = sheet.new.crop(_around(pixel)).tobytes()
    return any(
        max(abs(a - b) for a, b in zip(around[i : i + 3], color, strict=True)) <= _LIKE
        for i in range(0, len(around), 3)
    )


def _is_changed(level: int) -> int:
    return 255 if level > CHANGED else 0


def _is_inside(rect: Box, box: Box) -> bool:
    return (
        rect[0] >= box[0]
        and rect[1] >= box[1]
        and rect[2] <= box[2]
        and rect[3] <= box[3]
    )


def _effect(ink: Ink, below: Image.Image) -> Image.Image:
    """How much an ink changes what is below it."""
    solid = Image.new("RGB", below.size, ink.color)
    if ink.is_multiplied:
        solid = ImageChops.multiply(below, solid)
    mixed = Image.blend(below, solid, ink.opacity)
    return ImageChops.difference(below, mixed).convert("L")


def _would_show(body: Kind, below: Image.Image) -> bool:
    """Whether one of its inks differs from most of what is below: white on white
    and yellow on black are seen by nobody."""
    least = math.ceil(_SHOWS / strength(body))
    return any(
        sum(_effect(ink, below).histogram()[least:]) * 2 > below.width * below.height
        for ink in inks(body)
    )


def _lacks_picture(
    sheet: Sheet, rect: Box, body: annotations.Image, images: Path
) -> bool:
    """Lays the picture where it belongs and asks for what then differs."""
    left, top, right, bottom = map(round, sheet.reach(rect))
    size = (max(1, right - left), max(1, bottom - top))
    if size[0] * size[1] > 4 * sheet.old.width * sheet.old.height:
        return False
    with Image.open(images / f"{body.image}.{body.image_type}") as stored:
        stored.draft("RGB", size)
        picture = stored.convert("RGBA")
    # Its own shape first: turned after that it is not slanted.
    width, height = (round(side * sheet.scale) for side in (body.width, body.height))
    picture = picture.resize(
        (max(1, width), max(1, height)), Image.Resampling.BOX, reducing_gap=2
    )
    angle = -(body.rotation + sheet.rotation)
    picture = picture.rotate(angle, expand=True).resize(size)
    opacity = picture.getchannel("A").point(lambda level: int(level * body.opacity))
    expected = sheet.old.copy()
    expected.paste(picture.convert("RGB"), (left, top), opacity)
    effect = ImageChops.difference(sheet.old, expected).convert("L")
    effect = effect.point(lambda level: 255 if level >= _SHOWS else 0)
    should = effect.histogram()[255]
    changed = sheet.changed.point(_is_changed)
    does = ImageChops.darker(effect, changed).histogram()[255]
    return should >= _LEAST_PIXELS and does < should * _LEAST_SHARE
