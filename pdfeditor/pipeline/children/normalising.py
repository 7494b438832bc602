"""Makes a file fit for editing: repaired, unlocked, its pages measured."""

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name

from pdfeditor.pipeline.children.importing import find, managed, remove_managed
from pdfeditor.pipeline.children.opening import geometry, has_form, open_pdf, save

_WORDS = {
    "title": "/Title",
    "author": "/Author",
    "subject": "/Subject",
    "keywords": "/Keywords",
    "creator": "/Creator",
    "producer": "/Producer",
    "creation_date": "/CreationDate",
    "modification_date": "/ModDate",
}
_LONGEST_WORD = 2000


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{source, password?, base, view} → pages, metadata and what was found."""
    with open_pdf(config["source"], config.get("password") or "") as pdf:
        pages = [geometry(page.obj) for page in pdf.pages]
        found: dict[str, Any] = {
            "pages": pages,
            "metadata": _metadata(pdf, Path(config["source"])),
            "notices": _notices(pdf),
            "has_form": has_form(pdf),
            "is_signed": _is_signed(pdf),
        }
        save(pdf, config["base"])
        found["annotations"] = find(pdf)
        remove_managed(pdf, managed(found["annotations"]))
        save(pdf, config["view"], linearize=True)
    return found


def _word(value: Any) -> str:
    if not isinstance(value, pikepdf.String):
        return ""
    text = str(value)[:_LONGEST_WORD].encode("utf-8", "replace").decode()
    return "".join(letter for letter in text if letter.isprintable())


def _metadata(pdf: pikepdf.Pdf, source: Path) -> dict[str, Any]:
    info = pdf.trailer.get("/Info")
    words = {
        name: _word(info.get(key)) if isinstance(info, pikepdf.Dictionary) else ""
        for name, key in _WORDS.items()
    }
    return {
        **words,
        "page_count": len(pdf.pages),
        "file_size": source.stat().st_size,
        "version": str(pdf.pdf_version)[:20],
    }


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, pikepdf.Dictionary):
        return False
    flags = form.get(Name.SigFlags, 0)
    return isinstance(flags, int) and bool(flags & 1)


def _notices(pdf: pikepdf.Pdf) -> list[str]:
    names = pdf.Root.get(Name.Names)
    named: Any = names if isinstance(names, pikepdf.Dictionary) else {}
    form = pdf.Root.get(Name.AcroForm)
    found = {
        "repaired": bool(pdf.get_warnings()),
        "was_encrypted": pdf.is_encrypted,
        "has_scripts": "/JavaScript" in named or "/AA" in pdf.Root,
        "has_attachments": "/EmbeddedFiles" in named,
        "has_xfa": isinstance(form, pikepdf.Dictionary) and "/XFA" in form,
    }
    return [name for name, is_so in found.items() if is_so]
