"""Embeds the fonts that were used: subsets, with what copies text out of the file.

Type 0 fonts with Identity-H (ISO 32000-2, 9.7): glyph ids stay as they are, so the
content streams can be written before the subset is made.
"""

import io

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from pdfeditor.appearance.fonts import Face

_SYMBOLIC = 4
_EM = 1000


def embed(pdf: pikepdf.Pdf, face: Face) -> pikepdf.Object:
    """The font object of `face`, with the glyphs in `face.used`."""
    options = subset.Options()
    options.retain_gids = True
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "DSIG", "STAT", "name"]
    options.notdef_outline = True
    font = TTFont(face.path, fontNumber=0, lazy=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(gids=sorted(face.used))
    subsetter.subset(font)
    packed = io.BytesIO()
    font.save(packed)
    name = Name(f"/{_tag(face)}+{face.path.stem.replace('_', '-').replace(' ', '-')}")
    file = pdf.make_stream(packed.getvalue())
    file.Length1 = len(packed.getvalue())
    descendant = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"),
                Ordering=pikepdf.String("Identity"),
                Supplement=0,
            ),
            CIDToGIDMap=Name.Identity,
            DW=_EM,
            W=_widths(face),
            FontDescriptor=pdf.make_indirect(_descriptor(font, name, file)),
        )
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([descendant]),
            ToUnicode=pdf.make_stream(_to_unicode(face)),
        )
    )


def _tag(face: Face) -> str:
    """Six letters that tell subsets of one font apart."""
    value = hash(tuple(sorted(face.used))) & 0xFFFFFFF
    letters = []
    for _position in range(6):
        value, letter = divmod(value, 26)
        letters.append(chr(ord("A") + letter))
    return "".join(letters)


def _widths(face: Face) -> Array:
    entries: list[object] = []
    for glyph in sorted(face.used):
        width = round(face.default_advance(glyph) * _EM / face.units_per_em, 2)
        entries += [glyph, Array([width])]
    return Array(entries)


def _descriptor(font: TTFont, name: Name, file: pikepdf.Stream) -> Dictionary:
    head, across, post = font["head"], font["hhea"], font["post"]
    scale = _EM / head.unitsPerEm
    box = [round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)]
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=_SYMBOLIC,
        FontBBox=Array(box),
        ItalicAngle=float(post.italicAngle),
        Ascent=round(across.ascent * scale),
        Descent=round(across.descent * scale),
        CapHeight=round(across.ascent * scale),
        StemV=80,
        FontFile2=file,
    )


def _to_unicode(face: Face) -> bytes:
    lines = [
        f"<{glyph:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for glyph, text in sorted(face.used.items())
        if text
    ]
    blocks = []
    # At most a hundred entries a block.
    for at in range(0, len(lines), 100):
        part = lines[at : at + 100]
        blocks += [f"{len(part)} beginbfchar", *part, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *blocks,
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode("ascii")
