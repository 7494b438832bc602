"""Where a clip's picture is in the frame, in whole pixels. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from projects.timeline.clips import Transform
from projects.timeline.scene import Frame

# Larger than this many frames, only what is seen of a picture is scaled.
MOST_FRAMES = 4.0


@dataclass(frozen=True)
class Placement:
    """How to bring a picture into the frame.

    `source` is what to take of it (x, y, width, height in its own pixels), `size`
    what to scale that to, `crop` what to keep of the scaled one (x, y, width,
    height), `angle` how far to turn it (radians, clockwise), and (`center_x`,
    `center_y`) where the middle of the result is in the frame.
    """

    source: tuple[int, int, int, int] | None
    size: tuple[int, int]
    crop: tuple[int, int, int, int] | None
    angle: float
    center_x: float
    center_y: float
    opacity: float


def is_plain(transform: Transform) -> bool:
    """Whether the picture just fits into the frame, all of it."""
    return transform == Transform()


def placement_of(
    transform: Transform, frame: Frame, *, width: int, height: int
) -> Placement | None:
    """Place a picture of `width` x `height` pixels. None when nothing is seen."""
    choose = max if frame.fit == "cover" else min
    fit = choose(frame.width / width, frame.height / height) * transform.scale
    full_w, full_h = width * fit, height * fit
    center_x, center_y = transform.x * frame.width, transform.y * frame.height
    angle = math.radians(transform.rotation % 360)
    crop = transform.crop
    # Everything below in pixels of the scaled picture, from its middle.
    left, right = (crop.left - 0.5) * full_w, (0.5 - crop.right) * full_w
    top, bottom = (crop.top - 0.5) * full_h, (0.5 - crop.bottom) * full_h
    if full_w * full_h > MOST_FRAMES * frame.width * frame.height:
        seen = _seen(frame, center_x, center_y, angle)
        left, right = max(left, seen[0]), min(right, seen[2])
        top, bottom = max(top, seen[1]), min(bottom, seen[3])
    if right - left < 1 or bottom - top < 1 or transform.opacity <= 0:
        return None
    is_cut = (right - left, bottom - top) != (full_w, full_h)
    if is_cut and full_w * full_h > MOST_FRAMES * frame.width * frame.height:
        box = (left + full_w / 2, top + full_h / 2, right + full_w / 2,
               bottom + full_h / 2)  # fmt: skip
        source = _outward([edge / fit for edge in box], width=width, height=height)
        size = (_even(source[2] * fit), _even(source[3] * fit))
        kept = None
        middle_x = (source[0] + source[2] / 2) * fit - full_w / 2
        middle_y = (source[1] + source[3] / 2) * fit - full_h / 2
    else:
        source, size = None, (_even(full_w), _even(full_h))
        kept = None
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        if is_cut:
            box = (left + full_w / 2, top + full_h / 2, right + full_w / 2,
                   bottom + full_h / 2)  # fmt: skip
            kept = _outward(box, width=size[0], height=size[1])
    turn_x = middle_x * math.cos(angle) - middle_y * math.sin(angle)
    turn_y = middle_x * math.sin(angle) + middle_y * math.cos(angle)
    return Placement(
        source=source,
        size=size,
        crop=kept,
        angle=angle,
        center_x=center_x + turn_x,
        center_y=center_y + turn_y,
        opacity=transform.opacity,
    )


def _seen(
    frame: Frame, center_x: float, center_y: float, angle: float
) -> tuple[float, float, float, float]:
    """The box around the frame's corners, turned back into the picture."""
    corners = [
        (x - center_x, y - center_y)
        for x in (0, frame.width)
        for y in (0, frame.height)
    ]
    xs = [x * math.cos(angle) + y * math.sin(angle) for x, y in corners]
    ys = [-x * math.sin(angle) + y * math.cos(angle) for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _outward(
    box: Sequence[float], *, width: int, height: int
) -> tuple[int, int, int, int]:
    """A box in even pixels, which 4:2:0 has, that lies within the picture."""
    left, top, right, bottom = box
    x, y = 2 * math.floor(left / 2 + 0.25), 2 * math.floor(top / 2 + 0.25)
    x, y = min(max(0, x), width - 2), min(max(0, y), height - 2)
    w = 2 * math.ceil((right - x) / 2 - 0.25)
    h = 2 * math.ceil((bottom - y) / 2 - 0.25)
    return (
        x,
        y,
        max(2, min(w, (width - x) // 2 * 2)),
        max(2, min(h, (height - y) // 2 * 2)),
    )


def _even(value: float) -> int:
    return max(2, 2 * math.floor(value / 2 + 0.5))
