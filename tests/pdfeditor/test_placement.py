"""Every kind lands where it belongs: on rotated pages, with odd boxes and units, in
PDFium and in poppler."""

import io
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.conf import settings
from PIL import Image, ImageChops

from pdfeditor.geometry.annotations import Body, extent
from pdfeditor.pipeline.children import exporting
from pdfeditor.pipeline.children.opening import geometry
from tests.pdfeditor import samples

LAYOUTS: dict[str, dict[str, Any]] = {
    "plain": {"media": [0, 0, 300, 400]},
    "cropped": {"media": [0, 0, 420, 500], "crop": [60, 40, 360, 440]},
    "elsewhere": {"media": [-100, 200, 200, 600], "crop": [-100, 200, 200, 600]},
}
BOX = {"x": 60, "y": 90, "width": 90, "height": 60}
KINDS: dict[str, dict[str, Any]] = {
    "rectangle": {"type": "shape", "shape_type": "rectangle", "stroke_width": 4},
    "turned": {
        "type": "shape",
        "shape_type": "rectangle",
        "rotation": 30,
        "fill_color": "#1155cc",
    },
    "circle": {"type": "shape", "shape_type": "circle", "fill_color": "#118811"},
    "line": {"type": "shape", "shape_type": "line", "points": [[60, 90], [150, 150]]},
    "arrow": {"type": "shape", "shape_type": "arrow", "points": [[150, 150], [60, 90]]},
    "polygon": {
        "type": "shape",
        "shape_type": "polygon",
        "points": [[60, 90], [150, 100], [80, 150]],
        "fill_color": "#aa2200",
    },
    "text": {"type": "text", "content": "Mmm\nMmm", "font_size": 22},
    "highlight": {
        "type": "highlight",
        "quads": [[60, 90, 150, 90, 60, 150, 150, 150]],
        "color": "#ffcc00",
    },
    "underline": {
        "type": "highlight",
        "style": "underline",
        "quads": [[60, 90, 150, 90, 60, 150, 150, 150]],
        "color": "#cc0000",
    },
    "squiggly": {
        "type": "highlight",
        "style": "squiggly",
        "quads": [[60, 90, 150, 90, 60, 150, 150, 150]],
        "color": "#cc0000",
    },
    "pen": {
        "type": "drawing",
        "strokes": [[[60, 90, 0.9], [100, 140, 0.5], [150, 150, 0.1]]],
        "stroke_width": 6,
    },
    "marker": {
        "type": "drawing",
        "points": [[60, 90], [100, 140], [150, 150]],
        "stroke_width": 8,
        "blend": "multiply",
        "opacity": 0.5,
        "stroke_color": "#00aa00",
    },
    "note": {"type": "note", "content": "Why?", "width": 20, "height": 20},
    "image": {"type": "image", "image": "0" * 32, "image_type": "png"},
}


def exported(
    data: bytes, bodies: list[dict[str, Any]], folder: Path, **options: Any
) -> Path:
    """A file with annotations, made by the very task that workers run."""
    base, target = folder / "base.pdf", folder / "target.pdf"
    base.write_bytes(data)
    images = folder / "images"
    images.mkdir(exist_ok=True)
    Image.new("RGBA", (12, 8), (200, 0, 0, 255)).save(images / f"{'0' * 32}.png")
    with pikepdf.open(base) as pdf:
        count = len(pdf.pages)
    config = {
        "base": str(base),
        "target": str(target),
        "fonts": str(Path(settings.BASE_DIR) / "static" / "dist" / "fonts"),
        "images": str(images),
        "format": "pdf",
        "flatten": False,
        "pages": list(range(count)),
        "annotations": [
            {
                "id": f"annotation-{number}",
                "page_index": 0,
                "z": number,
                "author": "alice",
                "created": "D:20261121100000Z",
                "modified": "D:20261121100000Z",
                "body": Body.model_validate(body).fields(),
            }
            for number, body in enumerate(bodies)
        ],
        "removed": {},
        "metadata": {},
        "remove": {},
        **options,
    }
    exporting.run(config)
    return target


