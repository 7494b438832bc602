"""What effects, transforms, layers and transitions look like, found by decoding."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from projects.fonts import fonts_directory
from projects.pipeline.encoding import Encoder, encoded_span, frame_picture, span_path
from projects.timeline.effects import EFFECT_TYPES
from projects.timeline.scene import Scene
from projects.timeline.spans import Span
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.binary import ffmpeg_path
from tests import media
from tests.projects.rendering import (
    HEIGHT,
    WIDTH,
    Picture,
    asset_of,
    clip,
    frame_numbers,
    lumas,
    make_ramp,
    pictures,
    rendered,
    scene,
    settings,
    source,
)

# Left to right: red, green, blue and white bars.
BARS = ("#c83c28", "#28b43c", "#2850c8", "#dcdcdc")


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of four upright bars, of the frame's size."""
    path = tmp_path_factory.mktemp("bars") / "bars.mp4"
    width = WIDTH // 4
    boxes = [
        f"drawbox=x={n * width}:w={width}:y=0:h={HEIGHT}:c=0x{color[1:]}:t=fill"
        for n, color in enumerate(BARS)
    ]
    graph = f"color=black:s={WIDTH}x{HEIGHT}:r=30:d=1,format=rgb24,{','.join(boxes)}"
    graph += ",scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    argv = [str(ffmpeg_path()), "-v", "error", "-y", "-f", "lavfi", "-i", graph]
    argv += ["-c:v", "libx264", "-crf", "1", "-colorspace", "bt709", str(path)]
    subprocess.run(argv, check=True, timeout=60)
    return path


@pytest.fixture(scope="module")
def ramp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ramp(tmp_path_factory.mktemp("ramp") / "ramp.mp4")


def shot(seen: Scene, number: int, paths: list[Path], directory: Path) -> Picture:
    """One frame, as `GET frame/` makes it."""
    directory.mkdir(exist_ok=True)
    command = frame_picture(
        seen,
        number,
        sources={asset_of(path): source(path) for path in paths},
        fonts=fonts_directory(),
        directory=directory,
        image_format="png",
    )
    runner.run(command, workspace=directory, deadline_s=60)
    return pictures(command.outputs[0])[0]


def look(bars: Path, directory: Path, number: int = 15, **values: Any) -> Picture:
    _timeline, seen = scene([bars], [clip(bars, 0, 1, **values)])
    return shot(seen, number, [bars], directory)


def effect(kind: str, **parameters: Any) -> dict[str, Any]:
    return {"effects": [{"type": kind, "parameters": parameters}]}


def brightness(picture: Picture, x: int, y: int = 45) -> float:
    return sum(picture.at(x, y)) / 3


def spread(picture: Picture, x: int) -> int:
    """How far a pixel is from grey."""
    return max(picture.at(x, 45)) - min(picture.at(x, 45))


RED, GREEN, BLUE, WHITE = 20, 60, 100, 140


def test_without_effects_the_colours_are_the_sources(
    bars: Path, tmp_path: Path
) -> None:
    plain = look(bars, tmp_path)
    for x, color in zip((RED, GREEN, BLUE, WHITE), BARS, strict=True):
        assert plain.is_like(color, x=x, y=45, within=6)


def changes(plain: Picture, seen: Picture) -> dict[str, bool]:
    """What each effect must have done."""
    return {
        "brightness": brightness(seen, BLUE) > brightness(plain, BLUE) + 30,
        "contrast": brightness(seen, WHITE) > brightness(plain, WHITE) + 15,
        "saturation": spread(seen, RED) < spread(plain, RED) - 40,
        "hue": seen.at(RED, 45)[1] > seen.at(RED, 45)[0],
        "gamma": brightness(seen, BLUE) > brightness(plain, BLUE) + 20,
        "blur": abs(brightness(seen, 119) - brightness(plain, 119)) > 15,
        "sharpen": seen.data != plain.data,
        "grayscale": spread(seen, RED) < 8,
        "sepia": seen.at(WHITE, 45)[0] > seen.at(WHITE, 45)[2] + 20,
        "vignette": brightness(seen, 2, 2) < brightness(plain, 2, 2) - 25,
        "noise_reduction": seen.data != plain.data,
        "chroma_key": brightness(seen, GREEN) < 20 < brightness(seen, RED),
        "stabilise": len(seen.data) == len(plain.data),
    }


