"""Annotations as XFDF (ISO 19444-1), out and in. Pure.

What comes in is hostile: documents with a DTD are refused, so there are no
entities to grow, and nothing is ever fetched.
"""

import json
import re
import xml.etree.ElementTree as Xml
from typing import Any
from xml.parsers import expat

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.document import Page
from pdfeditor.geometry.standard import (
    ALIGNMENTS,
    Standard,
    body_of,
    rect_of,
    standard_of,
)

NAMESPACE = "http://ns.adobe.com/xfdf/"
OWN = "https://streamfetch.invalid/xfdf"
MAX_BYTES = 5 * 1024 * 1024
MAX_ANNOTATIONS = 20_000
_ELEMENTS = {
    "highlight": "Highlight",
    "underline": "Underline",
    "strikeout": "StrikeOut",
    "squiggly": "Squiggly",
    "ink": "Ink",
    "square": "Square",
    "circle": "Circle",
    "line": "Line",
    "polygon": "Polygon",
    "polyline": "PolyLine",
    "freetext": "FreeText",
    "text": "Text",
    "stamp": "Stamp",
}
_NAMES = {subtype: element for element, subtype in _ELEMENTS.items()}
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# What XML 1.0 cannot hold.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class InvalidXfdf(ValueError):
    """Not XFDF, or not such as is read here."""


def to_xfdf(entries: list[tuple[dict[str, Any], Page]]) -> bytes:
    """The document of annotations, each with its page: as `Writer` gets them."""
    Xml.register_namespace("", NAMESPACE)
    Xml.register_namespace("sf", OWN)
    root = Xml.Element(f"{{{NAMESPACE}}}xfdf")
    annots = Xml.SubElement(root, f"{{{NAMESPACE}}}annots")
    for item, page in entries:
        body = Body.model_validate(item["body"]).root
        frame = page.frame()
        said = standard_of(body, frame, rect_of(body, frame))
        element = Xml.SubElement(
            annots, f"{{{NAMESPACE}}}{_NAMES[said.subtype]}", _attributes(item, said)
        )
        _add_parts(element, said)
        own = json.dumps(item["body"], ensure_ascii=True)
        element.set(f"{{{OWN}}}body", own)
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _attributes(item: dict[str, Any], said: Standard) -> dict[str, str]:
    found = {
        "page": str(item["page_index"]),
        "rect": _listed(said.rect),
        "name": item["id"],
        "title": _spoken(item["author"]),
        "date": item["modified"],
        "creationdate": item["created"],
        "flags": "print",
        "opacity": f"{said.opacity:g}",
    }
    if said.color:
        found["color"] = said.color
    if said.interior:
        found["interior-color"] = said.interior
    if said.subtype not in ("Text", "Highlight", "Underline", "StrikeOut", "Squiggly"):
        found["width"] = f"{said.width:g}"
    if said.dash:
        found |= {"style": "dash", "dashes": _listed(said.dash)}
    if said.quads:
        found["coords"] = _listed([side for quad in said.quads for side in quad])
    if said.subtype == "Line":
        found |= {
            "start": _listed(said.points[0]),
            "end": _listed(said.points[1]),
        }
    if said.is_arrow:
        found["tail"] = "OpenArrow"
    if said.subtype == "FreeText":
        found["justification"] = ("left", "centered", "right")[said.alignment]
    return found


def _add_parts(element: Xml.Element, said: Standard) -> None:
    if said.contents:
        _part(element, "contents").text = _spoken(said.contents)
    if said.strokes:
        inklist = _part(element, "inklist")
        for line in said.strokes:
            _part(inklist, "gesture").text = _pairs(line)
    elif said.points and said.subtype != "Line":
        _part(element, "vertices").text = _pairs(said.points)
    if said.subtype == "FreeText":
        red, green, blue = (
            int(said.text_color[at : at + 2], 16) / 255 for at in (1, 3, 5)
        )
        appearance = f"/Helv {said.font_size:g} Tf {red:.4g} {green:.4g} {blue:.4g} rg"
        _part(element, "defaultappearance").text = appearance


def _part(element: Xml.Element, name: str) -> Xml.Element:
    return Xml.SubElement(element, f"{{{NAMESPACE}}}{name}")


def _spoken(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)


def _listed(values: Any) -> str:
    return ",".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


def _pairs(points: Any) -> str:
    return ";".join(_listed(point) for point in points)


