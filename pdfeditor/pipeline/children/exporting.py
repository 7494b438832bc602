"""Writes a project into one file: PDF with annotations or without, or pictures."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Name, String, sanitize

from pdfeditor.appearance.fonts import MissingGlyphs, named
from pdfeditor.geometry.annotations import Body, Kind
from pdfeditor.geometry.boxes import Frame
from pdfeditor.pipeline.children.opening import geometry, open_pdf, save
from pdfeditor.pipeline.children.refusing import Refused
from pdfeditor.pipeline.children.writing import Prepared, Writer

_INFO = {
    "title": "/Title",
    "author": "/Author",
    "subject": "/Subject",
    "keywords": "/Keywords",
}
# Of one picture of a page; the scale is taken down for larger pages.
_MAX_PIXELS = 40_000_000
_JPEG_QUALITY = 90
_MAX_SHOWN = 20


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{base, target, fonts, images, format, flatten, pages, annotations, removed,
    metadata, password, remove, dpi} → {warnings, rects}.

    `pages` are places in the base file, in order; `annotations` have a `page_index`
    there, and `removed` are the places of those of the file that are replaced.
    """
    target = Path(config["target"])
    is_picture = config["format"] in ("png", "jpeg")
    with open_pdf(config["base"]) as pdf:
        warnings = _warnings(pdf, config)
        is_flat = config["flatten"] or is_picture
        rects = write_annotations(pdf, config, is_flat=is_flat)
        _say(0.5)
        _keep_pages(pdf, config["pages"])
        _set_metadata(pdf, config["metadata"])
        _sanitise(pdf, config["remove"])
        if is_flat:
            warnings += _flatten(pdf)
        path = target.with_suffix(".drawn.pdf") if is_picture else target
        save(pdf, path, **_options(config, pdf, is_picture=is_picture))
    _say(0.7)
    if is_picture:
        _draw_pages(path, target, config)
    return {"warnings": sorted(set(warnings)), "rects": rects}


def write_annotations(
    pdf: pikepdf.Pdf, config: dict[str, Any], *, is_flat: bool
) -> list[list[Any]]:
    """Put the annotations on their pages.

    Returns [page index, rectangle, id] of each, back to front. Raises `Refused`
    naming the characters that no font has.
    """
    writer = Writer(pdf, Path(config["fonts"]), Path(config["images"]), is_flat=is_flat)
    removed = {int(page): set(places) for page, places in config["removed"].items()}
    by_page: dict[int, list[tuple[dict[str, Any], Kind]]] = {}
    for item in sorted(config["annotations"], key=lambda each: each["z"]):
        body = Body.model_validate(item["body"]).root
        by_page.setdefault(item["page_index"], []).append((item, body))
    prepared: dict[int, list[Prepared]] = {}
    for page_index, items in by_page.items():
        page = pdf.pages[page_index].obj
        shown = geometry(page)
        frame, rotation = Frame(tuple(shown["crop"])), shown["rotation"]
        prepared[page_index] = [
            writer.prepare(item, body, frame, page_rotation=rotation)
            for item, body in items
        ]
    if writer.book.missing:
        raise Refused("missing_glyphs", _missing(MissingGlyphs(writer.book.missing)))
    rects: list[list[Any]] = []
    for page_index in sorted({*prepared, *removed}):
        page = pdf.pages[page_index].obj
        listed = page.get(Name.Annots)
        before = list(listed) if isinstance(listed, Array) else []
        gone = removed.get(page_index, set())
        kept = [each for place, each in enumerate(before) if place not in gone]
        for each in prepared.get(page_index, []):
            kept += writer.add(each)
            rects.append([page_index, list(each.drawn.rect), each.id])
        page.Annots = Array(kept)
    writer.finish()
    return rects


def _missing(error: MissingGlyphs) -> str:
    shown = ", ".join(map(named, error.characters[:_MAX_SHOWN]))
    return (
        f"No font of this server has these characters: {shown}. Remove them, or ask "
        "the operator to install a font that has them."
    )


def _warnings(pdf: pikepdf.Pdf, config: dict[str, Any]) -> list[str]:
    return ["signature_invalid"] if config.get("is_signed") else []


def _keep_pages(pdf: pikepdf.Pdf, wanted: list[int]) -> None:
    if wanted == list(range(len(pdf.pages))):
        return
    pages = [pdf.pages[index] for index in wanted]
    del pdf.pages[:]
    pdf.pages.extend(pages)


def _set_metadata(pdf: pikepdf.Pdf, metadata: dict[str, str]) -> None:
    for name, key in _INFO.items():
        value = metadata.get(name, "")
        if value:
            pdf.docinfo[key] = String(value)
        elif key in pdf.docinfo:
            del pdf.docinfo[key]


def _sanitise(pdf: pikepdf.Pdf, remove: dict[str, bool]) -> None:
    if remove.get("scripts"):
        sanitize.remove_javascript(pdf)
        sanitize.remove_external_access(pdf)
    if remove.get("attachments"):
        sanitize.remove_attachments(pdf)
    if remove.get("metadata"):
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        if Name.Metadata in pdf.Root:
            del pdf.Root.Metadata
        sanitize.remove_private_app_data(pdf)


def _flatten(pdf: pikepdf.Pdf) -> list[str]:
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, pikepdf.Dictionary) and form.get(Name.NeedAppearances, False):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    left = 0
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        if not isinstance(annotations, Array):
            continue
        # Pop-ups belong to what was flattened; links draw nothing and still work.
        kept = [each for each in annotations if each.get(Name.Subtype) != Name.Popup]
        left += sum(each.get(Name.Subtype) != Name.Link for each in kept)
        page.obj.Annots = Array(kept)
    return ["not_flattened"] if left else []


def _options(
    config: dict[str, Any], pdf: pikepdf.Pdf, *, is_picture: bool
) -> dict[str, Any]:
    options: dict[str, Any] = {"compress_streams": True}
    if config.get("password") and not is_picture:
        word = config["password"]
        options["encryption"] = pikepdf.Encryption(owner=word, user=word, R=6)
    return options


def _draw_pages(source: Path, target: Path, config: dict[str, Any]) -> None:
    """One picture, or a ZIP of several."""
    kind, extension = ("PNG", "png") if config["format"] == "png" else ("JPEG", "jpg")
    document = pdfium.PdfDocument(source)
    # Pages already taken out are not drawn.
    count = len(document)
    units = config["user_units"]
    names = []
    for index in range(count):
        page = document[index]
        width, height = page.get_size()
        # PDFium takes no notice of UserUnit.
        scale = config["dpi"] / 72 * units[index]
        scale = min(scale, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
        page.close()
        name = target.with_name(f"page-{index + 1:04d}.{extension}")
        options = {"quality": _JPEG_QUALITY} if kind == "JPEG" else {}
        picture.save(name, kind, dpi=(config["dpi"], config["dpi"]), **options)
        names.append(name)
        _say(0.7 + 0.3 * (index + 1) / count)
    if count == 1:
        names[0].rename(target)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            archive.write(name, name.name)
            name.unlink()


def _say(share: float) -> None:
    sys.stdout.write(json.dumps({"share": share}) + "\n")
    sys.stdout.flush()
