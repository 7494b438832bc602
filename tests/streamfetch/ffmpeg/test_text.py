"""Scripts as text: whatever a person types stays data."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.ffmpeg.text import TextOverlay, ass_script, escaped

# Everything libass may meet in a text: no other backslash, no bare brace.
LITERAL = re.compile("(?:[^\\\\{}]|\\\\\u2060|\\\\[{}N])*")

any_text = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from("\\{}Nnh\n\r,:%\"'&<>😀\u2028\x00\ud800 "), max_size=80
)


def title(text: str = "Title", **changes: Any) -> TextOverlay:
    return TextOverlay(**{"text": text, "start_ms": 0, "end_ms": 1000, **changes})


def dialogues(script: str) -> list[str]:
    return [line for line in script.split("\n") if line.startswith("Dialogue:")]


def test_a_script_in_full() -> None:
    overlay = title(
        "One\nTwo",
        start_ms=61_234,
        end_ms=3_600_000,
        x=0.25,
        y=0.9,
        font_family="Inter",
        font_size=40,
        color="#ff8000",
        background_color="#102030",
        opacity=0.5,
        bold=True,
        underline=True,
        fade_in_ms=300,
        fade_out_ms=200,
        align="left",
    )

    assert ass_script([overlay], width=1280, height=720).splitlines() == [
        "[Script Info]",
        "ScriptType: v4.00+",
        "PlayResX: 1280",
        "PlayResY: 720",
        "LayoutResX: 1280",
        "LayoutResY: 720",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "YCbCr Matrix: None",
        "",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, "
        "OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, "
        "ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        "MarginR, MarginV, Encoding",
        "Style: text0,Inter,40,&H800080FF,&H800080FF,&H80302010,&H80302010,"
        "-1,0,-1,0,100,100,0,0,4,0,8,4,0,0,0,1",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, "
        "Effect, Text",
        r"Dialogue: 0,0:01:01.23,1:00:00.00,text0,,0,0,0,,"
        r"{\pos(320,648)\fad(300,200)}One\NTwo",
    ]


@given(st.lists(any_text, max_size=5))
def test_every_text_is_one_line_of_the_script(texts: list[str]) -> None:
    script = ass_script([title(text) for text in texts], width=320, height=180)

    empty = ass_script([], width=320, height=180)
    assert len(dialogues(script)) == len(texts)
    assert len(script.splitlines()) == len(empty.splitlines()) + 2 * len(texts)
    assert script.encode()


@given(any_text)
def test_no_text_can_become_a_tag(text: str) -> None:
    assert LITERAL.fullmatch(escaped(text))


@given(any_text)
def test_what_can_be_printed_is_kept(text: str) -> None:
    shown = escaped(text).replace(r"\N", "").replace("\\\u2060", "\\")
    shown = shown.replace(r"\{", "{").replace(r"\}", "}")

    kept = {c for c in text if c.isprintable() and c not in "\\N"}
    assert kept <= set(shown)


@given(any_text)
def test_a_font_name_is_one_field(name: str) -> None:
    script = ass_script([title(font_family=name)], width=320, height=180)

    (style,) = [line for line in script.split("\n") if line.startswith("Style:")]
    assert style.count(",") == 22


def test_fades_that_do_not_fit_are_shortened() -> None:
    script = ass_script(
        [title(end_ms=1000, fade_in_ms=3000, fade_out_ms=1000)], width=320, height=180
    )

    assert r"\fad(750,250)" in script


@pytest.mark.parametrize(
    "changes",
    [
        {"end_ms": 0},
        {"start_ms": -1},
        {"start_ms": 5, "end_ms": 5},
        {"color": "red"},
        {"color": "#ff00"},
        {"background_color": "#12345g"},
        {"color": "#ffffff\n"},
        {"opacity": 1.1},
        {"opacity": float("nan")},
        {"font_size": 0},
        {"font_size": float("inf")},
        {"x": float("nan")},
        {"y": 1e9},
        {"fade_in_ms": -1},
    ],
)
def test_values_out_of_range_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot|is not|is out|is too"):
        title(**changes)
