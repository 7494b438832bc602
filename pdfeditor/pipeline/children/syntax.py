"""Spells values in PDF syntax (ISO 32000-2, 7.3), just as qpdf unparses them again."""

import re
from collections.abc import Iterable, Mapping

from pikepdf import String

from pdfeditor.appearance.content import number

# Nothing in it has to be escaped.
_PLAIN = re.compile(r"[ -'*-\[\]-~]*")


def array(values: Iterable[float]) -> bytes:
    return " ".join(["[", *map(number, values), "]"]).encode("ascii")


def text(value: str) -> bytes:
    if _PLAIN.fullmatch(value):
        return b"(%b)" % value.encode("ascii")
    return String(value).unparse()


def dictionary(entries: Mapping[str, bytes]) -> bytes:
    """Keys with their slash; values in PDF syntax."""
    parts = [key.encode("ascii") + b" " + said for key, said in entries.items()]
    return b" ".join([b"<<", *parts, b">>"])
