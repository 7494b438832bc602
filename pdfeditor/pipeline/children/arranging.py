"""Puts the pages of a file into another order: turned, removed, added."""

from typing import Any

import pikepdf
from pikepdf import Array

from pdfeditor.geometry.document import MAX_PAGES
from pdfeditor.pipeline.children.importing import find, managed, remove_managed
from pdfeditor.pipeline.children.opening import geometry, open_pdf, save
from pdfeditor.pipeline.children.refusing import Refused


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{sources, pages, base, view} → {pages, annotations}.

    Each of `pages` is {source, index, rotation?} or {blank: [width, height]};
    `sources` are paths, of which the first is the project's own file.
    """
    files = [open_pdf(path) for path in config["sources"]]
    if len(config["pages"]) > MAX_PAGES:
        raise Refused("too_many_pages")
    pdf = files[0]
    own = list(pdf.pages)
    others = [list(file.pages) for file in files]
    used: set[int] = set()
    arranged: list[pikepdf.Page] = []
    for wanted in config["pages"]:
        page = _page(pdf, own, others, wanted, used)
        if wanted.get("rotation") is not None:
            page.obj.Rotate = wanted["rotation"]
        arranged.append(page)
    del pdf.pages[:]
    for page in arranged:
        pdf.pages.append(page)
    found = {"pages": [geometry(page.obj) for page in pdf.pages]}
    save(pdf, config["base"])
    annotations = find(pdf)
    remove_managed(pdf, managed(annotations))
    save(pdf, config["view"], linearize=True)
    return {**found, "annotations": annotations}


def _page(
    pdf: pikepdf.Pdf,
    own: list[pikepdf.Page],
    others: list[list[pikepdf.Page]],
    wanted: dict[str, Any],
    used: set[int],
) -> Any:
    if "blank" in wanted:
        pdf.add_blank_page(page_size=tuple(wanted["blank"]))
        blank = pdf.pages[-1]
        blank.obj.Annots = Array([])
        return blank
    source, index = wanted["source"], wanted["index"]
    pages = own if source == 0 else others[source]
    if not 0 <= index < len(pages):
        raise Refused("no_such_page")
    if source == 0 and index not in used:
        used.add(index)
        return own[index]
    # A page of another file, or one of ours for a second time.
    pdf.pages.append(pages[index])
    return pdf.pages[-1]
