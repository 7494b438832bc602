"""What Chromium shows is what the render gives: every effect, transition and text."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import FloatRect, Page, expect

from projects.timeline.effects import EFFECT_TYPES
from streamfetch.ffmpeg.binary import ffmpeg_path
from tests.browser.editing import READY_MS, bring_in, items, unique

pytestmark = pytest.mark.timeout(280)

WIDTH, HEIGHT, RATE = 640, 360, 25
# On a whole pixel, and as large as the project's frame.
STAGE: FloatRect = {"x": 300, "y": 60, "width": WIDTH, "height": HEIGHT}
CLIP_S, SHOWN_AFTER_S, CROSSING_S = 0.6, 0.32, 0.4
LEAST_SSIM = 0.97
# Most windows have less room than the project has pixels.
HALF: FloatRect = {"x": 300, "y": 60, "width": WIDTH // 2, "height": HEIGHT // 2}
TEXT_BAND = "crop=iw:ih*0.6:0:ih*0.4"

EFFECTS: dict[str, list[dict[str, Any]]] = {
    "brightness": [{"amount": 0.2}, {"amount": -0.3}],
    "contrast": [{"amount": 1.5}, {"amount": 0.5}],
    "saturation": [{"amount": 1.5}, {"amount": 0.3}],
    "hue": [{"degrees": 90}, {"degrees": -45}],
    "gamma": [{"amount": 1.8}, {"amount": 0.6}],
    "blur": [{"radius": 2}, {"radius": 12}],
    "sharpen": [{"amount": 1.5}],
    "grayscale": [{"amount": 1}],
    "sepia": [{"amount": 0.8}],
    "vignette": [{"amount": 0.7}],
    "noise_reduction": [{"strength": 8}],
    "chroma_key": [{"color": "#3c8c46", "similarity": 0.3, "blend": 0.1}],
    "stabilise": [{"strength": 0.5}],
}
# Effects that reach to other pixels.
SIZED = {"blur", "sharpen"}
# What a browser cannot do, and what alters these pictures little.
SERVER_ONLY = {"noise_reduction", "chroma_key", "stabilise"}
HARDLY_SEEN = {"noise_reduction", "stabilise"}
TRANSFORMS: dict[str, dict[str, Any]] = {
    "small": {"scale": 0.4, "x": 0.7, "y": 0.3, "rotation": 20, "opacity": 0.6},
    "cropped": {"crop": {"left": 0.2, "top": 0.1, "right": 0.1, "bottom": 0.25}},
    "large": {"scale": 2.5, "x": 0.2, "rotation": -15},
}
TRANSITIONS = [("dissolve", "left"), ("fade", "left")]
TRANSITIONS += [
    (kind, way) for kind in ("wipe", "slide") for way in ("left", "right", "up", "down")
]
STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "bold": {"style": {"bold": True, "color": "#ffee00"}},
    "italic": {"style": {"italic": True, "font_family": "Inter"}},
    "underline": {"style": {"underline": True, "align": "left"}},
    "plate": {"style": {"background_color": "#203050", "opacity": 0.8}},
    "outline": {"style": {"outline_color": "#000000", "outline_width": 3}},
    "turned": {"rotation": 12, "style": {"font_family": "Montserrat"}},
    "fading": {"animation": {"fade_in": 0.5, "fade_out": 0.0}},
    "right": {"style": {"align": "right", "bold": True, "italic": True}},
}

MAKE = """async (body) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const listed = await (await fetch(`/api/v1/assets/?search=${body.name}`)).json();
  for (const clip of body.timeline.clips) clip.asset = listed.results[0].id;
  const request = {method: "POST", headers, body: JSON.stringify(body)};
  return (await fetch("/api/v1/video-projects/", request)).json();
}"""
# The frame at its own size, nothing over it.
BARE = """([x, y, width, height]) => {
  const part = (name) => document.querySelector(`[data-stage=${name}]`);
  Object.assign(part("room").style, {position: "fixed", margin: 0, left: `${x}px`,
    top: `${y}px`, width: `${width}px`, height: `${height}px`, zIndex: 1});
  part("frame").style.outline = "none";
  for (const name of ["layer", "guides", "handles"]) part(name).style.display = "none";
  part("note").style.visibility = "hidden";
}"""
# Goes to a moment and waits until it is on screen: frames that are sought are decoded
# before they are painted.
GO = """async (time) => {
  const {store, player, words} = document.querySelector("[data-editor]").editor;
  const turn = () => new Promise((done) => requestAnimationFrame(
    () => requestAnimationFrame(() => setTimeout(done, 20))));
  const painted = [];
  const note = ({target}) => target.requestVideoFrameCallback && painted.push(
    [target, new Promise((done) => target.requestVideoFrameCallback(done))]);
  document.addEventListener("seeking", note, true);
  store.setTime(time);
  do await turn(); while (!player.isComplete || !words.isSettled);
  document.removeEventListener("seeking", note, true);
  const late = new Promise((done) => setTimeout(done, 1000));
  // What is hidden is never painted.
  const seen = painted.filter(([element]) => element.checkVisibility());
  await Promise.race([Promise.all(seen.map(([, frame]) => frame)), late]);
  await turn();
}"""


@dataclass(frozen=True)
class Case:
    """A moment to compare. `is_plain`: the picture is meant to be the source's."""

    name: str
    time_s: float
    server_only: bool = False
    is_plain: bool = False
    part: str = "null"


