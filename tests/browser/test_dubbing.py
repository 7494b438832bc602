"""Dubbing as a person does it, in Chromium, heard in the files that come out."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.automation.speech import (
    RATE,
    Speech,
    decoded,
    level_db,
    speech,
    talking_video,
)
from tests.fakes.elevenlabs import KEY, FakeElevenLabs

READY_MS = 90_000
# Room for the fades at a cut and the codec's own delay.
MARGIN = RATE // 5


def bring_in(page: Page, path: Path) -> None:
    page.goto("/")
    page.get_by_label("Choose files").first.set_input_files(path)
    card = page.locator("[data-asset]").filter(has_text=path.stem).first
    expect(card).to_have_attribute("data-status", "ready", timeout=READY_MS)


def new_dub(page: Page, title: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Dubbing").first.click()
    page.get_by_role("link", name="New dub").first.click()
    page.get_by_label("Search the library").fill(title)
    page.locator(".pick").filter(has=page.get_by_text(title, exact=True)).click()


def status(page: Page, words: str) -> None:
    badge = page.locator("[data-dub-job-target=status]")
    expect(badge).to_have_text(words, timeout=READY_MS)


def result(page: Page, path: Path) -> np.ndarray:
    """Save the result as a person does; returns its sound."""
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^(MP4|WebM), ")).click()
    download.value.save_as(path)
    return decoded(path)


def check(page: Page, name: str) -> str:
    row = page.locator(".dub-checks > div").filter(has_text=name)
    return row.locator("[data-field=value]").inner_text()


def whistle_share(sound: np.ndarray) -> float:
    """How much of the sound is the 1 kHz tone of the imaginary engine, 0 to 1."""
    power = np.square(np.abs(np.fft.rfft(sound)))
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return float(power[(hertz > 990) & (hertz < 1010)].sum() / power.sum())


def spoken_in(talk: Speech, start: int, end: int) -> list[tuple[int, int]]:
    """Whole sentences between two samples, without their edges."""
    found = [(a + MARGIN, b - MARGIN) for a, b in talk.words if start < a and b < end]
    assert found
    return found


def opens_in_the_library(page: Page, name: str) -> None:
    page.get_by_role("link", name="Open in the library").click()
    page.wait_for_url(re.compile(r"/assets/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("heading", name=re.compile(name)).first).to_be_visible()


def test_a_talk_is_dubbed_on_this_machine_alone(page: Page, tmp_path: Path) -> None:
    talk = speech(12)
    path = talking_video(tmp_path / "harbour.mp4", talk.sound, fps="10")
    bring_in(page, path)
    new_dub(page, "harbour")
    expect(page.get_by_text("Demo quality").first).to_be_visible()
    estimate = page.locator(".dub-figures")
    expect(estimate.locator("[data-field=cost]")).to_have_text("Free")
    page.get_by_text("Why not", exact=False).click()
    expect(page.get_by_text("German: Local does not speak it here.")).to_be_visible()
    page.locator("summary").filter(has_text=re.compile("^More$")).click()
    page.get_by_label("Keep the parts").check()
    page.get_by_role("button", name="Start dubbing").click()
    page.wait_for_url(re.compile(r"/automation/[0-9a-f-]{36}/$"))
    status(page, "Done")

    assert check(page, "Frames") == "120 of 120"
    assert check(page, "Sound against picture") in {"0.0 ms", "-0.0 ms"}
    dubbed = result(page, tmp_path / "dubbed.mp4")
    assert len(dubbed) == pytest.approx(len(talk.sound), abs=RATE // 10)
    # Somebody speaks for most of it, and not with the first voice alone.
    seconds = [dubbed[at : at + RATE] for at in range(0, 11 * RATE, RATE)]
    assert sum(level_db(each) > -40 for each in seconds) >= 8
    compared = min(len(dubbed), len(talk.sound))
    assert level_db(dubbed[:compared] - talk.sound[:compared]) > -40

    film = page.locator(".player-video")
    page.get_by_role("button", name="Original", exact=True).first.click()
    expect(film).to_have_js_property("readyState", 4, timeout=READY_MS)
    row = page.locator(".chunk-row").first
    row.get_by_role("button", name="Dub", exact=True).click()
    page.wait_for_function(
        "() => document.querySelector('[data-field=audio]').currentTime > 0.2"
    )
    the_log_is_filtered_and_saved(page, tmp_path / "dub.log")
    the_stream_goes_on_where_it_broke_off(page)
    opens_in_the_library(page, "harbour")


def the_log_is_filtered_and_saved(page: Page, path: Path) -> None:
    log = page.get_by_role("region", name="Log")
    lines = log.get_by_role("listitem")
    count = lines.count()
    assert count >= 5
    log.get_by_role("button", name="Errors").click()
    expect(lines.filter(visible=True)).to_have_count(0)
    expect(log.get_by_text("0 lines")).to_be_visible()
    log.get_by_role("button", name="All").click()
    expect(lines.filter(visible=True)).to_have_count(count)
    with page.expect_download() as download:
        log.get_by_role("link", name="Download").click()
    download.value.save_as(path)
    assert path.read_text().count("\n") == count


def the_stream_goes_on_where_it_broke_off(page: Page) -> None:
    """As `EventSource` resumes: after the id that it has heard last."""
    whole = events_after(page, "0-0")
    stages = [data["progress"]["stage"] for _id, name, data in whole if name == "job"]
    assert {"chunk", "dub", "merge", "finalize"} <= set(stages)
    assert {name for _id, name, _data in whole} == {"job", "chunk", "log"}
    middle = len(whole) // 2
    assert events_after(page, whole[middle][0]) == whole[middle + 1 :]


def events_after(page: Page, last_id: str) -> list[tuple[str, str, Any]]:
    """What the job's stream sends at once; ids, names and values."""
    text = page.evaluate(
        """async (last) => {
          const leaving = new AbortController();
          const job = location.pathname.split("/")[2];
          const answer = await fetch(`/api/v1/automation/jobs/${job}/stream/`, {
            headers: { "Last-Event-ID": last }, signal: leaving.signal,
          });
          const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
          const quiet = () => new Promise((go) => setTimeout(go, 700, { done: true }));
          let text = "";
          for (;;) {
            const { done, value } = await Promise.race([reader.read(), quiet()]);
            if (done) break;
            text += value;
          }
          leaving.abort();
          return text;
        }""",
        last_id,
    )
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines())
        for block in text.split("\n\n")
        if "event: " in block
    ]
    return [(each["id"], each["event"], json.loads(each["data"])) for each in blocks]


