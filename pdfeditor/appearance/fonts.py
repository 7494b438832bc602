"""The fonts that text is set in: which face has a character, and its glyphs.

Faces are files of the front-end build, so that the editor and the export draw with
the same ones; what they lack is looked for in the system's.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import uharfbuzz as hb

FALLBACK_FAMILY = "Noto Sans"
# Letters of scripts that the families offered do not have.
SYSTEM_FALLBACKS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansHebrew-Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)
# They shape their neighbours and have no picture of their own.
_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}


class MissingGlyphs(Exception):
    """No font has these characters."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = sorted(set(characters))
        super().__init__(", ".join(map(named, self.characters)))


def named(character: str) -> str:
    """A character for a message, such as `☃ (U+2603 SNOWMAN)`."""
    name = unicodedata.name(character, "")
    return f"{character} (U+{ord(character):04X}{' ' if name else ''}{name})"


@dataclass(frozen=True)
class Glyph:
    """One drawn glyph; lengths are in the units of its face."""

    id: int
    text: str
    advance: int
    x_offset: int
    y_offset: int


class Face:
    """One font file, read when it is first needed."""

    def __init__(self, key: str, path: Path, *, weight: int, style: str) -> None:
        self.key = key
        self.path = path
        self.weight = weight
        self.style = style
        # What was drawn, for the subset and for copying text out of the file.
        self.used: dict[int, str] = {}

    @cached_property
    def _hb_face(self) -> Any:
        return hb.Face(hb.Blob.from_file_path(str(self.path)))

    @cached_property
    def _font(self) -> Any:
        return hb.Font(self._hb_face)

    @cached_property
    def units_per_em(self) -> int:
        return int(self._hb_face.upem)

    @cached_property
    def characters(self) -> frozenset[int]:
        return frozenset(self._hb_face.unicodes)

    def default_advance(self, glyph: int) -> int:
        return int(self._font.get_glyph_h_advance(glyph))

    def shape(self, text: str, *, is_rtl: bool) -> list[Glyph]:
        """The glyphs of `text` from left to right."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        hb.shape(self._font, buffer)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        starts = sorted({info.cluster for info in infos})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        said: set[int] = set()
        glyphs = []
        for info, position in zip(infos, positions, strict=True):
            # Of a cluster's glyphs the first one says its letters.
            words = (
                "" if info.cluster in said else text[info.cluster : ends[info.cluster]]
            )
            said.add(info.cluster)
            glyphs.append(
                Glyph(
                    id=info.codepoint,
                    text=words,
                    advance=position.x_advance,
                    x_offset=position.x_offset,
                    y_offset=position.y_offset,
                )
            )
        return glyphs


@dataclass
class FontBook:
    """All faces, and what was used of them in one file."""

    faces: dict[str, list[Face]]
    fallbacks: list[Face]
    missing: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, folder: Path) -> "FontBook":
        """The families listed in `folder`/fonts.json."""
        faces: dict[str, list[Face]] = {}
        for family in json.loads((folder / "fonts.json").read_text("utf-8")):
            faces[family["family"]] = [
                Face(
                    f"F{len(faces)}x{number}",
                    folder / file["file"],
                    weight=file["weight"],
                    style=file["style"],
                )
                for number, file in enumerate(family["files"])
            ]
        system = [
            Face(f"S{number}", Path(path), weight=400, style="normal")
            for number, path in enumerate(SYSTEM_FALLBACKS)
            if Path(path).exists()
        ]
        return cls(faces, system)

    def face(self, family: str, *, bold: bool, italic: bool) -> Face:
        """The face of a family that comes closest."""
        known = self.faces.get(family) or self.faces[FALLBACK_FAMILY]
        weight, style = 700 if bold else 400, "italic" if italic else "normal"
        return min(
            known, key=lambda each: (each.style != style, abs(each.weight - weight))
        )

    def _holder(self, character: str, first: Face, others: list[Face]) -> Face | None:
        code = ord(character)
        for face in (first, *others):
            if code in face.characters:
                return face
        return None

    def split(self, text: str, first: Face) -> list[tuple[Face, str]]:
        """`text` cut where another face is needed; notes what no face has."""
        noto = self.face(
            FALLBACK_FAMILY, bold=first.weight > 500, italic=first.style == "italic"
        )
        others = [noto, *self.fallbacks]
        parts: list[tuple[Face, str]] = []
        for character in text:
            current = parts[-1][0] if parts else first
            category = unicodedata.category(character)
            if category in _INVISIBLE or category.startswith("M"):
                has_it = ord(character) in current.characters
                face: Face | None = current if has_it or category != "Mn" else None
            else:
                face = None
            face = face or self._holder(character, first, others)
            if face is None:
                if category not in _INVISIBLE:
                    self.missing.add(character)
                face = current
            if parts and parts[-1][0] is face:
                parts[-1] = (face, parts[-1][1] + character)
            else:
                parts.append((face, character))
        return parts

    def used(self) -> list[Face]:
        every = [face for faces in self.faces.values() for face in faces]
        return [face for face in (*every, *self.fallbacks) if face.used]
