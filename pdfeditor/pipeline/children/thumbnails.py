"""Draws small pictures of pages with PDFium, and says which are done."""

import json
import sys
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

_QUALITY = 82
_LARGEST_SIDE_PX = 2000


def run(config: dict[str, Any]) -> int:
    """{source, folder, width, pages: [[index, name]]}; prints each name when done."""
    width_px: int = config["width"]
    document = pdfium.PdfDocument(config["source"])
    done = 0
    for index, name in config["pages"]:
        # Said first: if this page is the one that kills the process, it is skipped.
        _say({"begun": name})
        try:
            page = document[index]
            width, height = page.get_size()
            scale = min(width_px / max(1.0, width), 2 * width_px / max(1.0, height))
            scale = min(scale, _LARGEST_SIDE_PX / max(width, height, 1.0))
            picture = page.render(scale=scale, may_draw_forms=False).to_pil()
            page.close()
        except (pdfium.PdfiumError, ValueError):
            continue
        path = Path(config["folder"]) / f"{name}.jpg"
        picture.convert("RGB").save(path, "JPEG", quality=_QUALITY)
        _say({"done": name})
        done += 1
    return done


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
