import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.subtitles import Cue, InvalidSubtitles, parse, to_srt, to_vtt


def test_reads_srt_as_players_write_it():
    text = "\ufeff1\r\n00:00:01,5 --> 00:00:02,040\r\n<i>Hello</i>\r\nthere\r\n\r\n"
    text += "2\r\n0:01:00.000 --> 0:01:01.000\r\n{\\an8}On top\r\n"

    assert parse(text) == [
        Cue(1500, 2040, "Hello\nthere"),
        Cue(60_000, 61_000, "On top"),
    ]


def test_reads_webvtt_with_everything_that_is_not_a_cue():
    text = """WEBVTT - by a site
Kind: captions

NOTE 00:00 --> this is no time

STYLE
::cue { color: red }

first
00:01.000 --> 00:02.000 align:start position:0%
<v Ann>Salt &amp; <00:01.500><c.yellow>pepper</c>

01:00:00.000 --> 01:00:01.000
"""

    assert parse(text) == [Cue(1000, 2000, "Salt & pepper")]


def test_cues_come_by_their_start():
    text = "00:05,000 --> 00:06,000\nlate\n\n00:01,000 --> 00:02,000\nearly\n"

    assert [cue.text for cue in parse(text)] == ["early", "late"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no subtitle"),
        ("just words", "no subtitle"),
        ("1\nwords without a time", "Line 1"),
        ("1\n00:00:02,000 --> later\nwords", "Line 2"),
        ("1\n00:00:02,000 --> 00:00:01,000\nwords", "after the start"),
        ("1\n00:00:02,000 --> 9999:00:01,000\nwords", "after the start"),
    ],
)
def test_says_what_is_wrong(text, said):
    with pytest.raises(InvalidSubtitles, match=said):
        parse(text)


def test_an_empty_webvtt_has_no_cues():
    assert parse("WEBVTT\n") == []


def test_a_huge_file_is_refused():
    with pytest.raises(InvalidSubtitles, match="too large"):
        parse("x" * 4_000_001)


def words():
    line = st.text("aéßЖ漢👍&;#'\"-0", min_size=1, max_size=8)
    return st.lists(line, min_size=1, max_size=3).map("\n".join)


@st.composite
def many_cues(draw):
    starts = sorted(draw(st.sets(st.integers(0, 10**7), min_size=1, max_size=5)))
    return [
        Cue(start, start + draw(st.integers(1, 10**5)), draw(words()))
        for start in starts
    ]


@given(many_cues())
def test_what_is_written_is_read_again(cues):
    assert parse(to_srt(cues)) == cues
    assert parse(to_vtt(cues)) == cues
