"""How smooth the editor is in Chromium with 300 clips of 30 minutes.

python -m tests.benchmarks.editor_fps [ADDRESS OF A RUNNING SERVER]

Prints the time until the timeline can be used, frames a second while scrolling,
zooming, dragging and trimming, and what the page holds in memory.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests import media
from tests.benchmarks.figures import header, row
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.running_server import running_server

CLIPS = 300
CLIP_S = 6.0
SOURCES = 3
SOURCE_S = 20
MEASURED_MS = 4_000
RUNS = 3

CALL = """async ([path, method, body]) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const sent = body ? JSON.stringify(body) : undefined;
  const answer = await fetch("/api/v1/" + path, {method, headers, body: sent});
  return answer.json();
}"""

# Frames that the page paints until it is told to stop.
COUNT = """() => {
  const times = [];
  const tick = (now) => {
    times.push(now);
    window.frames_ = requestAnimationFrame(tick);
  };
  window.frames_ = requestAnimationFrame(tick);
  window.framesDone = () => { cancelAnimationFrame(window.frames_); return times; };
}"""


def call(page: Page, path: str, method: str = "GET", body: Any = None) -> Any:
    return page.evaluate(CALL, [path, method, body])


def made_project(page: Page, folder: Path) -> str:
    """A project of `CLIPS` clips on two layers; returns its address."""
    page.goto("/")
    for number in range(SOURCES):
        path = folder / f"bench{number}.mp4"
        media.video(path, duration_s=SOURCE_S, width=640, height=360, gop=25 + number)
        page.get_by_label("Choose files").first.set_input_files(path)
    found: list[dict[str, Any]] = []
    while len(found) < SOURCES:
        page.wait_for_timeout(1000)
        listed = call(page, "assets/?status=ready&kind=video&search=bench")["results"]
        found = [asset for asset in listed if asset["title"].startswith("bench")]
    assets = cycle(asset["id"] for asset in found[:SOURCES])
    clips = [
        {
            "asset": next(assets),
            "start_time": number % 10,
            "end_time": number % 10 + CLIP_S,
            "position": number * CLIP_S,
        }
        for number in range(CLIPS)
    ]
    texts = [
        {
            "text": f"Text {number}",
            "start_time": number * 30,
            "end_time": number * 30 + 4,
        }
        for number in range(60)
    ]
    timeline = {"clips": clips, "text_overlays": texts}
    made = call(page, "video-projects/", "POST", {"name": "300", "timeline": timeline})
    return str(made["url"])


def _opened_ms(page: Page, url: str) -> float:
    start = time.monotonic()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("[data-item=clip]")
    page.wait_for_function("() => document.querySelector('[data-editor]').editor")
    return (time.monotonic() - start) * 1000


def _frames(page: Page, act: Callable[[], None]) -> tuple[float, float]:
    """Frames a second while `act` runs, and the longest frame in milliseconds."""
    page.evaluate(COUNT)
    act()
    times = page.evaluate("() => window.framesDone()")
    gaps = [after - before for before, after in pairwise(times)]
    return 1000 * len(gaps) / (times[-1] - times[0]), max(gaps)


def _until(page: Page, act: Callable[[int], None]) -> None:
    end, turn = time.monotonic() + MEASURED_MS / 1000, 0
    while time.monotonic() < end:
        act(turn)
        turn += 1


def scroll(page: Page) -> None:
    page.evaluate(
        """ms => new Promise((done) => {
          const scroll = document.querySelector("[data-timeline=scroll]");
          const start = performance.now();
          const step = (now) => {
            scroll.scrollLeft = (now - start) * 4;
            if (now - start < ms) requestAnimationFrame(step); else done();
          };
          requestAnimationFrame(step);
        })""",
        MEASURED_MS,
    )


def drag(page: Page, selector: str) -> None:
    box = page.locator(selector).nth(3).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    _until(
        page, lambda turn: page.mouse.move(x + 160 * (1 - abs(turn % 80 - 40) / 40), y)
    )
    page.keyboard.press("Escape")
    page.mouse.up()


def zoom(page: Page) -> None:
    page.keyboard.down("Control")
    _until(page, lambda turn: page.mouse.wheel(0, 40 if turn // 20 % 2 else -40))
    page.keyboard.up("Control")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    if len(sys.argv) > 1:
        yield sys.argv[1]
        return
    with running_server(folder) as running:
        yield running.url


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with serving(folder) as address:
            arguments = [*CHROMIUM_ARGUMENTS, "--enable-precise-memory-info"]
            browser = playwright.chromium.launch(
                executable_path=chromium, args=arguments
            )
            context = browser.new_context(
                base_url=address, viewport={"width": 1440, "height": 900}
            )
            page = context.new_page()
            url = made_project(page, folder)
            print(header(f"Editor, {CLIPS} clips, {CLIPS * CLIP_S / 60:g} min"))
            print(row("opening", [_opened_ms(page, url) for _ in range(RUNS)], "ms"))
            page.evaluate(
                "() => document.querySelector('[data-editor]').editor.store"
                ".state.patch({zoom: 30})"
            )
            page.wait_for_timeout(1500)
            handle = "[data-item=clip] [data-edge=end]"
            acts: dict[str, Callable[[], None]] = {
                "scrolling": lambda: scroll(page),
                "dragging a clip": lambda: drag(page, "[data-item=clip] [data-body]"),
                "trimming a clip": lambda: drag(page, handle),
                "zooming": lambda: zoom(page),
            }
            for title, act in acts.items():
                rate, longest = _frames(page, act)
                print(row(title, [rate], f"frames/s, longest {longest:.0f} ms"))
            page.evaluate(
                "() => document.querySelector('[data-editor]').editor.view.fit()"
            )
            page.wait_for_timeout(800)
            rate, longest = _frames(page, acts["dragging a clip"])
            print(
                row("dragging, all clips in sight", [rate], f"frames/s, {longest:.0f}")
            )
            used = page.evaluate("() => performance.memory.usedJSHeapSize / 1e6")
            print(row("JavaScript heap", [used], "MB"))
            browser.close()


if __name__ == "__main__":
    main()
