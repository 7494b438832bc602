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
from urllib.parse import urljoin

from playwright.sync_api import sync_playwright

from tests.benchmarks.bare_page import BarePage, bare_page
from tests.benchmarks.editor_fps import made_project
from tests.benchmarks.figures import header, row
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.running_server import running_server

MINUTES = 10
LIMIT_MB = 500
SCROLL = "document.querySelector('[data-timeline=scroll]')"
EDITOR = "document.querySelector('[data-editor]').editor"


def pss_mb(pid: int) -> float:
    """What a process holds, shared pages counted by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    raise ValueError(f"nothing is known of process {pid}")


def held_mb(page: BarePage) -> tuple[float, float]:
    """Of the page's process, and of all processes of the browser."""
    answer = page.send("SystemInfo.getProcessInfo", of_page=False)
    processes = answer["processInfo"]
    sizes = {each["id"]: pss_mb(each["id"]) for each in processes}
    pages = [sizes[each["id"]] for each in processes if each["type"] == "renderer"]
    return max(pages), sum(sizes.values())


def edit(page: BarePage, turn: int) -> None:
    """A few seconds of what a person does, somewhere else each time."""
    at = (turn * 97) % 1790 + 2.5
    page.evaluate(f"{EDITOR}.player.seek({at})")
    page.evaluate(f"{SCROLL}.scrollLeft = {at} / 1800 * {SCROLL}.scrollWidth")
    for key in ("s", "Control+d", "Control+z", "Alt+.", "m", "t"):
        page.evaluate(f"{SCROLL}.focus()")
        page.press(key)
    page.evaluate(f"{SCROLL}.focus()")
    page.press("l" if turn % 2 else "Space")
    time.sleep(1.5)
    page.press("k")
    page.press("+" if turn % 3 else "Shift+z")
    if turn % 4 == 3:
        for _ in range(6):
            page.press("Control+z")
    time.sleep(0.3)


def made_address(running_url: str, folder: Path, executable: str) -> str:
    """The address of a project of 300 clips."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=CHROMIUM_ARGUMENTS
        )
        page = browser.new_page(base_url=running_url)
        address = urljoin(running_url, made_project(page, folder))
        browser.close()
        return address


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    arguments = [*CHROMIUM_ARGUMENTS, "--enable-precise-memory-info"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = folder / "profile"
        with (
            running_server(folder) as running,
            bare_page(executable, profile, arguments, (1440, 900)) as page,
        ):
            page.open(made_address(running.url, folder, executable), "[data-item=clip]")
            time.sleep(2)
            print(header(f"Memory of the editor, {minutes:g} minutes of editing"))
            pages, totals = [], []
            started, turn = time.monotonic(), 0
            while time.monotonic() < started + minutes * 60:
                edit(page, turn)
                turn += 1
                if time.monotonic() - started >= 60 * len(pages):
                    alone, together = held_mb(page)
                    pages.append(alone)
                    totals.append(together)
            heap = page.evaluate("performance.memory.usedJSHeapSize / 1e6")
            steps = page.evaluate(f"{EDITOR}.store.history.position")
            alone, together = held_mb(page)
            print(row("page, minute by minute", pages, "MB"))
            print(row(f"page, in the end (limit {LIMIT_MB})", [alone], "MB"))
            print(row("whole browser, minute by minute", [*totals, together], "MB"))
            print(row("JavaScript heap in the end", [heap], "MB"))
            print(f"{turn} rounds of edits, {steps} steps to undo")


if __name__ == "__main__":
    main()
