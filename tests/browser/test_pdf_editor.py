"""Annotating a PDF with every tool, as a person does it, in Chromium."""

import re
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from playwright.sync_api import Browser, Locator, Page, expect
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

READY_MS = 90_000
WORDS = "The quick brown fox jumps over the lazy dog"


def make_pdf(path: Path, *, pages: int = 3) -> Path:
    canvas = Canvas(str(path), pagesize=A5, pageCompression=0)
    for number in range(1, pages + 1):
        canvas.bookmarkPage(f"page-{number}")
        canvas.addOutlineEntry(f"Chapter {number}", f"page-{number}")
        canvas.setFont("Helvetica", 14)
        for line in range(4):
            canvas.drawString(40, 330 - 22 * line, f"{WORDS} {number}.{line}")
        canvas.showPage()
    canvas.save()
    return path


def bring_in(page: Page, path: Path) -> None:
    page.goto("/pdf/")
    page.get_by_label("Open a PDF").first.set_input_files(path)
    page.wait_for_url(re.compile(r"/pdf/[0-9a-f-]{36}/$"), timeout=READY_MS)
    expect(page.locator(".pdf-page.is-drawn").first).to_be_visible(timeout=READY_MS)
    expect(first_page(page).locator(".textLayer span").first).to_be_attached()


def first_page(page: Page) -> Locator:
    return page.locator(".pdf-page[aria-label='Page 1']")


class Hand:
    """A mouse on the first page; places are shares of its width."""

    def __init__(self, page: Page) -> None:
        self.page = page
        box = first_page(page).bounding_box()
        assert box
        self.x, self.y, self.width = box["x"], box["y"], box["width"]

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.width, self.y + y * self.width

    def press(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.at(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=3)
        self.page.mouse.up()


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute(
        "data-state", "saved", timeout=READY_MS
    )


def ask(page: Page, method: str, path: str, body: dict[str, Any]) -> None:
    """Send to the API beside the editor."""
    tokens = [
        each["value"] for each in page.context.cookies() if each["name"] == "csrftoken"
    ]
    answer = page.request.fetch(
        path, method=method, data=body, headers={"X-CSRFToken": tokens[0]}
    )
    assert answer.ok, answer.text()


def make_busy(page: Page) -> None:
    """As on a loaded machine, where presses and keys overtake timers."""
    page.add_init_script(
        """const own = window.setTimeout;
        window.setTimeout = (work, ms = 0, ...rest) => own(work, ms + 400, ...rest);"""
    )


def annotations(page: Page) -> Locator:
    return page.locator(".pdf-annotation")


def mark_a_line(page: Page, key: str, line: int) -> None:
    """Select a line of the document with one of the marking tools in hand."""
    page.keyboard.press(key)
    words = first_page(page).locator(".textLayer span", has_text=f"1.{line}")
    box = words.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=3)
    page.mouse.up()


def draw_shapes(page: Page, hand: Hand) -> None:
    for key, left in (("r", 0.05), ("c", 0.25), ("l", 0.45), ("a", 0.65)):
        page.keyboard.press(key)
        hand.drag((left, 0.05), (left + 0.15, 0.12))
    page.keyboard.press("g")
    for x, y in ((0.86, 0.05), (0.95, 0.06), (0.93, 0.13)):
        hand.press(x, y)
    page.keyboard.press("Enter")


def write_and_draw(page: Page, hand: Hand) -> None:
    page.keyboard.press("p")
    hand.drag((0.05, 0.18), (0.3, 0.22))
    page.keyboard.press("m")
    hand.drag((0.4, 0.18), (0.6, 0.22))
    page.keyboard.press("t")
    hand.press(0.65, 0.2)
    page.keyboard.type("Grüße: αβγ")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    hand.press(0.9, 0.3)
    page.get_by_label("Note", exact=True).get_by_role("textbox").first.fill("Look here")
    page.keyboard.press("Escape")


def stamp_and_sign(page: Page, hand: Hand) -> None:
    surface = page.locator("[data-surface]")
    page.keyboard.press("s")
    page.get_by_role("button", name="APPROVED").click()
    expect(surface).to_have_attribute("data-tool", "stamp", timeout=READY_MS)
    hand.press(0.25, 0.32)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("[data-pad]")).to_be_visible()
    pad = page.locator("[data-pad]").bounding_box()
    assert pad
    page.mouse.move(pad["x"] + 60, pad["y"] + 90)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(pad["x"] + 60 + 22 * step, pad["y"] + 90 - 30 * (step % 3))
    page.mouse.up()
    page.get_by_role("button", name="Put it on the page").click()
    hand.press(0.65, 0.32)
    page.keyboard.press("Escape")


