"""Draws a finished file and the one it was made from, and compares them.

Where no annotation is, nothing may have changed; where one is, something must be
drawn. The renderer is not the program that wrote the file.
"""

from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw

from pdfeditor.geometry.boxes import Box

_SCALE = 1.0
_MAX_PAGES = 60
_MAX_PIXELS = 4_000_000
# Edges are smoothed a little differently when other objects come before them.
_SAME_WITHIN = 24
_MARGIN_PX = 2
_TOLERATED = 0.0007


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{before, after, password, pages: [[index before, index after, box, rotation,
    [[rectangle, inks]...], rectangles of what was taken out]]} → {ok,
    worst_difference, pages_checked}."""
    before = pdfium.PdfDocument(config["before"])
    after = pdfium.PdfDocument(config["after"], password=config.get("password") or None)
    worst, unseen, checked = 0.0, 0, 0
    for entry in config["pages"][:_MAX_PAGES]:
        index, place, box, rotation, rects, taken_out = entry
        old, new = _drawn(before[index]), _drawn(after[place])
        if old.size != new.size:
            return {"ok": False, "worst_difference": 1.0, "pages_checked": checked}
        changed = ImageChops.difference(old, new).convert("L")
        changed = changed.point(lambda level: 255 if level > _SAME_WITHIN else 0)
        for rect, inks in rects:
            area = _area(tuple(rect), tuple(box), rotation, changed.size)
            if area and _is_inside(tuple(rect), tuple(box)) and not taken_out:
                is_seen = changed.crop(area).getbbox() is not None
                unseen += not is_seen and _would_show(inks, old.crop(area))
        mask = ImageDraw.Draw(changed)
        for rect in [*(each[0] for each in rects), *taken_out]:
            area = _area(tuple(rect), tuple(box), rotation, changed.size)
            if area:
                mask.rectangle(area, fill=0)
        share = changed.histogram()[255] / (changed.width * changed.height)
        worst = max(worst, share)
        checked += 1
    return {
        "ok": worst <= _TOLERATED and unseen == 0,
        "worst_difference": round(worst, 6),
        "pages_checked": checked,
    }


def _is_inside(rect: Box, box: Box) -> bool:
    """What hangs over the edge may have all its ink outside."""
    return (
        rect[0] >= box[0]
        and rect[1] >= box[1]
        and rect[2] <= box[2]
        and rect[3] <= box[3]
    )


def _would_show(inks: list[Any], below: Image.Image) -> bool:
    """Whether one of the inks differs from most of what is below: white on white
    and yellow on black are seen by nobody."""
    for color, opacity, is_multiplied in inks:
        solid = Image.new("RGB", below.size, color)
        if is_multiplied:
            solid = ImageChops.multiply(below, solid)
        effect = ImageChops.difference(below, Image.blend(below, solid, opacity))
        levels = effect.convert("L").histogram()
        shown = sum(levels[_SAME_WITHIN * 3 // 2 :])
        if shown * 2 > below.width * below.height:
            return True
    return False


def _drawn(page: Any) -> Image.Image:
    width, height = page.get_size()
    scale = min(_SCALE, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    page.close()
    return picture.convert("RGB")


def _area(
    rect: Box, box: Box, rotation: int, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """A rectangle of the file as pixels of the picture; None when outside of it."""
    x0, y0, x1, y1 = box
    corners = [
        _seen((x - x0) / (x1 - x0), (y1 - y) / (y1 - y0), rotation)
        for x, y in ((rect[0], rect[1]), (rect[2], rect[3]))
    ]
    across = sorted(share[0] * size[0] for share in corners)
    down = sorted(share[1] * size[1] for share in corners)
    area = (
        max(0, int(across[0]) - _MARGIN_PX),
        max(0, int(down[0]) - _MARGIN_PX),
        min(size[0], int(across[1]) + 1 + _MARGIN_PX),
        min(size[1], int(down[1]) + 1 + _MARGIN_PX),
    )
    return area if area[0] < area[2] and area[1] < area[3] else None


def _seen(u: float, v: float, rotation: int) -> tuple[float, float]:
    """Where a share of the unrotated page is on the page as it is shown."""
    return {
        0: (u, v),
        90: (1 - v, u),
        180: (1 - u, 1 - v),
        270: (v, 1 - u),
    }[rotation]
