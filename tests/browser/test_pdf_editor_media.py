"""Every tool on files that other programs made: kept, exported, opened elsewhere.

The files lie beside the checkout where there are any; a turned and cropped page of
our own always takes part.
"""

import io
import subprocess
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.browser.test_pdf_editor import (
    READY_MS,
    Hand,
    annotations,
    draw_shapes,
    export,
    first_page,
    saved,
    stamp_and_sign,
    write_and_draw,
)
from tests.pdfeditor import samples

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media" / "pdf"
PASSWORDS = {"libreoffice-writer-password.pdf": "openpassword"}
DRAWN = 11
CELL_PX = 8
DIFFERENT = 60
# Of the cells of a page, beyond those in which its own pictures are smoothed otherwise.
MOST_DIFFERENT = 0.02
# Narrower pages have too few cells to count.
NARROW_PX = 200


def open_file(page: Page, path: Path) -> None:
    page.goto("/pdf/")
    page.get_by_label("Open a PDF").first.set_input_files(path)
    page.wait_for_url("**/pdf/*-*/", timeout=READY_MS)
    if path.name in PASSWORDS:
        password = page.locator("#password-dialog input[name=password]")
        password.fill(PASSWORDS[path.name], timeout=READY_MS)
        password.press("Enter")
    expect(first_page(page).locator("canvas")).to_be_visible(timeout=READY_MS)
    expect(page.locator(".pdf-page.is-drawn").first).to_be_visible(timeout=READY_MS)


def mark_words(page: Page) -> int:
    """Mark the first words with each of the marking tools, if there are words."""
    page.wait_for_timeout(300)
    boxes = first_page(page).locator(".textLayer span[role=presentation]").all()
    seen = [box for span in boxes[:40] if (box := span.bounding_box())]
    wide = [box for box in seen if box["width"] > 30 and 120 < box["y"] < 780]
    if not wide:
        return 0
    box = wide[0]
    middle = box["y"] + box["height"] / 2
    for key in "hukw":
        page.keyboard.press(key)
        page.mouse.move(box["x"] + 1, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 1, middle, steps=4)
        page.mouse.up()
        page.keyboard.press("Escape")
    return 4


def shown(page: Page) -> Image.Image:
    """The first page as the editor shows it, as far as the window goes."""
    page.keyboard.press("Escape")
    return Image.open(io.BytesIO(first_page(page).screenshot())).convert("RGB")


def drawn(path: Path, width: int, password: str | None = None) -> Image.Image:
    document = pypdfium2.PdfDocument(path, password=password)
    first = document[0]
    picture = first.render(scale=width / first.get_width()).to_pil().convert("RGB")
    document.close()
    return picture


def share_different(one: Image.Image, other: Image.Image) -> float:
    """Of the cells of a grid: letters are smoothed differently, shapes are not."""
    cells = (one.width // CELL_PX, one.height // CELL_PX)
    changed = ImageChops.difference(
        one.resize(cells, Image.Resampling.BOX),
        other.resize(cells, Image.Resampling.BOX),
    ).convert("L")
    levels = changed.histogram()
    return sum(levels[DIFFERENT:]) / (cells[0] * cells[1])


def check_elsewhere(path: Path, picture: Image.Image, *, most: float) -> None:
    check = subprocess.run(
        ["/usr/bin/qpdf", "--check", path], capture_output=True, check=False
    )
    assert check.returncode == 0, check.stdout + check.stderr
    name = path.with_suffix("")
    poppler = subprocess.run(
        [
            "/usr/bin/pdftoppm",
            "-png",
            "-singlefile",
            "-cropbox",
            "-r",
            "72",
            path,
            name,
        ],
        capture_output=True,
        check=False,
    )
    assert poppler.returncode == 0, poppler.stderr
    with Image.open(name.with_suffix(".png")) as by_poppler:
        other = by_poppler.convert("RGB").resize(picture.size)
    if picture.width < NARROW_PX:
        return
    by_pdfium = drawn(path, picture.width).resize(picture.size)
    assert share_different(picture, by_pdfium) < most
    assert share_different(picture, other) < most


@pytest.mark.timeout(400)
def test_every_tool_on_files_of_other_programs(page: Page, tmp_path: Path) -> None:
    own = tmp_path / "turned.pdf"
    own.write_bytes(samples.boxed(media=[0, 0, 500, 700], crop=[50, 40, 450, 640]))
    with pikepdf.open(own, allow_overwriting_input=True) as pdf:
        pdf.pages[0].rotate(90, relative=False)
        pdf.save(own)
    for source in [own, *sorted(MEDIA.glob("*.pdf"))]:
        annotate_and_export(page, source, tmp_path)


def annotate_and_export(page: Page, path: Path, folder: Path) -> None:
    open_file(page, path)
    before = annotations(page).count()
    plain = shown(page)
    original = drawn(path, plain.width, PASSWORDS.get(path.name)).resize(plain.size)
    most = share_different(plain, original) + MOST_DIFFERENT
    hand = Hand(page)
    draw_shapes(page, hand)
    write_and_draw(page, hand)
    stamp_and_sign(page, hand)
    made = before + DRAWN + mark_words(page)
    expect(annotations(page)).to_have_count(made)
    saved(page)
    page.reload()
    expect(annotations(page)).to_have_count(made, timeout=READY_MS)
    expect(page.locator(".pdf-page.is-drawn").first).to_be_visible(timeout=READY_MS)
    picture = shown(page)
    for kind in ("PDF, editable", "PDF, final"):
        target = export(page, kind, folder / f"{kind[5:]}-{path.name}")
        check_elsewhere(target, picture, most=most)
