"""Exports of PDFs against bare pikepdf and a peer, and pictures of pages.

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.pdf [PEER_PYTHON]

PEER_PYTHON is a Python that has PyMuPDF, in an environment of its own.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import pikepdf
from django.conf import settings
from pikepdf import Array, Dictionary, Name, String

from pdfeditor.geometry.boxes import Frame
from pdfeditor.pipeline import child
from pdfeditor.pipeline.children.exporting import write_annotations
from pdfeditor.pipeline.children.opening import save, visible
from tests.pdfeditor import samples

PAGES, PER_PAGE, RUNS = 100, 10, 5
FONTS = Path(settings.BASE_DIR) / "static" / "dist" / "fonts"
PEER = """
import sys, time, pymupdf
began = time.perf_counter()
document = pymupdf.open(sys.argv[1])
for page in document:
    for n in range(int(sys.argv[3])):
        mark = page.add_highlight_annot(pymupdf.Rect(40, 40 + 20 * n, 200, 52 + 20 * n))
        mark.update()
document.save(sys.argv[2])
print(time.perf_counter() - began)
"""


def quad(number: int) -> list[float]:
    top, bottom = 40.0 + 20 * number, 52.0 + 20 * number
    return [40, top, 200, top, 40, bottom, 200, bottom]


def ours(source: Path, target: Path, folder: Path, *, flatten: bool = False) -> None:
    items = [
        {
            "id": f"{page}-{number}",
            "page_index": page,
            "z": number,
            "author": "",
            "created": "D:20261121100000Z",
            "modified": "D:20261121100000Z",
            "body": {
                "type": "highlight",
                "x": 40,
                "y": 40 + 20 * number,
                "width": 160,
                "height": 12,
                "quads": [quad(number)],
                "color": "#ffd54a",
            },
        }
        for page in range(PAGES)
        for number in range(PER_PAGE)
    ]
    config = {"fonts": FONTS, "images": folder, "removed": {}, "annotations": items}
    with pikepdf.open(source) as pdf:
        write_annotations(pdf, config, is_flat=flatten)
        if flatten:
            pdf.flatten_annotations("all")
        save(pdf, target, compress_streams=True)


def bare(source: Path, target: Path, folder: Path, *, flatten: bool = False) -> None:
    """The same marks by hand: a dictionary with what the standard has for them, an
    appearance, a graphics state."""
    with pikepdf.open(source) as pdf:
        state = Dictionary(Type=Name.ExtGState, ca=1, CA=1, BM=Name.Multiply)
        state = pdf.make_indirect(state)
        for page in pdf.pages:
            frame = Frame(visible(page.obj))
            made = []
            for number in range(PER_PAGE):
                moment = String("D:20261121100000Z")
                corners = quad(number)
                points = [
                    side
                    for at in (0, 2, 4, 6)
                    for side in frame.to_file(corners[at], corners[at + 1])
                ]
                x0, y1, x1, _y1, _x0, y0 = points[:6]
                area = f"{x0} {y0} {x1 - x0} {y1 - y0} re f"
                content = f"/G0 gs 1 0.8353 0.2902 rg {area}"
                form = pdf.make_stream(content.encode())
                form.Type, form.Subtype = Name.XObject, Name.Form
                form.BBox = Array([x0, y0, x1, y1])
                form.Resources = Dictionary(ExtGState=Dictionary(G0=state))
                mark = Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Highlight,
                    Rect=Array([x0, y0, x1, y1]),
                    QuadPoints=Array(points),
                    C=Array([1, 0.8353, 0.2902]),
                    F=4,
                    NM=String(f"{page.index}-{number}"),
                    T=String(""),
                    M=moment,
                    CreationDate=moment,
                    AP=Dictionary(N=form),
                )
                made.append(pdf.make_indirect(mark))
            page.obj.Annots = Array(made)
        if flatten:
            pdf.flatten_annotations("all")
        save(pdf, target, compress_streams=True)


def timed(work: Callable[[], object]) -> list[float]:
    times = []
    for _run in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return times


def show(name: str, times: list[float], *, against: list[float] | None = None) -> None:
    middle = statistics.median(times)
    text = f"{name:34} {middle:7.3f} s  ({min(times):.3f} to {max(times):.3f})"
    if against:
        text += f"  {middle / statistics.median(against):5.2f}x"
    print(text)


def thumbnails(source: Path, folder: Path) -> None:
    pages = [[index, f"page-{index}"] for index in range(PAGES)]

    def draw(share: list[list[object]]) -> None:
        child.run(
            "thumbnails",
            workspace=folder,
            config={
                "source": str(source),
                "folder": str(folder),
                "width": 200,
                "pages": share,
            },
            deadline_s=60,
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(draw, [pages[::2], pages[1::2]]))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, target = folder / "source.pdf", folder / "target.pdf"
        source.write_bytes(samples.plain(pages=PAGES))
        for flatten in (False, True):
            kind = "flattened" if flatten else "editable"
            by_hand, by_us = [], []
            for _run in range(RUNS):
                # In turn, so that a busy moment meets both.
                for work, times in ((bare, by_hand), (ours, by_us)):
                    began = time.perf_counter()
                    work(source, target, folder, flatten=flatten)
                    times.append(time.perf_counter() - began)
            show(f"1,000 marks {kind}, bare pikepdf", by_hand)
            show(f"1,000 marks {kind}, ours", by_us, against=by_hand)
        if len(sys.argv) > 1:
            command = [sys.argv[1], "-c", PEER, str(source), str(target), str(PER_PAGE)]
            peer = [
                float(subprocess.run(command, capture_output=True, check=True).stdout)
                for _run in range(RUNS)
            ]
            show("1,000 marks editable, PyMuPDF", peer)
        show("100 thumbnails, two processes", timed(lambda: thumbnails(source, folder)))


if __name__ == "__main__":
    main()
