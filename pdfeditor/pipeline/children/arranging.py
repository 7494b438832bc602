"""Puts the pages of a file into another order: turned, removed, added."""

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from pdfeditor.geometry.document import MAX_PAGES
from pdfeditor.pipeline.children.importing import find, managed, remove_managed
from pdfeditor.pipeline.children.opening import geometry, has_form, open_pdf, save
from pdfeditor.pipeline.children.refusing import Refused


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{sources, pages, base, view} → {pages, annotations, has_form}.

    Each of `pages` is {source, index, rotation?} or {blank: [width, height]};
    `sources` are paths, of which the first is the project's own file.
    """
    files = [open_pdf(path) for path in config["sources"]]
    if len(config["pages"]) > MAX_PAGES:
        raise Refused("too_many_pages")
    pdf = files[0]
    own = list(pdf.pages)
    used: set[int] = set()
    arranged: list[pikepdf.Page] = []
    for wanted in config["pages"]:
        page = _page(files, own, wanted, used)
        if wanted.get("rotation") is not None:
            page.obj.Rotate = wanted["rotation"]
        arranged.append(page)
    del pdf.pages[:]
    for page in arranged:
        pdf.pages.append(page)
    found = {
        "pages": [geometry(page.obj) for page in pdf.pages],
        "has_form": has_form(pdf),
    }
    save(pdf, config["base"])
    annotations = find(pdf)
    remove_managed(pdf, managed(annotations))
    save(pdf, config["view"], linearize=True)
    return {**found, "annotations": annotations}


def _page(
    files: list[pikepdf.Pdf],
    own: list[pikepdf.Page],
    wanted: dict[str, Any],
    used: set[int],
) -> Any:
    pdf = files[0]
    if "blank" in wanted:
        pdf.add_blank_page(page_size=tuple(wanted["blank"]))
        blank = pdf.pages[-1]
        blank.obj.Annots = Array([])
        return blank
    source, index = wanted["source"], wanted["index"]
    pages = own if source == 0 else files[source].pages
    if not 0 <= index < len(pages):
        raise Refused("no_such_page")
    if source == 0 and index not in used:
        used.add(index)
        return own[index]
    # A page of another file, or one of ours for a second time.
    pdf.pages.append(pages[index])
    _bring_fields(pdf, files[source], pages[index])
    return pdf.pages[-1]


def _bring_fields(pdf: pikepdf.Pdf, source: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Make the fields of a page, which was just added as the last, fields of `pdf`.

    One whose name is taken gets another: fields of one name would be one field.
    """
    added = pdf.pages[-1]
    listed = added.obj.get(Name.Annots)
    if not isinstance(listed, Array) or not any(map(_is_field, listed)):
        return
    brought = list(listed)
    pdf.acroform.fix_copied_annotations(added, page, source.acroform)
    # It copies the other annotations too, and replies then miss what they answer.
    fixed = list(added.obj.Annots)
    if len(fixed) == len(brought):
        added.obj.Annots = Array(
            new if _is_field(old) else old
            for old, new in zip(brought, fixed, strict=True)
        )
    if source.acroform.needs_appearances:
        pdf.Root.AcroForm.NeedAppearances = True


def _is_field(annotation: Any) -> bool:
    return (
        isinstance(annotation, Dictionary)
        and annotation.get(Name.Subtype) == Name.Widget
    )
