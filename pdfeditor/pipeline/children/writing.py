"""Writes annotations into a file: dictionaries and appearances.

ISO 32000-2, 12.5. Every annotation has an appearance: some readers draw nothing
without one. QuadPoints go TL, TR, BL, BR, as readers expect and not as the standard
says.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String
from PIL import Image as Picture
from pydantic_core import to_json

from pdfeditor.appearance.content import ink, number
from pdfeditor.appearance.drawing import Appearance, draw
from pdfeditor.appearance.fonts import FontBook
from pdfeditor.geometry.annotations import Drawing, Kind, Note, Reply
from pdfeditor.geometry.boxes import Frame
from pdfeditor.geometry.standard import Standard, standard_of
from pdfeditor.pipeline.children.embedding import embed
from pdfeditor.pipeline.children.syntax import array, dictionary, text

PRINT = 4
# What of a dictionary tells whether another program has changed it since.
_CHECKED = (
    "/Rect",
    "/Contents",
    "/C",
    "/IC",
    "/QuadPoints",
    "/InkList",
    "/L",
    "/Vertices",
    "/CA",
)


_XOBJECT, _FORM = Name.XObject, Name.Form
_FLAT = b"<< /Type /Annot /Subtype /Stamp /Rect %b /F %d >>"


class Prepared(NamedTuple):
    """One annotation before it is in the file; bytes are PDF syntax."""

    id: str
    drawn: Appearance
    rect: bytes
    entries: bytes
    replies: list[Reply]


class Writer:
    """Adds annotations to one open file. Call `finish` once, at the end.

    Preparing all and then adding all takes half the time of going to and fro.
    """

    def __init__(
        self, pdf: pikepdf.Pdf, fonts: Path, images: Path, *, is_flat: bool = False
    ) -> None:
        """`is_flat`: only what is drawn will stay, so nothing else is written."""
        self._pdf = pdf
        self._is_flat = is_flat
        self._images = images
        self.book = FontBook.load(fonts)
        self._needed: list[tuple[pikepdf.Object, Appearance]] = []
        self._pictures: dict[str, pikepdf.Object] = {}
        self._states: dict[tuple[float, bool], pikepdf.Object] = {}

    def prepare(
        self, item: dict[str, Any], body: Kind, frame: Frame, *, page_rotation: int
    ) -> Prepared:
        """Draw and spell one annotation. The file is not touched."""
        drawn = draw(body, frame, self.book, page_rotation=page_rotation)
        if self._is_flat:
            rect = array(drawn.rect)
            flat = _FLAT % (rect, PRINT)
            return Prepared(item["id"], drawn, rect, flat, [])
        entries = _entries(item, body, standard_of(body, frame, drawn.rect))
        digest = _digest([entries.get(key, b"") for key in _CHECKED])
        entries["/SFCheck"] = b"(%b)" % digest.encode("ascii")
        entries["/SFBody"] = text(to_json(item["body"], ensure_ascii=True).decode())
        replies = body.replies if isinstance(body, Note) else []
        spelled = dictionary(entries)
        return Prepared(item["id"], drawn, entries["/Rect"], spelled, replies)

    def add(self, prepared: Prepared) -> list[pikepdf.Object]:
        """The objects of one annotation, its replies behind it."""
        # Parsing once is several times faster than setting one key after the other.
        made = Object.parse(prepared.entries)
        made.AP = Dictionary(N=self._form(prepared.drawn, prepared.rect))
        main = self._pdf.make_indirect(made)
        return [main, *(self._reply(reply, main) for reply in prepared.replies)]

    def finish(self) -> None:
        """Embed what was used."""
        fonts = {face.key: embed(self._pdf, face) for face in self.book.used()}
        for form, drawn in self._needed:
            form.Resources.Font = Dictionary(
                {f"/{face.key}": fonts[face.key] for face in drawn.faces}
            )

    def _form(self, drawn: Appearance, rect: bytes) -> pikepdf.Object:
        is_plain = drawn.opacity >= 1 and not drawn.is_multiplied
        if drawn.is_simple and not is_plain:
            form = self._xobject(b"/G0 gs\n" + drawn.content, rect)
            form.Resources = self._state(drawn)
            return form
        form = self._xobject(drawn.content, rect)
        form.Resources = Dictionary()
        if drawn.faces:
            self._needed.append((form, drawn))
        if drawn.image:
            form.Resources.XObject = Dictionary(Im0=self._picture(drawn.image))
        if is_plain:
            return form
        # Strokes that cross must not shine through themselves: first they are one
        # group, then the group is let through.
        form.Group = Dictionary(S=Name.Transparency, Type=Name.Group)
        outer = self._xobject(b"/G0 gs /X0 Do", rect)
        outer.Resources = Dictionary(
            XObject=Dictionary(X0=form), ExtGState=self._state(drawn).ExtGState
        )
        return outer

    def _xobject(self, content: bytes, rect: bytes) -> pikepdf.Object:
        form = Stream(self._pdf, content)
        form.Type, form.Subtype = _XOBJECT, _FORM
        form.BBox = Object.parse(rect)
        return form

    def _state(self, drawn: Appearance) -> pikepdf.Object:
        """Resources, shared by all that are let through alike, with G0."""
        key = (round(drawn.opacity, 4), drawn.is_multiplied)
        if key not in self._states:
            state = Dictionary(Type=Name.ExtGState, ca=key[0], CA=key[0])
            if drawn.is_multiplied:
                state.BM = Name.Multiply
            self._states[key] = self._pdf.make_indirect(
                Dictionary(ExtGState=Dictionary(G0=state))
            )
        return self._states[key]

    def _picture(self, name: str) -> pikepdf.Object:
        if name not in self._pictures:
            self._pictures[name] = _image(self._pdf, self._images / name)
        return self._pictures[name]

    def _reply(self, reply: Any, main: pikepdf.Object) -> pikepdf.Object:
        """Shown in lists of comments only: it has an appearance that is empty."""
        empty = self._pdf.make_stream(b"")
        empty.Type, empty.Subtype = Name.XObject, Name.Form
        empty.BBox = Array([0, 0, 0, 0])
        return self._pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Text,
                Rect=main.Rect,
                F=PRINT,
                NM=String(str(reply.id)),
                T=String(reply.author),
                Contents=String(reply.content),
                CreationDate=String(reply.created_at.strftime("D:%Y%m%d%H%M%SZ")),
                IRT=main,
                RT=Name.R,
                AP=Dictionary(N=empty),
            )
        )


def _entries(item: dict[str, Any], body: Kind, said: Standard) -> dict[str, bytes]:
    """What an annotation's dictionary says, in PDF syntax."""
    entries = {
        "/Type": b"/Annot",
        "/Subtype": f"/{said.subtype}".encode(),
        "/Rect": array(said.rect),
        "/F": b"%d" % PRINT,
        "/NM": text(item["id"]),
        "/M": text(item["modified"]),
        "/CreationDate": text(item["created"]),
        "/T": text(item["author"]),
    }
    if said.contents or said.subtype in ("FreeText", "Text"):
        entries["/Contents"] = text(said.contents)
    if said.opacity < 1:
        entries["/CA"] = number(said.opacity).encode()
    if said.color:
        entries["/C"] = f"[ {ink(said.color)} ]".encode()
    if said.interior:
        entries["/IC"] = f"[ {ink(said.interior)} ]".encode()
    entries |= _geometry(said)
    if said.subtype == "FreeText":
        size = number(said.font_size)
        entries["/DA"] = text(f"/Helv {size} Tf {ink(said.text_color)} rg")
        entries["/Q"] = b"%d" % said.alignment
    if said.subtype == "Text":
        entries["/Name"] = b"/Note"
    if isinstance(body, Drawing) and body.signature:
        entries["/IT"] = b"/InkSignature"
    return entries