STRONG: dict[str, dict[str, Any]] = {
    "brightness": {"amount": 0.3},
    "contrast": {"amount": 1.6},
    "saturation": {"amount": 0.2},
    "hue": {"degrees": 120},
    "gamma": {"amount": 2},
    "blur": {"radius": 6},
    "sharpen": {"amount": 2},
    "noise_reduction": {"strength": 10},
    "vignette": {"amount": 1},
    "chroma_key": {"color": BARS[1], "similarity": 0.1, "blend": 0},
}


@pytest.mark.parametrize("kind", EFFECT_TYPES)
def test_each_effect_does_what_it_says(bars: Path, tmp_path: Path, kind: str) -> None:
    plain = look(bars, tmp_path / "plain")
    seen = look(bars, tmp_path / "seen", **effect(kind, **STRONG.get(kind, {})))
    assert changes(plain, seen)[kind]


def test_an_effect_lasts_as_long_as_it_says(bars: Path, tmp_path: Path) -> None:
    dark = {"type": "brightness", "parameters": {"amount": -0.5}}
    timed = {**dark, "start_time": 0.2, "end_time": 0.4}
    _timeline, seen = scene([bars], [clip(bars, 0, 1, effects=[timed])])
    command = encoded_span(
        seen,
        Span(0, seen.frames),
        sources={asset_of(bars): source(bars)},
        encoder=Encoder(),
        fonts=fonts_directory(),
        directory=tmp_path,
    )
    runner.run(command, workspace=tmp_path, deadline_s=60)
    found = [brightness(p, WHITE) for p in pictures(span_path(tmp_path))]
    assert [number for number, value in enumerate(found) if value < 150] == [
        *range(6, 12)
    ]


def test_picture_in_picture(bars: Path, tmp_path: Path) -> None:
    """Half as large, in the upper right corner, half transparent."""
    still = media.image(source="color=0x00ff00", width=160, height=90)
    small = {"x": 0.75, "y": 0.25, "scale": 0.5, "opacity": 0.5}
    clips = [clip(bars, 0, 1), clip(still, 0, 1, layer=1, transform=small)]
    _timeline, seen = scene([bars, still], clips)
    plain = look(bars, tmp_path / "plain")
    both = shot(seen, 3, [bars, still], tmp_path / "both")
    box = both.changed_box(plain)
    assert box is not None
    assert all(abs(a - b) <= 2 for a, b in zip(box, (80, 0, 159, 44), strict=True))
    mixed = both.at(WHITE, 20)
    assert abs(mixed[0] - 110) < 12
    assert mixed[1] > 220
    assert both.at(WHITE, 70) == plain.at(WHITE, 70)


