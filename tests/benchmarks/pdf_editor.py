"""The PDF editor in Chromium: first page, saving, a page with 500 annotations.

python -m tests.benchmarks.pdf_editor [FILE.pdf]

FILE.pdf is opened for the time to its first page; without it a file of our own is.
"""

import itertools
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.pdfeditor import samples
from tests.running_server import running_server

RUNS, SAVES, LISTS, MARKS = 7, 100, 40, 500
CALL = """async ([method, path, body]) => {
  const token = /csrftoken=([^;]*)/.exec(document.cookie)[1];
  const began = performance.now();
  const answer = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: body && JSON.stringify(body),
  });
  const said = await answer.json();
  return [performance.now() - began, answer.status, said];
}"""
DRAG = """() => {
  window.frames_seen = [];
  const each = (now) => {
    window.frames_seen.push(now);
    window.frame_timer = requestAnimationFrame(each);
  };
  requestAnimationFrame(each);
}"""


def show(name: str, times: list[float], unit: str = "ms") -> None:
    middle = statistics.median(times)
    print(f"{name:34} {middle:8.1f} {unit}  ({min(times):.1f} to {max(times):.1f})")


def call(page: Page, method: str, path: str, body: object = None) -> list[object]:
    took, status, said = page.evaluate(CALL, [method, path, body])
    assert status < 300, said
    return [took, said]


def bring_in(page: Page, path: Path) -> str:
    """The address of its annotations."""
    page.goto("/pdf/")
    page.get_by_label("Open a PDF").first.set_input_files(path)
    page.wait_for_url(re.compile(r"/pdf/[0-9a-f-]{36}/$"), timeout=90_000)
    page.locator(".pdf-page.is-drawn").first.wait_for(timeout=90_000)
    project = page.url.rstrip("/").rpartition("/")[2]
    return f"/api/v1/pdf-projects/{project}/annotations/"


def first_page(page: Page) -> None:
    times = []
    for _run in range(RUNS):
        page.goto(page.url)
        page.locator(".pdf-page.is-drawn").first.wait_for()
        marks = "performance.getEntriesByName('pdf-first-page')[0].startTime"
        times.append(page.evaluate(marks))
    show("first page after navigation", times)


def saving(page: Page, path: str, page_id: str) -> None:
    square = {
        "type": "shape", "shape_type": "rectangle", "page": page_id, "x": 20, "y": 20,
        "width": 60, "height": 40,
    }  # fmt: skip
    _took, made = call(page, "POST", path, square)
    times = []
    for step in range(SAVES):
        change = {"x": 20 + step, "revision": made["revision"]}
        took, made = call(page, "PATCH", f"{path}{made['id']}/", change)
        times.append(took)
    show("saving one annotation", times)


def crowded(page: Page, path: str, page_id: str) -> None:
    marks = [
        {
            "type": "shape", "shape_type": "rectangle", "page": page_id,
            "x": 10 + 11 * (at % 25), "y": 100 + 11 * (at // 25), "width": 9,
            "height": 9, "z": at,
        }
        for at in range(MARKS)
    ]  # fmt: skip
    call(page, "POST", f"{path}bulk/", {"create": marks})
    listed = f"{path}?page={page_id}&page_size=1000"
    show(
        f"list of {MARKS} annotations",
        [call(page, "GET", listed)[0] for _run in range(LISTS)],
    )
    page.reload()
    page.locator(".pdf-page.is-drawn").first.wait_for()
    shape = page.locator(".pdf-annotation").last
    shape.wait_for()
    box = shape.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, y + 1)
    page.mouse.down()
    page.evaluate(DRAG)
    for step in range(150):
        page.mouse.move(x - step % 60, y - step % 40)
    seen = page.evaluate("(cancelAnimationFrame(frame_timer), frames_seen)")
    page.mouse.up()
    gaps = [later - sooner for sooner, later in itertools.pairwise(seen)]
    print(f"{'drag among 500':34} {1000 * len(gaps) / sum(gaps):8.1f} frames/s")
    print(f"{'  frames later than 20 ms':34} {sum(gap > 20 for gap in gaps):8d}")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory() as name,
        running_server(Path(name)) as server,
        sync_playwright() as playwright,
    ):
        book = Path(name) / "book.pdf"
        book.write_bytes(samples.plain(pages=100))
        browser = playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_ARGUMENTS
        )
        page = browser.new_page(
            base_url=server.url, viewport={"width": 1440, "height": 900}
        )
        path = bring_in(page, Path(sys.argv[1]) if len(sys.argv) > 1 else book)
        first_page(page)
        if len(sys.argv) > 1:
            path = bring_in(page, book)
        project = call(page, "GET", path.removesuffix("annotations/"))[1]
        saving(page, path, project["pages"][0]["id"])
        crowded(page, path, project["pages"][0]["id"])
        browser.close()


if __name__ == "__main__":
    main()