def _geometry(said: Standard) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    if said.quads:
        entries["/QuadPoints"] = array(side for quad in said.quads for side in quad)
    if said.strokes:
        lines = [array(side for at in line for side in at) for line in said.strokes]
        entries["/InkList"] = b" ".join([b"[", *lines, b"]"])
    if said.points:
        name = "/L" if said.subtype == "Line" else "/Vertices"
        entries[name] = array(side for point in said.points for side in point)
    if said.is_arrow:
        entries["/LE"] = b"[ /None /OpenArrow ]"
    if said.subtype in ("Ink", "Square", "Circle", "Line", "Polygon", "PolyLine"):
        style = {"/W": number(said.width).encode(), "/S": b"/S"}
        if said.dash:
            style |= {"/S": b"/D", "/D": array(said.dash)}
        entries["/BS"] = dictionary(style)
    if said.subtype == "FreeText":
        entries["/BS"] = b"<< /W 0 >>"
    return entries


def check(annotation: Any) -> str:
    """A digest of what an annotation says in the standard's own words."""
    return _digest([_unparsed(annotation.get(key)) for key in _CHECKED])


def _unparsed(value: Any) -> bytes:
    """As `syntax` wrote it."""
    if isinstance(value, Object):
        return value.unparse(resolved=True)
    return b"" if value is None else str(value).encode()


def _digest(said: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(said)).hexdigest()[:32]


def _image(pdf: pikepdf.Pdf, path: Path) -> pikepdf.Object:
    """A picture; a JPEG goes in as it is, transparency as a mask."""
    with Picture.open(path) as picture:
        size = {"Width": picture.width, "Height": picture.height}
        common = {"Type": Name.XObject, "Subtype": Name.Image, "BitsPerComponent": 8}
        if path.suffix == ".jpg":
            stream = pikepdf.Stream(pdf, path.read_bytes())
            facts = {**common, **size, "ColorSpace": Name.DeviceRGB}
            for key, value in {**facts, "Filter": Name.DCTDecode}.items():
                stream[f"/{key}"] = value
            return pdf.make_indirect(stream)
        colors = pdf.make_stream(picture.convert("RGB").tobytes())
        for key, value in {**common, **size, "ColorSpace": Name.DeviceRGB}.items():
            colors[f"/{key}"] = value
        if "A" in picture.getbands():
            mask = pdf.make_stream(picture.getchannel("A").tobytes())
            for key, value in {**common, **size, "ColorSpace": Name.DeviceGray}.items():
                mask[f"/{key}"] = value
            colors.SMask = mask
        return colors