def from_xfdf(data: bytes, pages: list[Page]) -> list[dict[str, Any]]:
    """{page, author, body} of each annotation that is edited here.

    Raises `InvalidXfdf` with words for a person.
    """
    if len(data) > MAX_BYTES:
        raise InvalidXfdf("An XFDF file has 5 MB at most.")
    root = _parse(data)
    if root.tag.rpartition("}")[2] != "xfdf":
        raise InvalidXfdf("This is not an XFDF file.")
    found: list[dict[str, Any]] = []
    for annots in root:
        if annots.tag.rpartition("}")[2] != "annots":
            continue
        for element in annots:
            if len(found) >= MAX_ANNOTATIONS:
                raise InvalidXfdf("An XFDF file has 20,000 annotations at most.")
            entry = _entry(element, pages)
            if entry is not None:
                found.append(entry)
    return found


def _parse(data: bytes) -> Xml.Element:
    builder = Xml.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_details: Any) -> None:
        raise InvalidXfdf("XFDF with a DTD or entities is not read.")

    def named(name: str) -> str:
        return f"{{{name}" if "}" in name else name

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: builder.start(
        named(tag), {named(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(named(tag))
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, UnicodeError) as error:
        raise InvalidXfdf("This is not an XFDF file: its XML is broken.") from error


def _entry(element: Xml.Element, pages: list[Page]) -> dict[str, Any] | None:
    subtype = _ELEMENTS.get(element.tag.rpartition("}")[2])
    if subtype is None or "inreplyto" in element.attrib:
        return None
    try:
        page = pages[_page_number(element.get("page", ""), len(pages))]
        own = element.get(f"{{{OWN}}}body")
        body: Body | None
        if own is not None:
            body = Body.model_validate(json.loads(own))
        else:
            body = body_of(_said(element, subtype), page.frame())
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        line = element.get("name") or element.tag.rpartition("}")[2]
        raise InvalidXfdf(f"The annotation “{line[:60]}” cannot be read.") from error
    if body is None:
        return None
    return {"page": page.id, "author": element.get("title", "")[:200], "body": body}


def _page_number(text: str, count: int) -> int:
    number = int(text)
    if not 0 <= number < count:
        raise IndexError(number)
    return number


def _said(element: Xml.Element, subtype: str) -> Standard:
    x0, y0, x1, y1 = _floats(element.get("rect", ""))
    said = Standard(
        subtype=subtype,
        rect=(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)),
        contents=_child_text(element, "contents"),
        color=_color(element.get("color")),
        interior=_color(element.get("interior-color")),
        width=float(element.get("width", "1")),
        opacity=float(element.get("opacity", "1")),
    )
    if element.get("style") == "dash" and element.get("dashes"):
        said.dash = _floats(element.get("dashes", ""))
    flat = _floats(element.get("coords", "")) if element.get("coords") else []
    said.quads = [flat[at : at + 8] for at in range(0, len(flat) - 7, 8)]
    for gesture in element.iter():
        name = gesture.tag.rpartition("}")[2]
        if name == "gesture":
            said.strokes.append(_points(gesture.text or ""))
        elif name == "vertices":
            said.points = _points(gesture.text or "")
    if subtype == "Line":
        start, end = (_floats(element.get(name, "")) for name in ("start", "end"))
        said.points = [(start[0], start[1]), (end[0], end[1])]
    said.is_arrow = "Arrow" in element.get("tail", "")
    if subtype == "FreeText":
        justification = element.get("justification", "left").replace(
            "centered", "center"
        )
        said.alignment = ALIGNMENTS.index(justification)
        _style(said, _child_text(element, "defaultappearance"))
    return said


def _style(said: Standard, words: str) -> None:
    size = re.search(r"([\d.]+)\s+Tf", words)
    if size:
        said.font_size = float(size[1])
    color = re.search(r"([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+rg", words)
    if color:
        levels = [round(min(1.0, float(part)) * 255) for part in color.groups()]
        said.text_color = "#" + "".join(f"{level:02x}" for level in levels)


def _child_text(element: Xml.Element, name: str) -> str:
    for part in element:
        if part.tag.rpartition("}")[2] == name:
            return part.text or ""
    return ""


def _color(text: str | None) -> str | None:
    return text.lower() if text and _COLOR.fullmatch(text) else None


def _floats(text: str) -> list[float]:
    return [float(part) for part in re.split(r"[,\s]+", text.strip()) if part]


def _points(text: str) -> list[tuple[float, float]]:
    pairs = [_floats(pair) for pair in text.split(";") if pair.strip()]
    return [(pair[0], pair[1]) for pair in pairs]
