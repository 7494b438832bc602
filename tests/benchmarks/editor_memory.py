"""What the editor holds in memory while 300 clips of 30 minutes are edited.

python -m tests.benchmarks.editor_memory [MINUTES]

Edits without a pause for ten minutes and prints, each minute, what the page's
process holds (proportional set size), and the JavaScript heap in it.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.benchmarks.editor_fps import made_project
from tests.benchmarks.figures import header, row
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.running_server import running_server

MINUTES = 10
LIMIT_MB = 500
EDITOR = "document.querySelector('[data-editor]').editor"


def pss_mb(pid: int) -> float:
    """What a process holds, shared pages counted by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    raise ValueError(f"nothing is known of process {pid}")


def held_mb(browser: CDPSession) -> tuple[float, float]:
    """Of the page's process, and of all processes of the browser."""
    processes = browser.send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = {each["id"]: pss_mb(each["id"]) for each in processes}
    pages = [sizes[each["id"]] for each in processes if each["type"] == "renderer"]
    return max(pages), sum(sizes.values())


def edit(page: Page, turn: int) -> None:
    """A few seconds of what a person does, somewhere else each time."""
    at = (turn * 97) % 1790 + 2.5
    page.evaluate(f"at => {EDITOR}.player.seek(at)", at)
    page.evaluate(
        "at => { const scroll = document.querySelector('[data-timeline=scroll]');"
        " scroll.scrollLeft = at / 1800 * scroll.scrollWidth; }",
        at,
    )
    page.locator("[data-timeline=scroll]").focus()
    for key in ("s", "Control+d", "Control+z", "Alt+.", "m", "t"):
        page.keyboard.press(key)
        page.locator("[data-timeline=scroll]").focus()
    page.keyboard.press("l" if turn % 2 else "Space")
    page.wait_for_timeout(1500)
    page.keyboard.press("k")
    page.keyboard.press("+" if turn % 3 else "Shift+z")
    if turn % 4 == 3:
        for _ in range(6):
            page.keyboard.press("Control+z")
    page.wait_for_timeout(300)


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with running_server(folder) as running:
            browser = playwright.chromium.launch(
                executable_path=chromium,
                args=[*CHROMIUM_ARGUMENTS, "--enable-precise-memory-info"],
            )
            session = browser.new_browser_cdp_session()
            context = browser.new_context(
                base_url=running.url, viewport={"width": 1440, "height": 900}
            )
            page = context.new_page()
            page.goto(made_project(page, folder))
            page.wait_for_selector("[data-item=clip]")
            page.wait_for_timeout(2000)
            print(header(f"Memory of the editor, {minutes:g} minutes of editing"))
            pages, totals = [], []
            started, turn = time.monotonic(), 0
            while time.monotonic() < started + minutes * 60:
                edit(page, turn)
                turn += 1
                if time.monotonic() - started >= 60 * len(pages):
                    alone, together = held_mb(session)
                    pages.append(alone)
                    totals.append(together)
            heap = page.evaluate("() => performance.memory.usedJSHeapSize / 1e6")
            steps = page.evaluate(f"() => {EDITOR}.store.history.position")
            alone, together = held_mb(session)
            print(row("page, minute by minute", pages, "MB"))
            print(row(f"page, in the end (limit {LIMIT_MB})", [alone], "MB"))
            print(row("whole browser, minute by minute", [*totals, together], "MB"))
            print(row("JavaScript heap in the end", [heap], "MB"))
            print(f"{turn} rounds of edits, {steps} steps to undo")
            browser.close()


if __name__ == "__main__":
    main()
