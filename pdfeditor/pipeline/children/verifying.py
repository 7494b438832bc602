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
    [[rectangle, must be seen]...], ignored rectangles]]} → {ok, worst_difference,
    pages_checked}."""
    before = pdfium.PdfDocument(config["before"])
    after = pdfium.PdfDocument(config["after"], password=config.get("password") or None)
    worst, unseen, checked = 0.0, 0, 0
    for entry in config["pages"][:_MAX_PAGES]:
        index, place, box, rotation, rects, ignored = entry
        old, new = _drawn(before[index]), _drawn(after[place])
        if old.size != new.size:
            return {"ok": False, "worst_difference": 1.0, "pages_checked": checked}
        changed = ImageChops.difference(old, new).convert("L")
        changed = changed.point(lambda level: 255 if level > _SAME_WITHIN else 0)
        for rect, must_be_seen in rects:
            area = _area(tuple(rect), tuple(box), rotation, changed.size)
            if must_be_seen and area and changed.crop(area).getbbox() is None:
                unseen += 1
        mask = ImageDraw.Draw(changed)
        for rect in [*(each[0] for each in rects), *ignored]:
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