def test_one_part_fails_is_heard_in_the_original_and_is_dubbed_again(
    page: Page, tmp_path: Path, elevenlabs: FakeElevenLabs
) -> None:
    talk = speech(64, seed=2)
    path = talking_video(tmp_path / "market.mp4", talk.sound, fps="5")
    bring_in(page, path)
    new_dub(page, "market")
    card = page.locator("[data-engine=elevenlabs]")
    card.get_by_role("button", name="Enter the key").click()
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Keep the key").click()
    expect(card.get_by_text("Change the key")).to_be_visible()
    expect(page.get_by_text(KEY)).to_have_count(0)
    card.get_by_text("ElevenLabs", exact=True).click()
    page.get_by_text("30 s", exact=True).click()
    page.get_by_text("WebM", exact=True).click()
    page.get_by_label("Show me the cuts first").check()
    page.get_by_label("Budget in US dollars").fill("20")
    expect(page.locator(".dub-figures [data-field=cost]")).to_contain_text("$0.5")
    page.get_by_role("button", name="Start dubbing").click()

    status(page, "Waits for you")
    cut = page.get_by_role("slider", name="Cut 1")
    before = int(cut.get_attribute("aria-valuenow") or 0)
    with page.expect_response(re.compile("/boundaries/")) as kept:
        cut.press("ArrowRight")
    assert kept.value.ok
    assert int(cut.get_attribute("aria-valuenow") or 0) == before + 50
    expect(page.locator("[data-field=chosen]")).to_contain_text("moved by you")
    page.get_by_role("button", name="Back to the proposal").click()
    cuts = [
        int(each.get_attribute("aria-valuenow") or 0) * RATE // 1000
        for each in page.get_by_role("slider", name=re.compile("^Cut")).all()
    ]
    edges = [0, *cuts, len(talk.sound)]
    parts = len(edges) - 1
    assert parts >= 2
    elevenlabs.looks_until_done = 0
    elevenlabs.fail = ["refused"]
    page.get_by_role("button", name="Dub with these cuts").click()

    status(page, "Failed")
    failed = page.locator(".chunk-row[data-state=failed]")
    expect(failed).to_have_count(1)
    number = int(failed.locator("[data-field=number]").inner_text())
    expect(failed).to_contain_text("This cannot be dubbed")
    kept_words = f"Part {number} keeps the original sound."
    expect(page.get_by_role("alert").filter(has_text=kept_words)).to_be_visible()
    assert len(elevenlabs.accepted) == parts - 1
    sound = result(page, tmp_path / "some.webm")
    for place in range(parts):
        is_kept = place == number - 1
        for start, end in spoken_in(talk, edges[place], edges[place + 1]):
            assert (whistle_share(sound[start:end]) > 0.3) != is_kept
            assert level_db(sound[start:end]) > -40

    posts = elevenlabs.posts
    page.get_by_role("button", name="Try what failed again").click()
    status(page, "Done")
    assert elevenlabs.posts == posts + 1
    assert len(elevenlabs.accepted) == parts
    sound = result(page, tmp_path / "all.webm")
    for start, end in spoken_in(talk, 0, len(talk.sound)):
        if not any(start < edge < end for edge in cuts):
            assert whistle_share(sound[start:end]) > 0.3
    assert check(page, "Frames") == "320 of 320"
    assert float(check(page, "Loudness steps").split()[0]) <= 1
    opens_in_the_library(page, "market")
