"""Breaks and sets the words of a text box, as the editor in the browser does."""

import re
from dataclasses import dataclass

from pdfeditor.appearance import bidi
from pdfeditor.appearance.fonts import Face, FontBook, Glyph
from pdfeditor.geometry.annotations import TextBox

LINE_HEIGHT = 1.2
# The first baseline below the top of a line, in em.
BASELINE = 0.95
_WORDS = re.compile(r"\S*\s|\S+")


@dataclass(frozen=True)
class Piece:
    """Glyphs of one face, set one after the other. Width in em."""

    face: Face
    glyphs: list[Glyph]
    width: float


class Setter:
    """Sets lines in the font of one text box."""

    def __init__(self, book: FontBook, box: TextBox) -> None:
        self._book = book
        self._face = book.face(
            box.font_family,
            bold=box.font_weight == "bold",
            italic=box.font_style == "italic",
        )
        self.lacks_bold = box.font_weight == "bold" and self._face.weight < 600
        self.lacks_italic = box.font_style == "italic" and self._face.style != "italic"
        self._size = box.font_size

    def line(self, text: str) -> list[Piece]:
        """The pieces of one line from left to right."""
        pieces = []
        for run in bidi.visual_runs(text):
            parts = self._book.split(text[run.start : run.end], self._face)
            for face, part in reversed(parts) if run.is_rtl else parts:
                glyphs = face.shape(part, is_rtl=run.is_rtl)
                width = sum(glyph.advance for glyph in glyphs) / face.units_per_em
                pieces.append(Piece(face, glyphs, width))
        return pieces

    def width(self, text: str) -> float:
        """In points."""
        return self._size * sum(piece.width for piece in self.line(text))


def lines_of(setter: Setter, content: str, width: float) -> list[str]:
    """Greedy, at spaces; a word wider than the box breaks where it must."""
    content = content.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return [
        line
        for paragraph in content.split("\n")
        for line in _wrapped(setter, paragraph, width)
    ]


def _wrapped(setter: Setter, paragraph: str, width: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in _WORDS.findall(paragraph):
        if setter.width((line + word).rstrip()) <= width:
            line += word
            continue
        if line:
            lines.append(line.rstrip())
        line = word
        while len(line.rstrip()) > 1 and setter.width(line.rstrip()) > width:
            fits = _longest_fit(setter, line, width)
            lines.append(line[:fits])
            line = line[fits:]
    lines.append(line.rstrip())
    return lines


def _longest_fit(setter: Setter, word: str, width: float) -> int:
    """How many letters fit; one at least."""
    least, most = 1, len(word)
    while least < most:
        middle = (least + most + 1) // 2
        if setter.width(word[:middle]) <= width:
            least = middle
        else:
            most = middle - 1
    return least
