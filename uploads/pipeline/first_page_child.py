"""Draws the first page of a PDF. Runs confined, in a process of its own.

`first_page_child.py SOURCE TARGET WIDTH` writes a JPEG and prints its size as JSON.
Imports nothing of the project.
"""

import json
import sys

import pypdfium2 as pdfium
from PIL import Image

_QUALITY = 85
_SHAPE = (16, 9)


def main() -> None:
    source, target, width_text = sys.argv[1:4]
    width = int(width_text)
    height = width * _SHAPE[1] // _SHAPE[0]
    page = pdfium.PdfDocument(source)[0]
    page_width, page_height = page.get_size()
    # The top of the page at full width, as it would lie on a desk.
    scale = width / max(1.0, page_width)
    scale = min(scale, 4 * height / max(1.0, page_height))
    drawn = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    picture = Image.new("RGB", (width, height), "white")
    top = drawn.crop((0, 0, drawn.width, min(drawn.height, height)))
    picture.paste(top, ((width - drawn.width) // 2, 0))
    picture.save(target, "JPEG", quality=_QUALITY)
    sys.stdout.write(json.dumps([width, height]))


if __name__ == "__main__":
    main()
