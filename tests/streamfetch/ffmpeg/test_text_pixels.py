"""Scripts as pictures: what FFmpeg draws, and where."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from streamfetch.ffmpeg.command import Graph, Output
from streamfetch.ffmpeg.filters import with_text
from streamfetch.ffmpeg.runner import run
from streamfetch.ffmpeg.text import TextOverlay, ass_script

WIDTH, HEIGHT = 320, 180
BLUE = (0, 0, 128)
Box = tuple[int, int, int, int]


def draw(
    workspace: Path, *overlays: TextOverlay, seconds: int = 1
) -> list[Image.Image]:
    """Render a blue video of ten frames a second; return its frames."""
    script = workspace / "text.ass"
    script.write_text(ass_script(overlays, width=WIDTH, height=HEIGHT))
    graph = Graph()
    blue = graph.source(
        "color",
        duration_ms=seconds * 1000,
        color="#000080",
        size=f"{WIDTH}x{HEIGHT}",
        rate=10,
    ).filter("format", pix_fmts="rgb24")
    output = Output(
        path=workspace / "frame-%03d.png",
        muxer="image2",
        streams=[with_text(blue, script=script)],
        options={"c:v": "png", "compression_level": 1},
    )
    run(graph.command(output), workspace=workspace, deadline_s=60)
    frames = []
    for path in sorted(workspace.glob("frame-*.png")):
        frames.append(Image.open(path).convert("RGB").copy())
        path.unlink()
    return frames


def drawn(frame: Image.Image) -> Box | None:
    """Return the box around everything that is not background."""
    changed = ImageChops.difference(frame, Image.new("RGB", frame.size, BLUE))
    return changed.point(lambda level: 255 if level > 16 else 0).getbbox()


def box_of(workspace: Path, text: str, **changes: Any) -> Box:
    overlay = TextOverlay(
        **{"text": text, "start_ms": 0, "end_ms": 1000, "font_size": 20, **changes}
    )
    box = drawn(draw(workspace, overlay)[0])
    assert box is not None
    return box


def test_text_is_there_only_in_its_time(workspace: Path) -> None:
    overlay = TextOverlay(text="Now", start_ms=300, end_ms=700, font_size=30)

    frames = draw(workspace, overlay)

    assert [drawn(frame) is not None for frame in frames] == [
        300 <= 100 * number < 700 for number in range(10)
    ]


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.5), (0.3, 0.2), (0.6, 0.85)])
def test_centred_text_is_around_its_point(x: float, y: float, workspace: Path) -> None:
    left, top, right, bottom = box_of(workspace, "HOH", x=x, y=y)

    assert (left + right) / 2 == pytest.approx(x * WIDTH, abs=2)
    assert (top + bottom) / 2 == pytest.approx(y * HEIGHT, abs=4)
    assert 8 < bottom - top < 20


def test_aligned_text_touches_its_point(workspace: Path) -> None:
    assert box_of(workspace, "HOH", x=0.25, align="left")[0] == pytest.approx(80, abs=3)
    assert box_of(workspace, "HOH", x=0.75, align="right")[2] == pytest.approx(
        240, abs=3
    )


def test_colours_and_background_are_exact(workspace: Path) -> None:
    overlay = TextOverlay(
        text="HHHH",
        start_ms=0,
        end_ms=1000,
        font_size=60,
        color="#ff8000",
        background_color="#00c040",
        bold=True,
    )

    found = {color for _, color in draw(workspace, overlay)[0].getcolors(100_000) or []}

    assert {(255, 128, 0), (0, 192, 64)} <= found


def test_opacity_mixes_with_the_picture(workspace: Path) -> None:
    overlay = TextOverlay(
        text="H\nH",
        start_ms=0,
        end_ms=1000,
        font_size=40,
        background_color="#ffffff",
        color="#ffffff",
        opacity=0.5,
    )

    frame = draw(workspace, overlay)[0]

    # One box for both lines: no darker stripe where two would overlap.
    column = {frame.getpixel((WIDTH // 2 - 18, y)) for y in range(60, 120)}
    assert len(column) == 1
    (mixed,) = column
    assert mixed == pytest.approx((127, 127, 191), abs=3)


def test_fading_text_comes_and_goes(workspace: Path) -> None:
    overlay = TextOverlay(
        text="HHHH",
        start_ms=0,
        end_ms=1000,
        font_size=60,
        fade_in_ms=500,
        fade_out_ms=300,
    )

    frames = draw(workspace, overlay)
    levels = [max(frame.getchannel("R").tobytes()) for frame in frames]

    assert levels[0] < levels[2] < levels[5]
    assert levels[5] == 255
    assert levels[9] < levels[7] <= 255


@pytest.mark.parametrize(
    "text",
    [
        r"A{\pos(0,0)}B",
        r"A{\an7}B",
        r"A\NB",
        r"A\hB",
        r"A\{\fs200}B",
        r"A\\NB",
        r"A%{localtime}B",
        "A{comment}B",
        r"A{\p1}m 0 0 l 100 0 100 100 0 100{\p0}B",
        r"A&amp;:;,'\"B",
    ],
)
def test_tags_are_drawn_not_obeyed(text: str, workspace: Path) -> None:
    plain = box_of(workspace, "A|B", font_size=10)
    left, top, right, bottom = box_of(workspace, text, font_size=10)

    # On the same line, as high as any line, around the same point, and wider.
    assert (left + right) / 2 == pytest.approx((plain[0] + plain[2]) / 2, abs=3)
    assert abs(top - plain[1]) <= 4
    assert abs(bottom - plain[3]) <= 4
    assert right - left > plain[2] - plain[0] + 5


def test_a_backslash_looks_like_one(workspace: Path) -> None:
    # The word joiner behind it must not show as a box of a missing glyph.
    one = box_of(workspace, "\\|", font_size=40)
    other = box_of(workspace, "/|", font_size=40)

    assert one[2] - one[0] == pytest.approx(other[2] - other[0], abs=1)


def test_lines_stand_below_one_another(workspace: Path) -> None:
    one = box_of(workspace, "H")
    two = box_of(workspace, "H\nH")

    assert (two[3] - two[1]) - (one[3] - one[1]) == pytest.approx(20, abs=1)


def test_a_title_of_ten_thousand_characters_is_drawn(workspace: Path) -> None:
    text = ('"It\'s": %{pts} {\\b1} \\N 😀 ' * 500)[:10_000]
    overlay = TextOverlay(text=text, start_ms=0, end_ms=1000, font_size=12)

    frames = draw(workspace, overlay)

    assert len(frames) == 10
    assert drawn(frames[0]) is not None


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.characters(), max_size=200))
def test_any_text_can_be_rendered(workspace: Path, text: str) -> None:
    overlay = TextOverlay(text=text, start_ms=0, end_ms=1000, font_size=14)

    assert len(draw(workspace, overlay)) == 10