def expected(body: dict[str, Any], page: dict[str, Any]) -> tuple[float, ...]:
    """The pixels that the annotation covers on the page as it is shown."""
    kind = Body.model_validate(body).root
    x0, y0, x1, y1 = extent(kind)
    width, height = page["width"], page["height"]
    turned = {
        0: (x0, y0, x1, y1),
        90: (height - y1, x0, height - y0, x1),
        180: (width - x1, height - y1, width - x0, height - y0),
        270: (y0, width - x1, y1, width - x0),
    }[page["rotation"]]
    return tuple(side * page["user_unit"] for side in turned)


# How far inside of its box a kind may end: letters, marks and icons do.
INSIDE = {"text": 40, "underline": 58, "squiggly": 58, "note": 3, "turning note": 24}
# How far it may reach out of it: half the line, or the head of an arrow.
OUTSIDE = {"arrow": 14, "pen": 7, "marker": 6, "turning note": 22}


@pytest.mark.parametrize("flatten", [False, True], ids=["editable", "flattened"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("unit", [1, 2])
def test_every_kind_is_where_it_belongs(
    tmp_path: Path, layout: str, rotate: int, unit: int, flatten: bool
) -> None:
    empty = samples.boxed(**LAYOUTS[layout], rotate=rotate, user_unit=unit)
    with pikepdf.open(io.BytesIO(empty)) as pdf:
        page = geometry(pdf.pages[0].obj)
    # One file with a page for each kind: a renderer's start takes longest.
    bodies = {name: {**BOX, **kind} for name, kind in KINDS.items()}
    wrong = []
    with pikepdf.open(io.BytesIO(empty)) as pdf:
        for _each in range(len(bodies) - 1):
            pdf.pages.append(pdf.pages[0])
        many = samples.saved(pdf)
    target = exported(many, [], tmp_path, **_spread(bodies, flatten))
    for renderer, pictures in {
        "pdfium": _all_by_pdfium(target, unit),
        "poppler": _all_by_poppler(target, tmp_path, unit),
    }.items():
        for (name, body), picture in zip(bodies.items(), pictures, strict=True):
            seen = ImageChops.difference(
                picture, Image.new("RGB", picture.size, "white")
            ).getbbox()
            # The standard has notes turn about their corner with the reader
            # (12.5.6.4): poppler does so, PDFium does not.
            turns = renderer == "poppler" and rotate and not flatten
            kind = "turning note" if name == "note" and turns else name
            if not _fits(seen, expected(body, page), kind, unit):
                wrong.append((renderer, name, seen, expected(body, page)))
    assert not wrong, wrong


def _spread(bodies: dict[str, dict[str, Any]], flatten: bool) -> dict[str, Any]:
    return {
        "flatten": flatten,
        "annotations": [
            {
                "id": name,
                "page_index": number,
                "z": 0,
                "author": "",
                "created": "D:20261121100000Z",
                "modified": "D:20261121100000Z",
                "body": Body.model_validate(body).fields(),
            }
            for number, (name, body) in enumerate(bodies.items())
        ],
    }


def _all_by_pdfium(path: Path, unit: float) -> list[Image.Image]:
    document = pdfium.PdfDocument(path)
    drawn = [page.render(scale=unit).to_pil().convert("RGB") for page in document]
    document.close()
    return drawn


def _all_by_poppler(path: Path, folder: Path, unit: int) -> list[Image.Image]:
    # Like PDFium, this poppler takes no notice of UserUnit.
    dpi = str(72 * unit)
    command = [
        "/usr/bin/pdftoppm",
        "-r",
        dpi,
        "-cropbox",
        "-png",
        path,
        folder / "drawn",
    ]
    subprocess.run(list(map(str, command)), check=True, timeout=60)
    return [Image.open(each).convert("RGB") for each in sorted(folder.glob("drawn*"))]


def _fits(
    seen: tuple[int, ...] | None, wanted: tuple[float, ...], name: str, unit: int
) -> bool:
    if seen is None:
        return False
    inside = (INSIDE.get(name, 0) + 2) * unit
    outside = (OUTSIDE.get(name, 3) + 1) * unit
    low = all(wanted[i] - outside <= seen[i] <= wanted[i] + inside for i in (0, 1))
    high = all(wanted[i] - inside <= seen[i] <= wanted[i] + outside for i in (2, 3))
    return low and high
