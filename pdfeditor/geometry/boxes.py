"""Page boxes and the way between stored coordinates and those of the file.

Stored: points from the top left of the unrotated crop box, y down. In the file:
ISO 32000-2, 8.3.2.3 user space, y up. A page's rotation and UserUnit play no part
in either, so rotating a page changes no annotation.
"""

import math
from dataclasses import dataclass

Box = tuple[float, float, float, float]
Point = tuple[float, float]

LETTER: Box = (0.0, 0.0, 612.0, 792.0)
# ISO 32000-2, Annex C: what readers show at most, before UserUnit.
LARGEST_SIDE = 14_400.0


def normal(box: Box) -> Box:
    """The same box with its lower left corner first."""
    x0, y0, x1, y1 = box
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def visible_box(media: Box | None, crop: Box | None) -> Box:
    """What of a page is shown: CropBox within MediaBox (ISO 32000-2, 14.11.2).

    An empty or unreadable CropBox means MediaBox, and without that US letter.
    """
    page = normal(media) if media and _is_usable(normal(media)) else LETTER
    if crop is None:
        return page
    x0, y0, x1, y1 = normal(crop)
    cut = (max(x0, page[0]), max(y0, page[1]), min(x1, page[2]), min(y1, page[3]))
    return cut if _is_usable(cut) else page


def _is_usable(box: Box) -> bool:
    x0, y0, x1, y1 = box
    return all(map(math.isfinite, box)) and x1 - x0 >= 1 and y1 - y0 >= 1


def quarter_turn(degrees: float) -> int:
    """Degrees clockwise as 0, 90, 180 or 270; what is none of them counts as 0."""
    whole = round(degrees) if math.isfinite(degrees) else 0
    return whole % 360 if whole % 90 == 0 else 0


@dataclass(frozen=True)
class Frame:
    """The visible box of one page, between stored points and the file's."""

    box: Box

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    def to_file(self, x: float, y: float) -> Point:
        return (self.box[0] + x, self.box[3] - y)

    def from_file(self, x: float, y: float) -> Point:
        return (x - self.box[0], self.box[3] - y)


def turned(point: Point, centre: Point, degrees: float) -> Point:
    """`point` turned clockwise about `centre`, in stored coordinates (y down)."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    dx, dy = point[0] - centre[0], point[1] - centre[1]
    return (centre[0] + dx * cos - dy * sin, centre[1] + dx * sin + dy * cos)


def corners(
    x: float, y: float, width: float, height: float, degrees: float
) -> list[Point]:
    """Top left, top right, bottom right, bottom left, turned about the centre."""
    centre = (x + width / 2, y + height / 2)
    upright = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    return [turned(corner, centre, degrees) for corner in upright]


def bounds(points: list[Point]) -> Box:
    """The upright box around `points`, of which there is one at least."""
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))
