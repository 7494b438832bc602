"""The main job as a person does it, in Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from streamfetch.ffmpeg.probe import probe
from tests import media

READY_MS = 90_000


def bring_in(page: Page, path: Path) -> None:
    """Choose a file on the library page and wait until it has been processed."""
    page.goto("/")
    page.get_by_label("Choose files").first.set_input_files(path)
    card = page.locator("[data-asset]").filter(has_text=path.stem).first
    expect(card).to_have_attribute("data-status", "ready", timeout=READY_MS)


def named_video(folder: Path, name: str) -> Path:
    path = folder / name
    video = media.video(duration_s=6, width=640, height=360).read_bytes()
    # Content that the library has already would be offered, not uploaded: an MP4
    # box that players skip makes each file another one.
    mark = str(path).encode()
    path.write_bytes(
        video + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark,
    )
    return path


def test_from_dropping_a_file_to_downloading_the_render(
    page: Page, tmp_path: Path
) -> None:
    bring_in(page, named_video(tmp_path, "holiday.mp4"))
    page.get_by_role("link", name="holiday").first.click()
    expect(page.get_by_role("heading", name="holiday")).to_be_visible()

    page.get_by_role("button", name="Edit in a project").click()
    page.wait_for_url(re.compile(r"/projects/[0-9a-f-]{36}/$"))
    saved = page.locator("[data-save-state]")
    expect(saved).to_have_attribute("data-state", "saved")

    page.get_by_role("tab", name="Edit").click()
    if not page.get_by_label("In", exact=True).is_visible():
        page.locator("[data-item=clip] [data-body]").first.click()
    page.get_by_label("In", exact=True).fill("1")
    page.get_by_label("In", exact=True).press("Enter")
    page.get_by_label("Out", exact=True).fill("4")
    page.get_by_label("Out", exact=True).press("Enter")

    page.get_by_role("tab", name="Text").click()
    page.get_by_role("button", name="Title", exact=True).click()
    page.get_by_label("Words").fill('A "quoted" title: 100 % 🎬')
    page.get_by_label("Words").press("Tab")
    expect(saved).to_have_attribute("data-state", "saved", timeout=15_000)

    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Redo").click()
    expect(saved).to_have_attribute("data-state", "saved", timeout=15_000)

    page.get_by_role("button", name="Render", exact=True).click()
    page.get_by_role("button", name="Start render").click()
    page.get_by_role("tab", name="Renders").click()
    finished = page.locator("[data-render]").first
    play = finished.get_by_role("button", name="Play")
    expect(play).to_be_visible(timeout=READY_MS)

    play.click()
    video = page.locator("#render-dialog video")
    expect(video).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('#render-dialog video').readyState >= 2"
    )
    page.get_by_role("button", name="Close").click()

    with page.expect_download() as download:
        finished.get_by_role("link", name="Download").click()
    path = tmp_path / "result.mp4"
    download.value.save_as(path)
    info = probe(path)
    assert info.video is not None
    assert info.audio is not None
    assert info.duration_ms == pytest.approx(3000, abs=60)
    assert (info.video.width, info.video.height) == (640, 360)


def test_an_address_is_fetched_into_the_library(
    page: Page, tmp_path: Path, file_server: str
) -> None:
    page.goto("/")
    box = page.get_by_placeholder("Paste a link").first
    if not box.is_visible():
        box = page.get_by_placeholder("Paste a link").last
    box.fill(f"{file_server}/fetched.mp4")
    box.press("Enter")
    page.goto("/")
    card = page.locator("[data-asset]").filter(has_text="fetched").first
    expect(card).to_have_attribute("data-status", "ready", timeout=READY_MS)


def test_what_is_not_a_video_is_refused_in_plain_words(
    page: Page, tmp_path: Path, problems: list[str]
) -> None:
    page.goto("/")
    path = tmp_path / "letter.mp4"
    path.write_text("Dear all, this is not a video.\n" * 20)
    page.get_by_label("Choose files").first.set_input_files(path)
    row = page.locator(".uploads .upload-row").filter(has_text="letter.mp4")
    expect(row).to_contain_text("This is not a video", timeout=READY_MS)
    # Chromium itself reports every refused request; nothing else may be wrong.
    assert all("422" in problem for problem in problems)
    problems.clear()


NAME = "Name of the project"
RENAME = """name => document.querySelector("[data-editor]").editor.store
  .editDocument("Rename", (document) => ({...document, name}))"""
MARK = """() => {
  const {store} = document.querySelector("[data-editor]").editor;
  const id = "00000000-0000-4000-8000-000000000001";
  const marker = {id, time: 1, label: "", color: "#f5a524"};
  store.edit("Marker", (timeline) => ({...timeline, markers: [marker]}));
}"""


def asked_of(tabs: tuple[Page, ...]) -> Page:
    """The tab that asks whose edit is to be kept."""
    for _ in range(200):
        for tab in tabs:
            if tab.get_by_role("button", name="Keep mine").is_visible():
                return tab
        tabs[0].wait_for_timeout(100)
    raise AssertionError("nobody is asked")


def test_two_tabs_do_not_overwrite_each_other(
    page: Page, tmp_path: Path, problems: list[str]
) -> None:
    bring_in(page, named_video(tmp_path, "shared.mp4"))
    page.get_by_role("link", name="shared").first.click()
    page.get_by_role("button", name="Edit in a project").click()
    page.wait_for_url(re.compile(r"/projects/[0-9a-f-]{36}/$"))
    other = page.context.new_page()
    other.goto(page.url)
    tabs = (page, other)
    # Different things at the same moment: whoever is second merges.
    page.evaluate(RENAME, "Both")
    other.evaluate(MARK)
    for tab in tabs:
        expect(tab.locator("[data-save-state]")).to_have_attribute(
            "data-state", "saved", timeout=15_000
        )
        expect(tab.get_by_label(NAME)).to_have_value("Both")
        expect(tab.locator("[data-timeline-root] .marker")).to_have_count(1)
    # The same thing: whoever is second is asked, and what loses is one undo away.
    page.evaluate(RENAME, "First tab")
    other.evaluate(RENAME, "Second tab")
    late = asked_of(tabs)
    late.get_by_role("button", name="Keep mine").click()
    mine, theirs = ("First tab", "Second tab")[:: 1 if late is page else -1]
    for tab in tabs:
        expect(tab.get_by_label(NAME)).to_have_value(mine)
    late.get_by_role("button", name="Undo").click()
    expect(late.get_by_label(NAME)).to_have_value(theirs)
    page.reload()
    expect(page.get_by_label(NAME)).to_have_value(re.compile("First tab|Second tab"))
    problems[:] = [problem for problem in problems if "409" not in problem]
