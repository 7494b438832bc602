"""Every tool on files that other programs made: kept, exported, opened elsewhere.

The files lie beside the checkout where there are any; a turned and cropped page of
our own always takes part.
"""

import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from tests.browser.test_pdf_editor import (
    READY_MS,
    Hand,
    annotations,
    ask,
    draw_shapes,
    first_page,
    saved,
    stamp_and_sign,
    write_and_draw,
)
from tests.pdfeditor import samples

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media" / "pdf"
PASSWORDS = {"libreoffice-writer-password.pdf": "openpassword"}
KINDS = {"editable": False, "final": True}
TRIES = 450
DRAWN = 11
CELL_PX = 8
DIFFERENT = 60
# Of the cells of a page, beyond those in which its own pictures are smoothed otherwise.
MOST_DIFFERENT = 0.02
# Narrower pages have too few cells to count.
NARROW_PX = 200


@dataclass(frozen=True)
class Annotated:
    """A file as the editor showed it, and how far from PDFium's it was before."""

    source: Path
    exports: str
    picture: Image.Image
    most_different: float


def bring_in_all(page: Page, sources: list[Path]) -> dict[str, str]:
    """Where each file is edited; they are read while the first is worked on."""
    page.goto("/pdf/")
    page.get_by_label("Open a PDF").first.set_input_files(sources)
    found = {}
    for source in sources:
        title = page.locator("[data-pdf] a[data-field=title]")
        link = title.get_by_text(source.stem, exact=True)
        expect(link).to_be_visible(timeout=READY_MS)
        address = link.get_attribute("href")
        assert address
        found[source.name] = address
    return found


def open_file(page: Page, path: Path, address: str) -> None:
    page.goto(address)
    if path.name in PASSWORDS:
        password = page.locator("#password-dialog input[name=password]")
        password.fill(PASSWORDS[path.name], timeout=READY_MS)
        password.press("Enter")
    drawn_page(page)
    # Words are laid over the page after it is drawn.
    expect(page.locator(".pdf-page.has-text").first).to_be_attached()


def drawn_page(page: Page) -> None:
    expect(page.locator(".pdf-page.is-drawn").first).to_be_visible(timeout=READY_MS)


WIDE_WORDS = """(page) =>
  [...page.querySelectorAll(".textLayer span[role=presentation]")]
  .map((span) => span.getBoundingClientRect())
  .find(({ width, y }) => width > 30 && y > 120 && y < 780)?.toJSON() ?? null"""


def mark_words(page: Page) -> int:
    """Mark the first words with each of the marking tools, if there are words."""
    box = first_page(page).evaluate(WIDE_WORDS)
    if not box:
        return 0
    middle = box["y"] + box["height"] / 2
    for key in "hukw":
        page.keyboard.press(key)
        page.mouse.move(box["x"] + 1, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 1, middle, steps=3)
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


def test_every_tool_on_files_of_other_programs(page: Page, tmp_path: Path) -> None:
    own = tmp_path / "turned.pdf"
    own.write_bytes(
        samples.boxed(media=[0, 0, 500, 700], crop=[50, 40, 450, 640], rotate=90)
    )
    sources = [own, *sorted(MEDIA.glob("*.pdf"))]
    addresses = bring_in_all(page, sources)
    edited = [annotate(page, source, addresses[source.name]) for source in sources]
    for each in edited:
        for target in exported(page, each, tmp_path).values():
            check_elsewhere(target, each.picture, most=each.most_different)


def annotate(page: Page, path: Path, address: str) -> Annotated:
    """Use every tool, come back to what was made, and have it exported both ways."""
    open_file(page, path, address)
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
    page.keyboard.press("Control+s")
    saved(page)
    page.reload()
    expect(annotations(page)).to_have_count(made, timeout=READY_MS)
    drawn_page(page)
    picture = shown(page)
    exports = f"/api/v1/pdf-projects/{address[5:]}exports/"
    for flatten in KINDS.values():
        ask(page, "POST", exports, {"format": "pdf", "flatten": flatten})
    return Annotated(path, exports, picture, most)


def exported(page: Page, edited: Annotated, folder: Path) -> dict[str, Path]:
    """The files that were asked for, when they are ready and said to be right."""
    for _try in range(TRIES):
        jobs = page.request.get(edited.exports).json()["results"]
        if all(job["state"] == "succeeded" for job in jobs):
            break
        page.wait_for_timeout(200)
    assert [job["verified"]["ok"] for job in jobs] == [True] * len(KINDS), jobs
    urls = {job["options"]["flatten"]: job["file_url"] for job in jobs}
    files = {}
    for kind, flatten in KINDS.items():
        files[kind] = folder / f"{kind}-{edited.source.name}"
        files[kind].write_bytes(page.request.get(urls[flatten]).body())
    return files
