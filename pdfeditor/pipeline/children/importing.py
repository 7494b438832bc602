"""Finds the annotations of a file that can be edited here, and says them our way."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pikepdf
from pikepdf import Array, Dictionary, Name
from pydantic import ValidationError

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.boxes import Box, Frame, normal
from pdfeditor.geometry.standard import SUBTYPES, Standard, body_of
from pdfeditor.pipeline.children.opening import visible
from pdfeditor.pipeline.children.writing import check

MAX_ANNOTATIONS = 20_000
_HIDDEN = 2
_LONGEST = 20_000
_DA_SIZE = re.compile(r"([\d.]+)\s+Tf")
_DA_COLOR = re.compile(r"([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+rg")
_DA_GRAY = re.compile(r"([\d.]+)\s+g\b")
_DATE = re.compile(r"D:(\d{14})")
Number = int | float


def find(pdf: pikepdf.Pdf, *, first_page: int = 0) -> list[dict[str, Any]]:
    """{page_index, file_index, author, body, also} of each; `also` are its replies."""
    found: list[dict[str, Any]] = []
    for page_index, page in enumerate(pdf.pages):
        annotations = page.obj.get(Name.Annots)
        if page_index < first_page or not isinstance(annotations, Array):
            continue
        frame = Frame(visible(page.obj))
        listed = list(annotations)[:MAX_ANNOTATIONS]
        followers = _followers(listed)
        for file_index, annotation in enumerate(listed):
            if len(found) >= MAX_ANNOTATIONS:
                return found
            if not isinstance(annotation, Dictionary):
                continue
            own = followers.get(annotation.objgen, [])
            also = own if annotation.is_indirect else []
            body = _body(annotation, frame, [listed[place] for place in also])
            if body is not None:
                found.append(
                    {
                        "page_index": page_index,
                        "file_index": file_index,
                        "author": _text(annotation.get(Name.T))[:200],
                        "body": body.fields(),
                        "also": also,
                    }
                )
    return found


def managed(found: list[dict[str, Any]]) -> dict[int, set[int]]:
    """What is taken out of the file that is shown, by page and place."""
    places: dict[int, set[int]] = {}
    for each in found:
        taken = places.setdefault(each["page_index"], set())
        taken |= {each["file_index"], *each["also"]}
    return places


def remove_managed(pdf: pikepdf.Pdf, managed: dict[int, set[int]]) -> None:
    """Take annotations out, by page and place among the page's annotations."""
    for page_index, places in managed.items():
        page = pdf.pages[page_index].obj
        kept = [
            annotation
            for place, annotation in enumerate(page.Annots)
            if place not in places
        ]
        if kept:
            page.Annots = Array(kept)
        else:
            del page["/Annots"]


def _body(annotation: Dictionary, frame: Frame, also: list[Any]) -> Body | None:
    try:
        if "/IRT" in annotation or int(annotation.get(Name.F, 0)) & _HIDDEN:
            return None
        own = _own(annotation)
        if own is not None:
            return own
        said = _said(annotation)
        body = body_of(said, frame) if said else None
        if body is None or body.root.type != "note":
            return body
        replies = [_reply(each) for each in also if _is_reply(each)]
        return Body.model_validate({**body.fields(), "replies": replies[:200]})
    except (ValidationError, ValueError, TypeError, KeyError, OverflowError):
        # It stays in the file as it is.
        return None


def _own(annotation: Dictionary) -> Body | None:
    """What we wrote ourselves, unless another program has changed it since."""
    said, checked = annotation.get("/SFBody"), annotation.get("/SFCheck")
    if said is None or checked is None or str(checked) != check(annotation):
        return None
    body = Body.model_validate(json.loads(str(said)))
    # Its picture is in the file and not in the project.
    return None if body.root.type == "image" else body


def _is_reply(each: Dictionary) -> bool:
    return each.get(Name.Subtype) == Name.Text and Name.IRT in each


def _followers(listed: list[Any]) -> dict[tuple[int, int], list[int]]:
    """Where replies and pop-ups stand, by what they belong to: they go when it goes.

    Read once for a page: pages with thousands of annotations exist.
    """
    found: dict[tuple[int, int], list[int]] = {}
    for place, each in enumerate(listed):
        if not isinstance(each, Dictionary):
            continue
        targets = (each.get(Name.IRT), each.get(Name.Parent))
        known = {other.objgen for other in targets if isinstance(other, Dictionary)}
        for objgen in known:
            found.setdefault(objgen, []).append(place)
    return found


