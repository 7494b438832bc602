"""What stories about the editor do: bring files in, point, drag, look at results."""

import struct
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from streamfetch.ffmpeg.binary import ffmpeg_path
from tests import media

READY_MS = 150_000


def unique(path: Path) -> Path:
    """Make a file another one for the library: a box that players skip."""
    mark = str(path).encode()
    with path.open("ab") as file:
        file.write((8 + len(mark)).to_bytes(4, "big") + b"free" + mark)
    return path


def bring_in(page: Page, *paths: Path) -> None:
    page.goto("/")
    for path in paths:
        page.get_by_label("Choose files").first.set_input_files(path)
    for path in paths:
        card = page.locator("[data-asset]").filter(has_text=path.stem).first
        expect(card).to_have_attribute("data-status", "ready", timeout=READY_MS)


MAKE = """async (title) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const listed = await fetch(`/api/v1/assets/?search=${title}`);
  const found = await listed.json();
  const body = JSON.stringify({name: title, asset: found.results[0].id});
  const request = {method: "POST", headers, body};
  const answer = await fetch("/api/v1/video-projects/", request);
  return (await answer.json()).url;
}"""


def open_project(page: Page, title: str) -> None:
    page.goto(page.evaluate(MAKE, title))
    expect(items(page, "clip")).to_have_count(1)


def items(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-timeline=items] [data-item={kind}]")


def timeline(page: Page) -> dict[str, Any]:
    """The document as it is, its clips layer by layer from left to right."""
    script = "() => document.querySelector('[data-editor]').editor.store.timeline"
    found: dict[str, Any] = page.evaluate(script)
    found["clips"].sort(key=lambda clip: (clip["layer"], clip["position"]))
    return found


def seek(page: Page, seconds: float) -> None:
    page.evaluate(
        "time => document.querySelector('[data-editor]').editor.store.setTime(time)",
        seconds,
    )


def select(page: Page, index: int) -> None:
    """Select a clip by its place in `timeline`, alone, and wait until it is seen."""
    chosen = timeline(page)["clips"][index]["id"]
    page.evaluate(
        "id => document.querySelector('[data-editor]').editor.store"
        ".select({kind: 'clip', id}, {alone: true})",
        chosen,
    )
    expect(page.locator(f"[data-id='{chosen}'].is-selected")).to_be_visible()


def drag(page: Page, source: Locator, dx: float, dy: float, *, key: str = "") -> None:
    box = source.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    if key:
        page.keyboard.down(key)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2, steps=3)
    page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()
    if key:
        page.keyboard.up(key)


def saved(page: Page) -> None:
    state = page.locator("[data-save-state]")
    page.keyboard.press("Control+s")
    expect(state).to_have_attribute("data-state", "saved", timeout=30_000)


def pixel(path: Path, at_s: float, x: float, y: float) -> tuple[int, int, int]:
    """One point of a frame, (0, 0) to (1, 1)."""
    width, height = 64, 36
    frame = media.rgb(path, at_s=at_s, width=width, height=height)
    start = (int(y * height) * width + int(x * width)) * 3
    red, green, blue = frame[start : start + 3]
    return red, green, blue


def loudness(
    path: Path, start_s: float, length_s: float, *, band_hz: int | None = None
) -> float:
    """Root mean square of the samples, or of those around a frequency, 0 to 1."""
    sieve = ["-af", f"bandpass=f={band_hz}:width_type=h:w=10"] if band_hz else []
    argv = [str(ffmpeg_path()), "-v", "error", "-ss", str(start_s), "-t", str(length_s)]
    argv += ["-i", str(path), *sieve, "-ac", "1", "-f", "s16le", "pipe:1"]
    data = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    total = sum(sample * sample for sample in samples)
    return float((total / max(1, len(samples))) ** 0.5 / 32768)