def annotate_with_every_tool(page: Page) -> int:
    """@returns how many annotations there are then."""
    hand = Hand(page)
    draw_shapes(page, hand)
    write_and_draw(page, hand)
    stamp_and_sign(page, hand)
    for line, key in enumerate("hukw"):
        mark_a_line(page, key, line)
        page.keyboard.press("Escape")
    return 15


def test_moving_copying_and_deleting_with_the_keyboard(
    page: Page, tmp_path: Path
) -> None:
    bring_in(page, make_pdf(tmp_path / "keys.pdf"))
    hand = Hand(page)
    page.keyboard.press("r")
    hand.drag((0.1, 0.05), (0.3, 0.15))
    frame = page.locator(".pdf-frame")
    expect(frame).to_have_count(1)
    before = frame.get_attribute("points")
    page.keyboard.press("Shift+ArrowRight")
    assert frame.get_attribute("points") != before
    page.keyboard.press("Control+d")
    expect(annotations(page)).to_have_count(2)
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.keyboard.press("PageDown")
    page.keyboard.press("Control+v")
    second = page.locator(".pdf-page[aria-label='Page 2']")
    expect(second.locator(".pdf-annotation")).to_have_count(2)
    page.keyboard.press("Delete")
    expect(annotations(page)).to_have_count(2)
    for _step in range(5):
        page.keyboard.press("Control+z")
    expect(annotations(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    saved(page)


def test_what_cannot_be_saved_is_kept_and_waited_for(
    page: Page, tmp_path: Path, problems: list[str]
) -> None:
    bring_in(page, make_pdf(tmp_path / "unsaved.pdf"))
    state = page.locator("[data-save-state]")
    hand = Hand(page)
    page.route("**/annotations/bulk/", lambda route: route.fulfill(status=503))
    page.keyboard.press("t")
    hand.press(0.3, 0.3)
    page.keyboard.type("Not sent yet")
    expect(state).to_have_attribute("data-state", "waiting")
    page.get_by_role("button", name="Export", exact=True).first.click()
    dialog = page.locator("#export-dialog")
    dialog.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("Some changes are not saved yet.")).to_be_visible()
    expect(dialog.locator("[data-export]")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    page.unroute("**/annotations/bulk/")

    page.context.set_offline(True)
    page.keyboard.press("c")
    hand.drag((0.1, 0.05), (0.3, 0.15))
    page.keyboard.press("s")
    page.get_by_role("button", name="APPROVED").click()
    surface = page.locator("[data-surface]")
    expect(surface).to_have_attribute("data-tool", "stamp", timeout=READY_MS)
    hand.press(0.6, 0.1)
    expect(state).to_have_attribute("data-state", "offline", timeout=READY_MS)
    page.context.set_offline(False)
    saved(page)
    page.reload()
    expect(annotations(page)).to_have_count(3, timeout=READY_MS)
    picture = page.locator(".pdf-annotation image")
    assert "/media/" in (picture.get_attribute("href") or "")
    expected = (
        "503",
        "Some changes are not saved yet.",
        "ERR_INTERNET_DISCONNECTED",
        "Failed to load",
    )
    problems[:] = [p for p in problems if not any(word in p for word in expected)]


def test_two_tabs_change_one_annotation_and_neither_is_lost(
    page: Page, tmp_path: Path
) -> None:
    bring_in(page, make_pdf(tmp_path / "tabs.pdf"))
    hand = Hand(page)
    page.keyboard.press("r")
    hand.drag((0.1, 0.05), (0.3, 0.15))
    saved(page)
    project = re.findall(r"[0-9a-f-]{36}", page.url)[0]
    # Another device: its request comes between two of this page.
    path = f"/api/v1/pdf-projects/{project}/annotations/"
    first = page.request.get(path).json()["results"][0]
    change = {"stroke_color": "#00ff00", "revision": first["revision"]}
    ask(page, "PATCH", f"{path}{first['id']}/", change)
    page.keyboard.press("ArrowRight")
    saved(page)
    shape = page.locator(".pdf-annotation rect[stroke='#00ff00']")
    expect(shape).to_have_count(1, timeout=READY_MS)
    # Undoing the step and the making of it leaves what the other did.
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("What others did stays.")).to_be_visible()
    saved(page)
    page.reload()
    expect(shape).to_have_count(1, timeout=READY_MS)


def test_five_hundred_pages_open_as_few_and_are_found_by_word(
    page: Page, tmp_path: Path
) -> None:
    bring_in(page, make_pdf(tmp_path / "long.pdf", pages=500))
    expect(page.locator("[data-page-count]")).to_have_text("500")
    assert page.locator(".pdf-page").count() < 12
    page.keyboard.press("End")
    expect(page.locator(".pdf-page[aria-label='Page 500'].is-drawn")).to_be_visible()
    assert page.locator(".pdf-page").count() < 12
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox").fill("LAZY dog 3.2")
    state = page.locator("[data-search-state]")
    expect(state).to_have_text("1 of 1", timeout=READY_MS)
    expect(page.locator("[data-page-input]")).to_have_value("3")
    page.get_by_role("tab", name="Outline").click()
    page.get_by_role("button", name="Chapter 1", exact=True).click()
    expect(page.locator("[data-page-input]")).to_have_value("1")


class Fingers:
    """Touches and a pen on the first page; places are shares of its width."""

    def __init__(self, page: Page) -> None:
        self.hand = Hand(page)
        self._session = page.context.new_cdp_session(page)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        points = [
            {"x": x, "y": y, "id": number}
            for number, (x, y) in enumerate(self.hand.at(*place) for place in places)
        ]
        asked = {"type": f"touch{kind}", "touchPoints": points}
        self._session.send("Input.dispatchTouchEvent", asked)

    def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.touch("Start", start)
        for step in range(1, 9):
            self.touch("Move", between(start, end, step / 8))
        # A finger that rests before it is lifted throws nothing.
        self.hand.page.wait_for_timeout(150)
        self.touch("Move", end)
        self.touch("End")

    def pinch(self, start: float, end: float) -> None:
        """Two fingers, as far apart as these shares, about the middle."""
        for kind, apart in (("Start", start), ("Move", start), ("Move", end)):
            self.touch(kind, (0.5 - apart / 2, 0.3), (0.5 + apart / 2, 0.3))
        self.touch("End")

    def pen(self, kind: str, place: tuple[float, float], force: float) -> None:
        x, y = self.hand.at(*place)
        self._session.send(
            "Input.dispatchMouseEvent",
            {
                "type": f"mouse{kind}",
                "x": x,
                "y": y,
                "button": "left",
                "buttons": 0 if kind == "Released" else 1,
                "clickCount": 1,
                "force": force,
                "pointerType": "pen",
            },
        )


def between(
    a: tuple[float, float], b: tuple[float, float], share: float
) -> tuple[float, float]:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def scrolled(page: Page) -> float:
    top: float = page.locator("[data-scroll]").evaluate("each => each.scrollTop")
    return top


def test_fingers_and_pens(page: Page, browser: Browser, tmp_path: Path) -> None:
    bring_in(page, make_pdf(tmp_path / "touch.pdf"))
    context = browser.new_context(
        storage_state=page.context.storage_state(),
        base_url=page.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    phone = context.new_page()
    phone.goto(page.url)
    expect(phone.locator(".pdf-page.is-drawn").first).to_be_visible(timeout=READY_MS)
    # Without a tool a finger scrolls, and with one it draws.
    Fingers(phone).swipe((0.5, 0.9), (0.5, 0.2))
    expect(annotations(phone)).to_have_count(0)
    phone.wait_for_function("document.querySelector('[data-scroll]').scrollTop > 50")
    phone.locator("[data-scroll]").evaluate("each => each.scrollTo(0, 0)")
    phone.locator("[data-tool='pen']").tap()
    fingers = Fingers(phone)
    fingers.swipe((0.2, 0.6), (0.7, 1.1))
    expect(annotations(phone)).to_have_count(1)
    assert scrolled(phone) == 0
    # Two fingers zoom, also with a tool in hand, and leave no mark.
    zoom = phone.locator("[data-zoom-text]")
    before = zoom.inner_text()
    fingers.pinch(0.2, 0.5)
    expect(zoom).not_to_have_text(before)
    expect(annotations(phone)).to_have_count(1)
    phone.keyboard.press("0")
    expect(zoom).to_have_text(before)
    phone.locator("[data-scroll]").evaluate("each => each.scrollTo(0, 0)")
    # A finger marks the words that it goes over.
    phone.locator("[data-tool='highlight']").tap()
    words = first_page(phone).locator(".textLayer span", has_text="1.2").bounding_box()
    assert words
    fingers = Fingers(phone)
    hand = fingers.hand
    line = (words["y"] + words["height"] / 2 - hand.y) / hand.width
    fingers.swipe((0.15, line), (0.6, line))
    expect(annotations(phone)).to_have_count(2)
    # What was not chosen before scrolls under a finger.
    phone.locator("[data-tool='select']").tap()
    fingers.swipe((0.45, 0.85), (0.45, 0.7))
    frame = phone.locator(".pdf-frame")
    expect(frame).to_have_count(0)
    phone.locator("[data-scroll]").evaluate("each => each.scrollTo(0, 0)")
    fingers = Fingers(phone)
    phone.touchscreen.tap(*fingers.hand.at(0.45, 0.85))
    expect(frame).to_have_count(1)
    place = frame.get_attribute("points")
    fingers.swipe((0.45, 0.85), (0.55, 0.85))
    expect(frame).not_to_have_attribute("points", place or "")
    assert scrolled(phone) == 0
    saved(phone)
    # A pen's pressure is its width, and the palm beside it does nothing.
    phone.locator("[data-tool='pen']").tap()
    fingers = Fingers(phone)
    fingers.touch("Start", (0.8, 0.9))
    fingers.pen("Pressed", (0.2, 0.2), 0.2)
    for step in range(1, 11):
        fingers.pen("Moved", (0.2 + step / 20, 0.25), step / 10)
    fingers.touch("Move", (0.7, 0.8))
    fingers.pen("Released", (0.7, 0.25), 0)
    fingers.touch("Move", (0.6, 0.9))
    fingers.touch("End")
    expect(annotations(phone)).to_have_count(3)
    saved(phone)
    project = re.findall(r"[0-9a-f-]{36}", page.url)[0]
    answer = phone.request.get(f"/api/v1/pdf-projects/{project}/annotations/").json()
    first, second, third = sorted(answer["results"], key=lambda each: each["z"])
    assert len(first["strokes"][0][0]) == 2
    assert (second["type"], len(second["quads"])) == ("highlight", 1)
    pressures = [point[2] for point in third["strokes"][0]]
    assert len(pressures) > 4
    assert pressures[0] < 0.4
    assert pressures[-1] > 0.8
    context.close()


def export(page: Page, kind: str, target: Path) -> Path:
    """Export as a kind of the dialog and keep the file."""
    page.get_by_role("button", name="Export", exact=True).first.click()
    dialog = page.locator("#export-dialog")
    dialog.get_by_text(kind, exact=True).first.click()
    before = dialog.locator("[data-export]").count()
    dialog.get_by_role("button", name="Export", exact=True).click()
    expect(dialog.locator("[data-export]")).to_have_count(before + 1, timeout=READY_MS)
    newest = dialog.locator("[data-export]").first
    expect(newest).to_have_attribute("data-state", "succeeded", timeout=READY_MS)
    expect(newest.locator("[data-field=verified]")).to_contain_text("Export verified")
    with page.expect_download() as download:
        newest.get_by_role("link", name="Download").click()
    download.value.save_as(target)
    dialog.get_by_role("button", name="Close").click()
    return target


def is_red(color: tuple[int, ...]) -> bool:
    return color[0] > 150 and color[1] < 80 and color[2] < 120


def red_columns(path: Path) -> set[int]:
    """Where the first page has the red of new shapes, in hundredths of its width."""
    document = pypdfium2.PdfDocument(path)
    picture = document[0].render(scale=2, may_draw_forms=False).to_pil().convert("RGB")
    width, height = picture.size
    pixels = picture.load()
    found = {
        round(100 * x / width)
        for x in range(width)
        for y in range(height // 4)
        if is_red(pixels[x, y])
    }
    document.close()
    return found


def test_every_tool_after_a_reload_and_in_both_exports(
    page: Page, tmp_path: Path
) -> None:
    make_busy(page)
    bring_in(page, make_pdf(tmp_path / "export.pdf"))
    made = annotate_with_every_tool(page)
    expect(annotations(page)).to_have_count(made)
    saved(page)

    page.reload()
    expect(page.locator(".pdf-page.is-drawn").first).to_be_visible(timeout=READY_MS)
    expect(annotations(page)).to_have_count(made, timeout=READY_MS)
    undo = page.get_by_role("button", name=re.compile("^Undo: Squiggly"))
    expect(undo).to_be_enabled()
    undo.click()
    expect(annotations(page)).to_have_count(made - 1)
    page.keyboard.press("Control+Shift+z")
    expect(annotations(page)).to_have_count(made)
    page.get_by_role("tab", name="Notes").click()
    expect(page.locator("[data-notes]")).to_contain_text("Look here")

    editable = export(page, "PDF, editable", tmp_path / "editable.pdf")
    final = export(page, "PDF, final", tmp_path / "final.pdf")
    for path in (editable, final):
        with pikepdf.open(path) as pdf:
            assert pdf.check_pdf_syntax() == []
        columns = red_columns(path)
        # The left edge of the rectangle and the right one of the arrow.
        assert columns & {5, 20}
        assert columns & {79, 80, 81}
    with pikepdf.open(editable) as pdf:
        kinds = [str(each.Subtype) for each in pdf.pages[0].get("/Annots", [])]
        assert len([kind for kind in kinds if kind != "/Popup"]) == made
        assert {"/Highlight", "/Ink", "/Square", "/Circle", "/Text"} <= set(kinds)
    with pikepdf.open(final) as pdf:
        assert not [
            each for each in pdf.pages[0].get("/Annots", []) if each.Subtype != "/Link"
        ]
