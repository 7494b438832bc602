"""Writes annotations into a file: dictionaries and appearances.

ISO 32000-2, 12.5. Every annotation has an appearance: some readers draw nothing
without one. QuadPoints go TL, TR, BL, BR, as readers expect and not as the standard
says.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image as Picture

from pdfeditor.appearance.content import rgb
from pdfeditor.appearance.drawing import Appearance, draw
from pdfeditor.appearance.fonts import FontBook
from pdfeditor.geometry.annotations import Body, Drawing, Kind, Note
from pdfeditor.geometry.boxes import Frame
from pdfeditor.geometry.standard import Standard, standard_of
from pdfeditor.pipeline.children.embedding import embed

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


class Writer:
    """Adds annotations to one open file. Call `finish` once, at the end."""

    def __init__(self, pdf: pikepdf.Pdf, fonts: Path, images: Path) -> None:
        self._pdf = pdf
        self._images = images
        self.book = FontBook.load(fonts)
        self._needed: list[tuple[pikepdf.Object, Appearance]] = []
        self._pictures: dict[str, pikepdf.Object] = {}
        self._states: dict[tuple[float, bool], pikepdf.Object] = {}

    def annotation(
        self, item: dict[str, Any], frame: Frame, *, page_rotation: int
    ) -> tuple[list[pikepdf.Object], Appearance]:
        """The objects of one annotation, its replies behind it, and its drawing."""
        body = Body.model_validate(item["body"]).root
        drawn = draw(body, frame, self.book, page_rotation=page_rotation)
        made = self._dictionary(item, body, standard_of(body, frame), drawn)
        made.AP = Dictionary(N=self._form(drawn))
        main = self._pdf.make_indirect(made)
        made_check = check(main)
        main["/SFBody"] = String(json.dumps(item["body"], ensure_ascii=True))
        main["/SFCheck"] = String(made_check)
        replies = body.replies if isinstance(body, Note) else []
        return [main, *(self._reply(reply, main) for reply in replies)], drawn

    def finish(self) -> None:
        """Embed what was used."""
        fonts = {face.key: embed(self._pdf, face) for face in self.book.used()}
        for form, drawn in self._needed:
            form.Resources.Font = Dictionary(
                {f"/{face.key}": fonts[face.key] for face in drawn.faces}
            )

    def _form(self, drawn: Appearance) -> pikepdf.Object:
        form = self._pdf.make_stream(drawn.content)
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox = Array(list(drawn.rect))
        form.Resources = Dictionary()
        if drawn.faces:
            self._needed.append((form, drawn))
        if drawn.image:
            form.Resources.XObject = Dictionary(Im0=self._picture(drawn.image))
        if drawn.opacity >= 1 and not drawn.is_multiplied:
            return form
        # Strokes that cross must not shine through themselves: first they are one
        # group, then the group is let through.
        form.Group = Dictionary(S=Name.Transparency, Type=Name.Group)
        outer = self._pdf.make_stream(b"/G0 gs /X0 Do")
        outer.Type, outer.Subtype = Name.XObject, Name.Form
        outer.BBox = Array(list(drawn.rect))
        outer.Resources = Dictionary(
            XObject=Dictionary(X0=form),
            ExtGState=Dictionary(G0=self._state(drawn.opacity, drawn.is_multiplied)),
        )
        return outer

    def _state(self, opacity: float, is_multiplied: bool) -> pikepdf.Object:
        key = (round(opacity, 4), is_multiplied)
        if key not in self._states:
            state = Dictionary(Type=Name.ExtGState, ca=key[0], CA=key[0])
            if is_multiplied:
                state.BM = Name.Multiply
            self._states[key] = self._pdf.make_indirect(state)
        return self._states[key]

    def _picture(self, name: str) -> pikepdf.Object:
        if name not in self._pictures:
            self._pictures[name] = _image(self._pdf, self._images / name)
        return self._pictures[name]

    def _dictionary(
        self, item: dict[str, Any], body: Kind, said: Standard, drawn: Appearance
    ) -> Dictionary:
        made = Dictionary(
            Type=Name.Annot,
            Subtype=Name(f"/{said.subtype}"),
            Rect=Array(list(drawn.rect)),
            F=PRINT,
            NM=String(item["id"]),
            M=String(item["modified"]),
            CreationDate=String(item["created"]),
            T=String(item["author"]),
        )
        if said.contents or said.subtype in ("FreeText", "Text"):
            made.Contents = String(said.contents)
        if said.opacity < 1:
            made.CA = said.opacity
        if said.color:
            made.C = Array(list(rgb(said.color)))
        if said.interior:
            made.IC = Array(list(rgb(said.interior)))
        self._geometry(made, said)
        if said.subtype == "FreeText":
            color = " ".join(f"{share:.4g}" for share in rgb(said.text_color))
            made.DA = String(f"/Helv {said.font_size:g} Tf {color} rg")
            made.Q = said.alignment
        if said.subtype == "Text":
            made.Name = Name.Note
        if isinstance(body, Drawing) and body.signature:
            made.IT = Name("/InkSignature")
        return made

    @staticmethod
    def _geometry(made: Dictionary, said: Standard) -> None:
        if said.quads:
            made.QuadPoints = Array([side for quad in said.quads for side in quad])
        if said.strokes:
            made.InkList = Array(
                [Array([side for at in line for side in at]) for line in said.strokes]
            )
        flat = [side for point in said.points for side in point]
        if said.subtype == "Line":
            made.L = Array(flat)
        elif flat:
            made.Vertices = Array(flat)
        if said.is_arrow:
            made.LE = Array([Name("/None"), Name.OpenArrow])
        if said.subtype in ("Ink", "Square", "Circle", "Line", "Polygon", "PolyLine"):
            made.BS = Dictionary(W=said.width, S=Name.D if said.dash else Name.S)
            if said.dash:
                made.BS.D = Array(said.dash)
        if said.subtype == "FreeText":
            made.BS = Dictionary(W=0)

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


def check(annotation: Any) -> str:
    """A digest of what an annotation says in the standard's own words."""
    said = [
        annotation[key].unparse(resolved=True) if key in annotation else b""
        for key in _CHECKED
        if key not in annotation or isinstance(annotation[key], pikepdf.Object)
    ]
    if "/CA" in annotation:
        said.append(str(annotation["/CA"]).encode())
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
