"""A project edited with every tool of the editor, rendered, and the file decoded."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from streamfetch.ffmpeg.probe import probe
from tests import media
from tests.browser.editing import (
    READY_MS,
    bring_in,
    drag,
    items,
    loudness,
    open_project,
    pixel,
    saved,
    seek,
    select,
    timeline,
    unique,
)

pytestmark = pytest.mark.timeout(280)

SUBTITLES = """1
00:00:01,000 --> 00:00:02,500
First line

2
00:00:03,000 --> 00:00:04,000
Second
"""


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    # Short names, and another one for each test: the library is shared.
    mark = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:6]
    made = [
        media.video(tmp_path / f"{name}{mark}.mp4", duration_s=6, width=640,
                    height=360, source=f"color={name}")
        for name in ("red", "blue")
    ]  # fmt: skip
    music = media.audio(
        tmp_path / f"tune{mark}.mp3", duration_s=4 + int(mark, 16) % 1000 / 1000
    )
    return [*(unique(path) for path in made), music]


def test_every_tool_changes_the_project_as_it_should(
    page: Page, sources: list[Path]
) -> None:
    bring_in(page, *sources)
    red, blue, tune = (path.stem for path in sources)
    open_project(page, red)

    # Bin: search, insert by key at the playhead, drag to a lane of its own.
    page.get_by_label("Search your library").fill(blue)
    found = page.locator(".bin-item").filter(has_text=blue)
    expect(page.locator(".bin-item")).to_have_count(1)
    seek(page, 6)
    found.press("Enter")
    expect(items(page, "clip")).to_have_count(2)
    page.get_by_label("Search your library").fill(tune)
    sound = page.locator(".bin-item").filter(has_text=tune)
    lane = page.locator(".track-row-audio").last.bounding_box()
    start = sound.bounding_box()
    assert lane
    assert start
    page.mouse.move(start["x"] + 30, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(lane["x"] + 200, lane["y"] + 10, steps=6)
    page.mouse.up()
    expect(items(page, "audio")).to_have_count(1)

    # Cutting.
    seek(page, 2)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    assert len(timeline(page)["clips"]) == 3
    select(page, 0)
    page.locator("[data-timeline=scroll]").focus()
    page.keyboard.press("Shift+Delete")
    assert timeline(page)["clips"][0]["position"] == 0
    assert timeline(page)["clips"][0]["start_time"] == 2
    page.keyboard.press("Control+z")
    assert len(timeline(page)["clips"]) == 3
    select(page, 0)
    before = timeline(page)["clips"][0]["end_time"]
    drag(page, page.locator(".is-selected [data-edge=end]"), -60, 0)
    assert timeline(page)["clips"][0]["end_time"] < before
    page.keyboard.press("q")
    select(page, 1)
    drag(page, page.locator(".is-selected [data-body]"), 60, 0, key="Alt")
    assert timeline(page)["clips"][1]["end_time"] < 6

    # Copies, groups, rubber band, several layers.
    select(page, 1)
    page.keyboard.press("Control+d")
    page.keyboard.press("Control+c")
    seek(page, 20)
    page.keyboard.press("Control+v")
    assert len(timeline(page)["clips"]) == 5
    page.keyboard.press("Alt+ArrowUp")
    assert timeline(page)["clips"][-1]["layer"] == 1
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+g")
    assert len({clip["group"] for clip in timeline(page)["clips"]}) == 1
    page.keyboard.press("Control+g")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+z")
    lanes = page.locator("[data-timeline=lanes]").bounding_box()
    assert lanes
    page.mouse.move(lanes["x"] + 4, lanes["y"] + lanes["height"] - 4)
    page.mouse.down()
    page.mouse.move(lanes["x"] + 420, lanes["y"] + 30, steps=5)
    page.mouse.up()
    expect(page.locator("[data-timeline=count]")).to_contain_text("selected")

    # The inspector: picture, speed, sound, effects.
    select(page, -1)
    page.locator("[data-pip=br]").click()
    page.locator("#clip-rotation").fill("10")
    page.locator("#clip-rotation").press("Enter")
    page.locator("#clip-opacity").fill("80")
    page.locator("#clip-opacity").press("Enter")
    page.get_by_label("Crop left, percent").fill("10")
    page.get_by_label("Crop left, percent").press("Enter")
    page.locator("#clip-speed").fill("2")
    page.locator("#clip-speed").press("Enter")
    page.locator("#clip-fade-in").fill("0.5")
    page.locator("#clip-fade-in").press("Enter")
    page.locator("[data-effects=add]").select_option("blur")
    page.locator("[data-effects=add]").select_option("sepia")
    page.get_by_label("Do it earlier").last.click()
    page.get_by_label("Only from").first.check()
    clip = next(clip for clip in timeline(page)["clips"] if clip["layer"] == 1)
    assert [effect["type"] for effect in clip["effects"]] == ["sepia", "blur"]
    assert clip["effects"][0]["start_time"] == 0
    assert (clip["speed"], clip["fade_in"]) == (2, 0.5)
    assert clip["transform"]["crop"]["left"] == 0.1
    assert (clip["transform"]["scale"], clip["transform"]["rotation"]) == (0.32, 10)

    # Sound off the picture, and muted.
    select(page, 0)
    sounds = len(timeline(page)["audio_tracks"])
    page.get_by_role("button", name="Detach the sound").first.click()
    assert timeline(page)["clips"][0]["muted"]
    assert len(timeline(page)["audio_tracks"]) == sounds + 1

    # Transitions: set, drag longer, turn into a wipe.
    select(page, 0)
    page.get_by_role("tab", name="Cuts").click()
    page.get_by_role("button", name="Wipe", exact=True).click()
    drag(page, items(page, "transition").first.locator("[data-edge=end]"), 12, 0)
    transition = timeline(page)["transitions"][0]
    assert transition["type"] == "wipe"
    assert transition["duration"] != 1
    page.get_by_role("button", name="Up", exact=True).click()
    assert timeline(page)["transitions"][0]["direction"] == "up"

    # Words: a text dragged on the picture, captions in and out.
    seek(page, 1)
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("button", name="Lower third").click()
    expect(page.locator("[data-stage=handles]")).to_be_visible()
    drag(page, page.locator("[data-stage=handles]"), 40, -30)
    position = timeline(page)["text_overlays"][0]["position"]
    assert position["y"] < 0.84
    page.get_by_role("tab", name="Captions").click()
    page.locator("[data-captions=import]").set_input_files(
        {"name": "lines.srt", "mimeType": "text/plain", "buffer": SUBTITLES.encode()}
    )
    expect(page.locator(".cue")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="VTT", exact=True).click()
    assert "First line" in Path(download.value.path()).read_text("utf-8")

    # Markers, the part to export, zoom, keys of one's own.
    seek(page, 3)
    page.locator("[data-timeline=scroll]").focus()
    page.keyboard.press("m")
    page.keyboard.press("i")
    seek(page, 5)
    page.keyboard.press("o")
    assert len(timeline(page)["markers"]) == 1
    expect(page.locator("[data-timeline=range]")).to_be_visible()
    page.keyboard.press("+")
    page.keyboard.press("?")
    page.locator("[data-command=marker]").click()
    page.keyboard.press("b")
    page.get_by_role("button", name="Close").last.click()
    page.keyboard.press("b")
    assert len(timeline(page)["markers"]) == 2
    page.keyboard.press("Control+z")

    # Versions, and undo after a reload.
    saved(page)
    page.get_by_role("tab", name="Versions").click()
    page.get_by_label("Name of this version").fill("Before the storm")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".version").first).to_contain_text("Before the storm")
    page.keyboard.press("Escape")
    page.locator("[data-timeline=scroll]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    assert timeline(page)["clips"] == []
    saved(page)


def test_the_rendered_file_is_what_was_edited(
    page: Page, sources: list[Path], tmp_path: Path
) -> None:
    red, blue, _tune = (path.stem for path in sources)
    bring_in(page, *sources[:2])
    open_project(page, red)
    seek(page, 6)
    page.locator(".bin-item").filter(has_text=blue).first.press("Enter")
    expect(items(page, "clip")).to_have_count(2)
    # Red for 4 s at half its loudness, blue for 3 s in silence after a dissolve.
    select(page, 0)
    page.get_by_label("Out", exact=True).fill("4")
    page.get_by_label("Out", exact=True).press("Enter")
    page.locator("#clip-volume").fill("50")
    page.locator("#clip-volume").press("Enter")
    select(page, 1)
    page.get_by_label("Out", exact=True).fill("3")
    page.get_by_label("Out", exact=True).press("Enter")
    page.locator("[data-bind=muted]").check()
    page.get_by_role("tab", name="Cuts").click()
    page.get_by_role("button", name="Dissolve", exact=True).click()
    # A small blue picture over the red one, turned grey.
    seek(page, 0)
    select(page, 1)
    page.keyboard.press("Control+c")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+v")
    page.evaluate(
        """() => {
          const {store} = document.querySelector('[data-editor]').editor;
          const pasted = store.selected[0].id;
          const put = (clip, at) => clip.id === pasted
            ? {...clip, layer: 1, position: 0} : {...clip, position: at * 4};
          store.edit("Put", (timeline) => (
            {...timeline, clips: timeline.clips.map(put)}));
        }"""
    )
    select(page, 2)
    page.locator("[data-pip=tl]").click()
    page.locator("[data-effects=add]").select_option("grayscale")
    # A title in white while the red is on.
    seek(page, 1)
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("button", name="Title", exact=True).click()
    page.get_by_label("Words").fill("MMMMMMMM")
    page.get_by_label("Words").press("Tab")
    saved(page)

    page.locator("[data-render-button]").click()
    page.get_by_role("button", name="Start render").click()
    page.get_by_role("tab", name="Renders").click()
    finished = page.locator("[data-render]").first
    link = finished.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=READY_MS)
    with page.expect_download() as download:
        link.click()
    result = tmp_path / "result.mp4"
    download.value.save_as(result)

    info = probe(result)
    assert info.video is not None
    assert info.duration_ms == pytest.approx(7000, abs=60)
    assert len(media.frame_hashes(result)) == 175
    is_red = pixel(result, 0.5, 0.8, 0.8)
    assert is_red[0] > 200
    assert max(is_red[1:]) < 60
    is_blue = pixel(result, 6, 0.5, 0.5)
    assert is_blue[2] > 200
    assert max(is_blue[:2]) < 60
    mixed = pixel(result, 4, 0.8, 0.8)
    assert 70 < mixed[0] < 190
    assert 70 < mixed[2] < 190
    grey = pixel(result, 0.5, 0.19, 0.19)
    assert max(grey) - min(grey) < 20
    # The title is where it was put, while it is on, and nowhere else.
    white = [pixel(result, 2.5, x / 20, 0.5) for x in range(6, 15)]
    assert max(color[1] for color in white) > 60
    assert max(pixel(result, 0.5, 0.5, 0.5)[1:]) < 60
    # Half as loud as the source; then none.
    source = loudness(sources[0], 1, 2)
    assert loudness(result, 1, 2) == pytest.approx(source / 2, rel=0.1)
    assert loudness(result, 5.2, 1.5) < 0.002