def _reply(annotation: Dictionary) -> dict[str, Any]:
    try:
        pk = UUID(_text(annotation.get(Name.NM)))
    except ValueError:
        pk = uuid4()
    date = _DATE.match(_text(annotation.get(Name.CreationDate, annotation.get(Name.M))))
    created = (
        datetime.strptime(date[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if date
        else datetime(1970, 1, 1, tzinfo=UTC)
    )
    return {
        "id": pk,
        "author": _text(annotation.get(Name.T))[:200],
        "content": _text(annotation.get(Name.Contents)),
        "created_at": created,
    }


def _said(annotation: Dictionary) -> Standard | None:
    subtype = str(annotation.get(Name.Subtype, "")).lstrip("/")
    if subtype not in SUBTYPES:
        return None
    said = Standard(
        subtype=subtype,
        rect=_rect(annotation),
        contents=_text(annotation.get(Name.Contents)),
        color=_color(annotation.get(Name.C)),
        interior=_color(annotation.get(Name.IC)),
        opacity=min(1.0, max(0.0, float(annotation.get(Name.CA, 1)))),
    )
    said.width, said.dash = _border(annotation)
    if Name.QuadPoints in annotation:
        flat = _floats(annotation.QuadPoints)
        said.quads = [flat[at : at + 8] for at in range(0, len(flat) - 7, 8)]
    if Name.InkList in annotation:
        said.strokes = [_points(_floats(line)) for line in list(annotation.InkList)]
    if Name.L in annotation or Name.Vertices in annotation:
        said.points = _points(
            _floats(annotation.get(Name.L, annotation.get(Name.Vertices)))
        )
    ends = annotation.get(Name.LE)
    if isinstance(ends, Array) and len(ends) == 2:
        if str(ends[0]) != "/None":
            # Only an arrow at its end is one of ours.
            return None
        said.is_arrow = "Arrow" in str(ends[1])
    if subtype == "FreeText":
        _style(said, annotation)
    return said


def _style(said: Standard, annotation: Dictionary) -> None:
    words = _text(annotation.get(Name.DA))
    size, color, gray = (each.search(words) for each in (_DA_SIZE, _DA_COLOR, _DA_GRAY))
    said.font_size = (
        min(1000.0, float(size[1])) if size and float(size[1]) >= 1 else 12.0
    )
    if color:
        said.text_color = _hex([float(part) for part in color.groups()])
    elif gray:
        said.text_color = _hex([float(gray[1])] * 3)
    alignment = annotation.get(Name.Q, 0)
    said.alignment = int(alignment) if alignment in (0, 1, 2) else 0


def _rect(annotation: Dictionary) -> Box:
    x0, y0, x1, y1 = _floats(annotation.Rect)
    return normal((x0, y0, x1, y1))


def _floats(value: Any) -> list[float]:
    return [float(each) for each in list(value)]


def _points(flat: list[float]) -> list[tuple[float, float]]:
    return list(zip(flat[::2], flat[1::2], strict=False))


def _border(annotation: Dictionary) -> tuple[float, list[float]]:
    style = annotation.get(Name.BS)
    if isinstance(style, Dictionary):
        dash = _floats(style.get(Name.D, [3])) if style.get(Name.S) == Name.D else []
        return float(style.get(Name.W, 1)), dash
    border = annotation.get(Name.Border)
    if isinstance(border, Array) and len(border) >= 3:
        return float(border[2]), []
    return 1.0, []


def _color(value: Any) -> str | None:
    if not isinstance(value, Array):
        return None
    parts = _floats(value)
    if len(parts) == 1:
        parts *= 3
    elif len(parts) == 4:
        cyan, magenta, yellow, black = parts
        parts = [(1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)]
    return _hex(parts) if len(parts) == 3 else None


def _hex(parts: list[float]) -> str:
    levels = [round(min(1.0, max(0.0, part)) * 255) for part in parts]
    return "#" + "".join(f"{level:02x}" for level in levels)


def _text(value: Any) -> str:
    if not isinstance(value, pikepdf.String):
        return ""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    # Half of a surrogate pair can neither be stored nor sent.
    return text.encode("utf-8", "replace").decode()[:_LONGEST].replace("\0", "")
