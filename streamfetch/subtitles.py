"""Timed text: reading and writing SubRip (SRT) and WebVTT. Knows no Django.

Styling is dropped on reading: what is kept of a cue is its time and its words.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streamfetch.errors import Invalid

MAX_CHARACTERS = 4_000_000
MAX_CUES = 50_000
MAX_MS = 100 * 3600 * 1000

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
_VTT_BLOCKS = ("NOTE", "STYLE", "REGION")


class InvalidSubtitles(Invalid):
    """A text that is neither SRT nor WebVTT; the message names the line."""

    code = "invalid_subtitles"


@dataclass(frozen=True)
class Cue:
    """Words shown from `start_ms` until `end_ms`; lines are divided by a newline."""

    start_ms: int
    end_ms: int
    text: str


def parse(text: str) -> list[Cue]:
    """The cues of an SRT or WebVTT file, by start. Raises `InvalidSubtitles`.

    Formats: https://www.w3.org/TR/webvtt1/; SRT has none, so both of its decimal
    signs are read. Cues without words are left out.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidSubtitles("This subtitle file is too large.")
    lines = text.removeprefix("\ufeff").replace("\x00", "").splitlines()
    is_vtt = bool(lines) and lines[0].startswith("WEBVTT")
    cues = []
    for number, block in _blocks(lines):
        cue = _read_block(block, number=number, is_vtt=is_vtt)
        if cue is not None:
            cues.append(cue)
        if len(cues) > MAX_CUES:
            raise InvalidSubtitles(f"There are more than {MAX_CUES} subtitles.")
    if not cues and not is_vtt:
        raise InvalidSubtitles("There is no subtitle with a time in this file.")
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def to_srt(cues: Iterable[Cue]) -> str:
    """The text of an .srt file."""
    return "".join(
        f"{number}\n{_time(cue.start_ms, ',')} --> {_time(cue.end_ms, ',')}\n"
        f"{_without_blank_lines(cue.text)}\n\n"
        for number, cue in enumerate(cues, 1)
    )


def to_vtt(cues: Iterable[Cue]) -> str:
    """The text of a .vtt file."""
    return "WEBVTT\n\n" + "".join(
        f"{_time(cue.start_ms, '.')} --> {_time(cue.end_ms, '.')}\n"
        f"{html.escape(_without_blank_lines(cue.text), quote=False)}\n\n"
        for cue in cues
    )


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, with the number of their first line."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _read_block(block: list[str], *, number: int, is_vtt: bool) -> Cue | None:
    at = next((i for i, line in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        if is_vtt or not _looks_like_a_cue(block):
            return None
        raise InvalidSubtitles(
            f"Line {number}: a time such as 00:00:01,000 is missing."
        )
    if is_vtt and block[0].startswith(_VTT_BLOCKS):
        return None
    match = _TIMING.match(block[at])
    if match is None:
        raise InvalidSubtitles(f"Line {number + at}: this is not a time.")
    start_ms, end_ms = (
        _milliseconds(match.groups()[:4]),
        _milliseconds(match.groups()[4:]),
    )
    if end_ms <= start_ms or end_ms > MAX_MS:
        raise InvalidSubtitles(f"Line {number + at}: the end must lie after the start.")
    words = _plain("\n".join(block[at + 1 :]), is_vtt=is_vtt)
    return Cue(start_ms, end_ms, words) if words else None


def _looks_like_a_cue(block: list[str]) -> bool:
    return len(block) > 1 and block[0].strip().isdecimal()


def _plain(text: str, *, is_vtt: bool) -> str:
    stripped = _TAG.sub("", text)
    return _without_blank_lines(html.unescape(stripped) if is_vtt else stripped)


def _without_blank_lines(text: str) -> str:
    # A blank line would end the cue.
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _time(ms: int, decimal_sign: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal_sign}{ms:03}"