class Reel:
    """A timeline of short clips, one for each case."""

    def __init__(self) -> None:
        self.clips: list[dict[str, Any]] = []
        self.transitions: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []
        self.cases: list[Case] = []

    @property
    def end_s(self) -> float:
        return round(len(self.clips) * CLIP_S, 3)

    def add(self, name: str = "", *, start_s: float = 1.0, **values: Any) -> str:
        """Append a clip; with a name the middle of it is a case."""
        pk = str(uuid4())
        plain = name == "as it is" or name in HARDLY_SEEN
        if name:
            at = round(self.end_s + SHOWN_AFTER_S, 3)
            self.cases.append(Case(name, at, name in SERVER_ONLY, plain))
        place = {"position": self.end_s, "start_time": start_s}
        self.clips.append({"id": pk, **place, "end_time": start_s + CLIP_S, **values})
        return pk

    def cross(self, kind: str, way: str) -> None:
        """Two clips and what is between them, seen before the cut and after it."""
        before = self.add()
        cut_s = self.end_s
        after = self.add(start_s=3.0)
        ends = {"from_clip": before, "to_clip": after}
        self.transitions.append(
            {"type": kind, "direction": way, "duration": CROSSING_S, **ends}
        )
        for early_s in (0.12, -0.08):
            at = round(cut_s - early_s, 3)
            self.cases.append(Case(f"{kind} {way} at {at - cut_s:+.2f}", at))

    def write(self, name: str, look: dict[str, Any]) -> None:
        start_s = self.end_s
        self.add()
        style = {"font_size": 64, **look.get("style", {})}
        span = {"start_time": start_s, "end_time": self.end_s}
        text = {"text": "Größe {Ag}\nTwo & 2", "position": {"x": 0.45, "y": 0.7}}
        self.texts.append({**text, **span, **look, "style": style})
        at = round(start_s + SHOWN_AFTER_S, 3)
        self.cases.append(Case(f"text {name}", at, part=TEXT_BAND))

    def body(self, name: str) -> dict[str, Any]:
        frame = {"width": WIDTH, "height": HEIGHT}
        return {
            "name": name,
            "settings": {"resolution": frame, "frame_rate": RATE},
            "timeline": {
                "clips": self.clips,
                "transitions": self.transitions,
                "text_overlays": self.texts,
            },
        }


def everything() -> Reel:
    reel = Reel()
    reel.add("as it is")
    for kind, looks in EFFECTS.items():
        for parameters in looks:
            reel.add(kind, effects=[{"type": kind, "parameters": parameters}])
    timed = {"type": "grayscale", "parameters": {"amount": 1}}
    reel.add("effect that is on", effects=[{**timed, "start_time": 0.32}])
    reel.add("faster", speed=1.5, end_time=1 + 1.5 * CLIP_S)
    for name, transform in TRANSFORMS.items():
        reel.add(name, transform=transform)
    for kind, way in TRANSITIONS:
        reel.cross(kind, way)
    for name, look in STYLES.items():
        reel.write(name, look)
    return reel


def similarities(first: Path, second: Path, cases: list[Case]) -> list[float]:
    """SSIM of the luma of `first`/0.png with `second`/0.png, and so on."""
    found = {part: _ssims(first, second, part) for part in {c.part for c in cases}}
    return [found[case.part][number] for number, case in enumerate(cases)]


def _ssims(first: Path, second: Path, part: str) -> list[float]:
    look = f"{part},format=gray"
    graph = f"[0:v]{look}[a];[1:v]{look}[b];[a][b]ssim=stats_file=-"
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin"]
    for folder in (first, second):
        argv += ["-i", str(folder / "%d.png")]
    argv += ["-lavfi", graph, "-f", "null", "/dev/null"]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    lines = done.stdout.decode().splitlines()
    return [float(line.split("All:")[1].split()[0]) for line in lines]


