"""A real video cut with the tools that `test_editor` leaves out, exported in every
way from the page, and the files decoded."""

import hashlib
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.probe import probe
from tests import media
from tests.browser.editing import (
    READY_MS,
    bring_in,
    drag,
    items,
    loudness,
    open_project,
    saved,
    seek,
    select,
    timeline,
    unique,
)

pytestmark = pytest.mark.timeout(280)

SAMPLES = Path(__file__).parents[1] / "samples"
RATE = 12.5
STREET_S = 9.6
SUBTITLES = "1\n00:00:00,500 --> 00:00:01,500\nFirst line\n"
EFFECTS = [
    "brightness", "contrast", "saturation", "hue", "gamma", "sharpen", "vignette",
    "noise_reduction", "stabilise",
]  # fmt: skip


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Cars on a street, under a speech, which pauses after 2 seconds."""
    mark = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:6]
    path = tmp_path / f"street{mark}.mp4"
    argv = [str(ffmpeg_path()), "-v", "error", "-i", str(SAMPLES / "car-detection.mp4")]
    argv += ["-i", str(SAMPLES / "jfk.flac"), "-map", "0:v", "-map", "1:a", "-t"]
    argv += [str(STREET_S), "-c:v", "copy", "-c:a", "aac"]
    # Said to be BT.709: what is not is never copied into a render.
    argv += ["-bsf:v", "h264_metadata=matrix_coefficients=1", str(path)]
    subprocess.run(argv, check=True, timeout=60)
    return unique(path)


@pytest.fixture
def tune(tmp_path: Path, street: Path) -> Path:
    name = street.stem.replace("street", "tune")
    length = 4 + int(street.stem[-4:], 16) % 1000 / 1000
    return media.audio(tmp_path / f"{name}.mp3", duration_s=length)


def state(page: Page, name: str) -> Any:
    script = "document.querySelector('[data-editor]').editor.store.state.get()"
    return page.evaluate(f"name => {script}[name]", name)


def fill(page: Page, selector: str, value: str) -> None:
    page.locator(selector).fill(value)
    page.locator(selector).press("Enter")


def press(page: Page, *keys: str) -> None:
    page.locator("[data-timeline=scroll]").focus()
    for key in keys:
        page.keyboard.press(key)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def exported(page: Page, **choices: str) -> str:
    """Start a render from the page; returns its id."""
    page.locator("[data-render-button]").click()
    menu = page.locator("[data-export]")
    for name, value in choices.items():
        menu.locator(f"[data-export-field={name}]").select_option(value)
    expect(menu.locator("[data-export-field=time]")).to_be_visible()
    with page.expect_response(
        lambda answer: answer.url.endswith("/renders/") and answer.status == 202
    ) as answer:
        page.get_by_role("button", name="Start render").click()
    found: str = answer.value.json()["id"]
    return found


def watch_early(page: Page, render: str) -> None:
    """What is finished of a render plays while the rest of it is made."""
    tab(page, "Renders")
    row = page.locator(f"[data-render='{render}']")
    watch = row.get_by_role("button", name="Watch so far")
    expect(watch).to_be_visible(timeout=READY_MS)
    # The render may end between the look and the click.
    watch.or_(row.get_by_role("button", name="Play")).first.click()
    page.wait_for_function(
        "() => document.querySelector('#render-dialog video').readyState >= 2"
    )
    page.locator("#render-dialog").get_by_role("button", name="Close").last.click()


def fetched(page: Page, render: str, folder: Path) -> Path:
    """The file of a render, once it is finished."""
    tab(page, "Renders")
    link = page.locator(f"[data-render='{render}']").get_by_role("link")
    expect(link).to_be_visible(timeout=READY_MS)
    with page.expect_download() as download:
        link.click()
    return kept(download.value, folder)


def kept(download: Download, folder: Path) -> Path:
    mark = hashlib.sha256(download.url.encode()).hexdigest()[:8]
    path = folder / f"{mark}-{download.suggested_filename}"
    download.save_as(path)
    return path


def play_with_keys(page: Page) -> None:
    seek(page, 2)
    press(page, "l", "l")
    assert (state(page, "playing"), state(page, "rate")) == (True, 2)
    page.wait_for_function(
        "() => document.querySelector('[data-editor]').editor.store.time > 2.2"
    )
    press(page, "k")
    assert state(page, "playing") is False
    forward = state(page, "time")
    press(page, "j")
    page.wait_for_function(
        "time => document.querySelector('[data-editor]').editor.store.time < time",
        arg=forward,
    )
    press(page, "k")
    press(page, "ArrowUp")
    assert state(page, "time") == 0


def cut_and_arrange(page: Page) -> None:
    for at in (2.4, 4.8, 7.2):
        seek(page, at)
        press(page, "Escape", "s")
    assert len(timeline(page)["clips"]) == 4
    # Trim a beginning, slip, and back again.
    select(page, 1)
    before = timeline(page)["clips"][1]
    drag(page, page.locator(".is-selected [data-edge=start]"), 30, 0)
    assert timeline(page)["clips"][1]["start_time"] > before["start_time"]
    press(page, "Control+z", "Alt+.")
    slipped = timeline(page)["clips"][1]
    assert slipped["start_time"] == pytest.approx(before["start_time"] + 0.08)
    assert slipped["position"] == before["position"]
    press(page, "Control+z")
    # Two clips as one group: a press on one takes both.
    bodies = page.locator("[data-item=clip] [data-body]")
    bodies.nth(0).click()
    bodies.nth(1).click(modifiers=["Shift"])
    press(page, "Control+g")
    press(page, "Escape")
    bodies.nth(1).click()
    expect(page.locator("[data-timeline=count]")).to_have_text("2 selected")
    press(page, "Control+g", "Escape")
    # The last clip up to a layer of its own, snapping to a marker.
    seek(page, 4)
    press(page, "m")
    flag = page.locator(".marker")
    flag.focus()
    page.keyboard.press("Enter")
    # A flag that is chosen stays the element it was: the keyboard does not lose it.
    expect(flag).to_have_class("marker is-selected")
    expect(flag).to_be_focused()
    select(page, 3)
    spare = page.locator(".track-row-clip.is-spare").bounding_box()
    body = page.locator(".is-selected [data-body]")
    box = body.bounding_box()
    marker = page.locator(".marker").bounding_box()
    assert spare
    assert box
    assert marker
    drag(page, body, marker["x"] - box["x"] + 5, spare["y"] - box["y"] - 20)
    moved = timeline(page)["clips"][3]
    assert (moved["layer"], moved["position"]) == (1, 4)


def frame_the_picture(page: Page) -> None:
    """The upper clip, small, turned and keyed, by the handles on the preview."""
    seek(page, 5)
    select(page, 3)
    grip = page.locator("[data-stage=handles] [data-grip=se]")
    drag(page, grip, -150, -90)
    drag(page, page.locator("[data-stage=handles] [data-grip=turn]"), 40, 10)
    drag(page, page.locator("[data-stage=handles]"), 120, 60)
    transform = timeline(page)["clips"][3]["transform"]
    assert transform["scale"] < 0.9
    assert transform["rotation"] != 0
    assert transform["x"] > 0.5
    page.locator("[data-effects=add]").select_option("chroma_key")
    page.locator("[data-parameter=color]").fill("#606060")
    key = timeline(page)["clips"][3]["effects"][0]
    assert (key["type"], key["parameters"]["color"]) == ("chroma_key", "#606060")
    # Chromium cannot do this one: it shows the server's frame, and says so.
    select(page, 1)
    for name in EFFECTS:
        page.locator("[data-effects=add]").select_option(name)
    assert [each["type"] for each in timeline(page)["clips"][1]["effects"]] == EFFECTS
    seek(page, 3)
    expect(page.locator("[data-stage=note]")).to_be_visible()
    expect(page.locator("[data-stage=exact]")).to_be_visible()


def join_and_mix(page: Page, tune: str) -> None:
    # A slide whose length is dragged at its beginning.
    select(page, 0)
    tab(page, "Cuts")
    for kind in ("Fade", "Slide"):
        page.get_by_role("button", name=kind, exact=True).click()
    drag(page, items(page, "transition").locator("[data-edge=start]"), 10, 0)
    page.get_by_role("button", name="To the right").click()
    (slide,) = timeline(page)["transitions"]
    assert (slide["type"], slide["direction"]) == ("slide", "right")
    assert slide["duration"] < 1
    # The tune ducks under the speech; a clip loses its sound, another is muted.
    tab(page, "Media")
    page.get_by_label("Search your library").fill(tune)
    seek(page, 0)
    press(page, "Escape")
    page.locator(".bin-item").filter(has_text=tune).press("Enter")
    expect(items(page, "audio")).to_have_count(1)
    page.locator("[data-bind=duck]").check()
    assert timeline(page)["audio_tracks"][0]["duck"] is True
    fill(page, "#clip-volume", "80")
    fill(page, "#clip-fade-out", "0.4")
    assert timeline(page)["audio_tracks"][0]["fade_out"] == 0.4
    select(page, 2)
    press(page, "Control+Shift+d")
    assert len(timeline(page)["audio_tracks"]) == 2
    press(page, "Control+z")
    press(page, "Shift+m")
    assert timeline(page)["clips"][2]["muted"] is True


def write_words(page: Page) -> None:
    seek(page, 0.6)
    tab(page, "Text")
    for preset in ("Caption", "Lower third", "Title"):
        page.get_by_role("button", name=preset, exact=True).click()
    page.get_by_label("Words").fill("STREET")
    (before,) = (t for t in timeline(page)["text_overlays"] if t["text"] == "STREET")
    for name in ("Bold", "Italic", "Underline"):
        page.get_by_role("button", name=name, exact=True).click()
    page.locator("#text-font").select_option("Lora")
    page.locator("[data-bind='style.color'][data-kind=text]").last.fill("#ffee00")
    page.locator("#text-plate").check()
    fill(page, "#text-opacity", "90")
    fill(page, "#text-fade-in", "0.2")
    fill(page, "#text-fade-out", "0.2")
    page.get_by_role("button", name="Left", exact=True).click()
    fill(page, "#text-end", "00:00:02.000")
    (text,) = (t for t in timeline(page)["text_overlays"] if t["text"] == "STREET")
    style = text["style"]
    for name in ("bold", "italic", "underline"):
        assert style[name] is not before["style"][name]
    assert (style["font_family"], style["align"]) == ("Lora", "left")
    assert (text["animation"]["fade_in"], text["end_time"]) == (0.2, 2)
    tab(page, "Captions")
    page.locator("[data-captions=import]").set_input_files(
        {"name": "lines.srt", "mimeType": "text/plain", "buffer": SUBTITLES.encode()}
    )
    expect(page.locator(".cue")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="SRT", exact=True).click()
    assert "First line" in Path(download.value.path()).read_text("utf-8")
    page.get_by_label("Burn into the picture").check()


def export_the_rest(page: Page) -> dict[str, str]:
    """A part of it in each of the other ways; returns the ids of the renders."""
    seek(page, 0.8)
    press(page, "i")
    seek(page, 2)
    press(page, "o")
    expect(page.locator("[data-timeline=range]")).to_be_visible()
    made = {
        "gif": exported(page, preset="gif"),
        "audio": exported(page, preset="audio", loudness="-16"),
        "vertical": exported(page, preset="vertical"),
        "1080p": exported(page, preset="1080p"),
    }
    press(page, "Alt+x")
    expect(page.locator("[data-timeline=range]")).to_be_hidden()
    # One more, which is not wanted after all.
    tab(page, "Renders")
    row = page.locator(f"[data-render='{exported(page, preset='vertical')}']")
    row.get_by_role("button", name="Cancel").click()
    expect(row.locator("[data-field=state]")).to_have_text("Cancelled")
    return made


def lose_the_connection(page: Page, problems: list[str]) -> None:
    """What is edited meanwhile is kept, and saved when it is back."""
    lamp = page.locator("[data-save-state]")
    page.context.set_offline(True)
    seek(page, 5.5)
    press(page, "m")
    expect(lamp).to_have_attribute("data-state", "offline")
    page.context.set_offline(False)
    saved(page)
    assert len(timeline(page)["markers"]) == 2
    problems[:] = [each for each in problems if "ERR_INTERNET" not in each]


def go_back_in_time(page: Page) -> None:
    """Undo what was done before a reload; then a version of before it."""
    page.reload()
    expect(items(page, "clip")).to_have_count(4)
    press(page, "Control+z")
    assert len(timeline(page)["markers"]) == 1
    press(page, "Control+z")
    assert timeline(page)["captions"]["burn_in"] is False
    press(page, "Control+Shift+z", "Control+Shift+z")
    assert timeline(page)["captions"]["burn_in"] is True
    tab(page, "Versions")
    page.get_by_label("Name of this version").fill("First cut")
    page.get_by_role("button", name="Keep").click()
    kept_version = page.locator(".version").filter(has_text="First cut")
    expect(kept_version).to_be_visible()
    items(page, "text").filter(has_text="STREET").locator("[data-body]").click()
    press(page, "Delete")
    assert len(timeline(page)["text_overlays"]) == 2
    saved(page)


def take_elsewhere(page: Page, folder: Path) -> None:
    """Out as OpenTimelineIO and as a zip, in again, duplicated, and begun anew."""
    tab(page, "Project")
    files = []
    for name in ("Timeline (OTIO)", "Project (ZIP)"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        files.append(kept(download.value, folder))
    assert zipfile.is_zipfile(files[1])
    here = page.url
    page.get_by_role("button", name="Duplicate project").click()
    page.wait_for_url(lambda url: url != here)
    expect(items(page, "clip")).to_have_count(4)
    for path in files:
        page.goto("/projects/")
        page.locator("input[type=file]").first.set_input_files(path)
        page.wait_for_url("**/projects/*-*/")
        expect(items(page, "clip")).to_have_count(4)
    page.goto("/projects/")
    page.get_by_role("button", name="New project").first.click()
    page.locator(".frame-choices label").filter(has_text="Tall").click()
    page.locator(".pick").filter(has_text="Empty").click()
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/projects/*-*/")
    tab(page, "Project")
    expect(page.locator("#frame-size")).to_have_value("1080x1920")
    page.get_by_role("button", name="1:1").click()
    expect(page.locator("#frame-size")).to_have_value("1080x1080")


def yellow(path: Path, at_s: float) -> int:
    """How many pixels of a frame are as yellow as the title."""
    data = media.rgb(path, at_s=at_s, width=384, height=216)
    pixels = zip(data[::3], data[1::3], data[2::3], strict=True)
    return sum(1 for red, green, blue in pixels if min(red, green) - blue > 110)


def check_the_whole(path: Path, without: Path, duration_s: float) -> None:
    shown, bare = media.frame_hashes(path), media.frame_hashes(without)
    assert len(shown) == len(bare) == round(duration_s * RATE)
    # Behind the piece that holds the title nothing was encoded again.
    behind = int(2.4 * RATE)
    assert shown[behind:] == bare[behind:]
    assert yellow(path, 1.4) > yellow(without, 1.4) + 200
    assert abs(yellow(path, 2.2) - yellow(without, 2.2)) < 20
    # The tune is lower while he speaks than in his pause.
    spoken = loudness(path, 1, 0.6, band_hz=440)
    assert 0 < spoken < 0.4 * loudness(path, 2.8, 0.3, band_hz=440)
    # At the end there is the muted clip alone.
    assert loudness(path, 6.6, 0.5) < 0.002


def check_sizes(files: dict[str, Path], duration_s: float) -> None:
    wanted = {
        "whole": ((1280, 720), duration_s),
        "vertical": ((1080, 1920), 1.2),
        "1080p": ((1920, 1080), 1.2),
    }
    for name, (size, length_s) in wanted.items():
        info = probe(files[name])
        assert info.video is not None
        assert (info.video.width, info.video.height) == size
        assert info.duration_ms == pytest.approx(length_s * 1000, abs=90)


def test_a_real_video_is_cut_and_exported_in_every_way(
    page: Page, street: Path, tune: Path, tmp_path: Path, problems: list[str]
) -> None:
    bring_in(page, street, tune)
    open_project(page, street.stem)
    copied = exported(page, preset="match_source")
    play_with_keys(page)
    cut_and_arrange(page)
    frame_the_picture(page)
    join_and_mix(page, tune.stem)
    write_words(page)
    lose_the_connection(page, problems)
    # In so many pixels that there is time to watch it early.
    whole = exported(page, preset="720p")
    watch_early(page, whole)
    duration_s = timeline(page)["duration"]
    go_back_in_time(page)
    without = exported(page, preset="720p")
    tab(page, "Versions")
    page.locator(".version").filter(has_text="First cut").get_by_role("button").click()
    expect(items(page, "text")).to_have_count(3)
    parts = export_the_rest(page)

    files = {
        name: fetched(page, render, tmp_path)
        for name, render in (
            {"copied": copied, "whole": whole, "without": without} | parts
        ).items()
    }
    assert media.frame_hashes(files["copied"]) == media.frame_hashes(street)
    check_the_whole(files["whole"], files["without"], duration_s)
    assert len(media.frame_hashes(files["gif"])) > 5
    heard = probe(files["audio"])
    assert heard.video is None
    assert heard.duration_ms == pytest.approx(1200, abs=90)
    assert loudness(files["audio"], 0.2, 0.8) > 0.02
    check_sizes(files, duration_s)
    take_elsewhere(page, tmp_path)
