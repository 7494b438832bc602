"""Draws a finished file and the one it was made from, and compares them.

Where no annotation is, nothing may have changed; where one is, something must be
drawn. The renderer is not the program that wrote the file.
"""

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageDraw

from pdfeditor.geometry.annotations import Body
from pdfeditor.pipeline.children.evidence import CHANGED, Evidence, Placed, Sheet

_SCALE = 1.0
_MAX_PAGES = 60
_MAX_PIXELS = 4_000_000
_TOLERATED = 0.0007


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{before, after, password, images, bodies: {id: body}, pages: [{before, after,
    box, rotation, drawn: [[rectangle, id]...], removed: places of what was taken
    out}]} → {ok, worst_difference, pages_checked}."""
    before = pdfium.PdfDocument(config["before"])
    after = pdfium.PdfDocument(config["after"], password=config.get("password") or None)
    images = Path(config["images"])
    worst, checked, is_complete = 0.0, 0, True
    for page in config["pages"][:_MAX_PAGES]:
        old = _drawn(before[page["before"]], without=page["removed"])
        new = _drawn(after[page["after"]])
        if old.size != new.size:
            return {"ok": False, "worst_difference": 1.0, "pages_checked": checked}
        sheet = Sheet(tuple(page["box"]), page["rotation"], old, new)
        drawn = [
            Placed(tuple(rect), Body.model_validate(config["bodies"][name]).root)
            for rect, name in page["drawn"]
        ]
        worst = max(worst, _changed_elsewhere(sheet, drawn))
        is_complete = is_complete and Evidence(sheet, drawn, images).is_complete()
        checked += 1
    return {
        "ok": worst <= _TOLERATED and is_complete,
        "worst_difference": round(worst, 6),
        "pages_checked": checked,
    }


def _changed_elsewhere(sheet: Sheet, drawn: list[Placed]) -> float:
    """The share of the page that changed where no annotation is."""
    changed = sheet.changed.point(lambda level: 255 if level > CHANGED else 0)
    mask = ImageDraw.Draw(changed)
    for each in drawn:
        area = sheet.area(each.rect)
        if area:
            mask.rectangle(area, fill=0)
    return changed.histogram()[255] / (changed.width * changed.height)


def _drawn(page: Any, *, without: list[int] | None = None) -> Image.Image:
    # The later ones first: those behind what is removed move up.
    for place in sorted(without or [], reverse=True):
        pdfium_c.FPDFPage_RemoveAnnot(page, place)
    width, height = page.get_size()
    scale = min(_SCALE, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    page.close()
    return picture.convert("RGB")
