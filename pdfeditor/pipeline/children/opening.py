"""Opens files with pikepdf, and saves them, within limits."""

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name

from pdfeditor.geometry.boxes import Box, quarter_turn, visible_box
from pdfeditor.geometry.document import MAX_PAGES
from pdfeditor.pipeline.children.refusing import Refused

# A stream that unpacks to more is left packed.
_FLATE_BYTES = 256 * 1024 * 1024


def open_pdf(path: str | Path, password: str = "") -> pikepdf.Pdf:
    """Raises `Refused`."""
    pikepdf.settings.set_qpdf_limits(flate_max_memory=_FLATE_BYTES)
    try:
        pdf = pikepdf.open(path, password=password)
    except pikepdf.PasswordError as error:
        code = "password_wrong" if password else "password_required"
        raise Refused(code) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Refused("not_a_pdf") from error
    try:
        count = len(pdf.pages)
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise Refused("not_a_pdf") from error
    if count == 0:
        raise Refused("no_pages")
    if count > MAX_PAGES:
        raise Refused("too_many_pages")
    return pdf


def save(pdf: pikepdf.Pdf, path: str | Path, **options: Any) -> None:
    """Without unpacking what is packed: that is slow, and a bomb would go off."""
    if "encryption" not in options:
        # With encryption the writer takes neither.
        options = {
            "stream_decode_level": pikepdf.StreamDecodeLevel.none,
            "deterministic_id": True,
            **options,
        }
    try:
        pdf.save(path, **{"compress_streams": False, **options})
    except (pikepdf.PdfError, RuntimeError) as error:
        raise Refused("not_a_pdf") from error


def _inherited(page: pikepdf.Object, key: str) -> Any:
    node: Any = page
    steps = 0
    while steps < 50 and isinstance(node, pikepdf.Dictionary):
        found = node.get(key)
        if found is not None:
            return found
        node, steps = node.get(Name.Parent), steps + 1
    return None


def _box(value: Any) -> Box | None:
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    try:
        x0, y0, x1, y1 = (float(number) for number in value)
    except (TypeError, ValueError):
        return None
    return (x0, y0, x1, y1)


def _number(value: Any, fallback: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return fallback


def visible(page: pikepdf.Object) -> Box:
    """The visible box of a page's dictionary."""
    return visible_box(
        _box(_inherited(page, "/MediaBox")), _box(_inherited(page, "/CropBox"))
    )


def geometry(page: pikepdf.Object) -> dict[str, Any]:
    """{width, height, crop, rotation, user_unit} as `geometry.document.Page` has it."""
    box = visible(page)
    unit = _number(page.get(Name.UserUnit), 1.0)
    return {
        "width": round(box[2] - box[0], 4),
        "height": round(box[3] - box[1], 4),
        "crop": [round(side, 4) for side in box],
        "rotation": quarter_turn(_number(_inherited(page, "/Rotate"), 0.0)),
        "user_unit": unit if 0 < unit <= 1000 else 1.0,
    }


def has_form(pdf: pikepdf.Pdf) -> bool:
    """Whether there are fields to fill in."""
    form = pdf.Root.get(Name.AcroForm)
    fields = form.get(Name.Fields) if isinstance(form, pikepdf.Dictionary) else None
    return isinstance(fields, pikepdf.Array) and len(fields) > 0