def test_a_vignette_darkens_colours_and_changes_none(
    bars: Path, tmp_path: Path
) -> None:
    plain = look(bars, tmp_path / "plain")
    seen = look(bars, tmp_path / "seen", **effect("vignette", amount=0.6))
    for x, y in ((6, 6), (RED, 45), (150, 80)):
        before, after = plain.at(x, y), seen.at(x, y)
        light = after[1] / before[1]
        assert all(abs(b - a * light) < 12 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("x", [0.5, 81 / WIDTH, 0.4])
def test_a_turned_picture_stays_where_it_is_put(
    bars: Path, tmp_path: Path, x: float
) -> None:
    """Layers begin at even pixels: it must be made as large as leads there."""
    half = {"x": x, "scale": 0.5, "rotation": 45}
    seen = look(bars, tmp_path / "seen", transform=half)
    away = look(bars, tmp_path / "away", transform={"x": -1, "scale": 0.5})
    box = seen.changed_box(away)
    assert box is not None
    assert abs((box[0] + box[2] + 1) / 2 - x * WIDTH) <= 1
    assert abs((box[1] + box[3] + 1) / 2 - 0.5 * HEIGHT) <= 1


def test_a_crop_hides_and_moves_nothing(bars: Path, tmp_path: Path) -> None:
    seen = look(bars, tmp_path, transform={"crop": {"left": 0.5, "bottom": 0.5}})
    assert seen.is_like("#000000", x=RED, y=20)
    assert seen.is_like("#000000", x=BLUE, y=70)
    assert seen.is_like(BARS[2], x=BLUE, y=20, within=8)


def test_a_quarter_turn_is_clockwise(bars: Path, tmp_path: Path) -> None:
    seen = look(bars, tmp_path, transform={"rotation": 90})
    # The left bar is at the top, and the picture as wide as it was high.
    assert seen.is_like(BARS[1], x=80, y=20, within=10)
    assert seen.is_like(BARS[2], x=80, y=70, within=10)
    assert seen.is_like("#000000", x=10, y=45)


def test_ten_times_as_large_shows_a_tenth(bars: Path, tmp_path: Path) -> None:
    seen = look(bars, tmp_path, transform={"scale": 10, "x": 3, "y": 0.5})
    # What is seen is a fifth to three tenths of the picture: red, then green.
    assert seen.is_like(BARS[0], x=20, y=45, within=10)
    assert seen.is_like(BARS[1], x=150, y=80, within=10)


def test_a_picture_outside_of_the_frame_is_not_seen(bars: Path, tmp_path: Path) -> None:
    seen = look(bars, tmp_path, transform={"x": -1, "scale": 0.5})
    assert seen.is_like("#000000", x=80, y=45)


def crossed(bars: Path, directory: Path, number: int, kind: str, way: str) -> Picture:
    still = media.image(source="color=0xc86428", width=160, height=90)
    one, two = clip(bars, 0, 0.5), clip(still, 0, 1, position=0.5)
    transition = {
        "type": kind,
        "direction": way,
        "duration": 2 / 3,
        "from_clip": one.id,
        "to_clip": two.id,
    }
    _timeline, seen = scene([bars, still], [one, two], transitions=[transition])
    return shot(seen, 5 + number, [bars, still], directory)


ORANGE = "#c86428"


def test_a_dissolve_is_half_of_each_in_the_middle(bars: Path, tmp_path: Path) -> None:
    seen = crossed(bars, tmp_path, 10, "dissolve", "left")
    assert all(
        abs(a - b) < 14
        for a, b in zip(seen.at(WHITE, 45), (210, 160, 130), strict=True)
    )


def test_a_fade_is_black_in_the_middle(bars: Path, tmp_path: Path) -> None:
    assert crossed(bars, tmp_path, 10, "fade", "left").is_like(
        "#000000", x=WHITE, y=45, within=25
    )
    early = crossed(bars, tmp_path, 5, "fade", "left")
    assert 80 < brightness(early, WHITE) < 150


@pytest.mark.parametrize(
    ("way", "new", "old"),
    [
        ("left", (150, 45), (30, 45)),
        ("right", (10, 45), (150, 45)),
        ("up", (60, 80), (60, 10)),
        ("down", (60, 10), (60, 80)),
    ],
)
@pytest.mark.parametrize("kind", ["wipe", "slide"])
def test_wipes_and_slides_go_where_they_say(
    *, bars: Path, tmp_path: Path, kind: str, way: str, new: Any, old: Any
) -> None:
    """After a quarter of the time."""
    seen = crossed(bars, tmp_path, 5, kind, way)
    assert seen.is_like(ORANGE, x=new[0], y=new[1], within=16)
    assert not seen.is_like(ORANGE, x=old[0], y=old[1], within=40)
    # A slide moves what goes; a wipe leaves it where it is.
    if way in ("left", "right"):
        at = RED + 35 if way == "left" else WHITE - 25
        moved = seen.at(at, 45) != crossed(bars, tmp_path, 0, kind, way).at(at, 45)
        assert moved == (kind == "slide")


def test_a_transition_uses_handles_and_changes_no_length(
    ramp: Path, tmp_path: Path
) -> None:
    one, two = clip(ramp, 0, 0.5), clip(ramp, 1, 1.5, position=0.5)
    transition = {
        "type": "wipe",
        "direction": "left",
        "duration": 0.4,
        "from_clip": one.id,
        "to_clip": two.id,
    }
    path = rendered(
        [ramp], [one, two], directory=tmp_path / "out", transitions=[transition]
    )
    found = frame_numbers(lumas(path))
    assert len(found) == 30
    # The middle of the frame changes half way, at the cut; A goes on past its end.
    assert found[:15] == list(range(15))
    rest = zip(found[16:], range(31, 45), strict=True)
    assert all(abs(frame - expected) <= 1 for frame, expected in rest)


def test_spans_show_what_the_whole_shows(ramp: Path, tmp_path: Path) -> None:
    """Where a render is cut makes no difference to what is seen."""
    clips = [clip(ramp, 0.123, 1.777, speed=1.3), clip(ramp, 0.5, 1, position=1.4)]
    whole = frame_numbers(
        lumas(
            rendered([ramp], clips, directory=tmp_path / "a", wanted=settings(23.976))
        )
    )
    last = len(whole)
    spans = [Span(n, min(last, n + 7)) for n in range(0, last, 7)]
    cut = frame_numbers(
        lumas(
            rendered(
                [ramp], clips, directory=tmp_path / "b", spans=spans,
                wanted=settings(23.976),
            )
        )
    )  # fmt: skip
    assert cut == whole