def pictures_of(
    video: Path, times_s: list[float], folder: Path, *, size: FloatRect = STAGE
) -> None:
    """Decode the frames that are on at some moments to 0.png, 1.png, …"""
    folder.mkdir()
    frames = [round(time_s * RATE) for time_s in times_s]
    order = sorted(set(frames))
    wanted = "+".join(f"eq(n\\,{number})" for number in order)
    graph = f"select={wanted},scale=in_color_matrix=bt709:in_range=tv,format=rgb24"
    graph += f",scale={size['width']}:{size['height']}:flags=area"
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-i", str(video)]
    argv += ["-vf", graph, "-fps_mode", "passthrough", str(folder / "frame-%d.png")]
    subprocess.run(argv, check=True, timeout=60)
    for number, frame in enumerate(frames):
        found = folder / f"frame-{order.index(frame) + 1}.png"
        (folder / f"{number}.png").write_bytes(found.read_bytes())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A picture that moves, with soft edges and no colour at its limit."""
    soft = "testsrc2=rate=25:size=640x360:duration=5,gblur=sigma=1.2"
    soft += ",eq=saturation=0.6:contrast=0.75"
    path = tmp_path / f"preview{tmp_path.stat().st_ino}.mp4"
    argv = [str(ffmpeg_path()), "-v", "error", "-f", "lavfi", "-i", soft]
    argv += ["-f", "lavfi", "-i", "sine=frequency=440:duration=5", "-c:a", "aac"]
    argv += ["-c:v", "libx264", "-crf", "12", "-g", "50", "-pix_fmt", "yuv420p"]
    subprocess.run([*argv, str(path)], check=True, timeout=60)
    return unique(path)


def photographed(
    page: Page, cases: list[Case], folder: Path, *, stage: FloatRect = STAGE
) -> None:
    """What the preview shows at each case's moment."""
    folder.mkdir()
    page.evaluate(BARE, list(stage.values()))
    page.wait_for_function(
        "width => document.querySelector('[data-stage=frame]').clientWidth === width",
        arg=stage["width"],
    )
    note = page.locator("[data-stage=note]")
    for number, case in enumerate(cases):
        page.evaluate(GO, case.time_s)
        if case.server_only:
            expect(note).to_contain_text("this is the rendered frame", timeout=READY_MS)
        else:
            expect(note).to_have_attribute("hidden", "")
        page.screenshot(path=folder / f"{number}.png", clip=stage)


def test_the_preview_shows_what_the_render_gives(
    page: Page, source: Path, tmp_path: Path
) -> None:
    assert set(EFFECTS) == set(EFFECT_TYPES)
    reel = everything()
    bring_in(page, source)
    made = page.evaluate(MAKE, reel.body(source.stem))
    page.goto(made["url"])
    expect(items(page, "text")).to_have_count(len(STYLES))
    page.locator("[data-render-button]").click()
    page.get_by_role("button", name="Start render").click()
    shown, given, bare = tmp_path / "shown", tmp_path / "given", tmp_path / "bare"
    photographed(page, reel.cases, shown)
    sized = [case for case in reel.cases if case.name in SIZED]
    photographed(page, sized, tmp_path / "half", stage=HALF)
    page.get_by_role("tab", name="Renders").click()
    link = page.get_by_role("link", name="Download").first
    expect(link).to_be_visible(timeout=READY_MS)
    with page.expect_download() as download:
        link.click()
    result = tmp_path / "result.mp4"
    download.value.save_as(result)

    pictures_of(result, [case.time_s for case in reel.cases], given)
    pictures_of(source, [1 + SHOWN_AFTER_S] * len(reel.cases), bare)
    found = similarities(shown, given, reel.cases)
    without = similarities(bare, given, reel.cases)
    told = [
        f"{case.name}: {same:.4f} ({plain:.4f} without)"
        for case, same, plain in zip(reel.cases, found, without, strict=True)
    ]
    tmp_path.joinpath("similarities.txt").write_text("\n".join(told))
    wrong = [
        line
        for line, case, same, plain in zip(
            told, reel.cases, found, without, strict=True
        )
        if same < LEAST_SSIM or not (case.is_plain or plain < same - 0.002)
    ]
    assert wrong == []
    at_half = [case.time_s for case in sized]
    pictures_of(result, at_half, tmp_path / "given_half", size=HALF)
    assert min(similarities(tmp_path / "half", tmp_path / "given_half", sized)) > 0.98
