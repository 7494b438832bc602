"""Writes text overlays as an ASS script, the one text format of preview and render.

A title is data: nothing a person types can become an override tag, a line or a
field of the script. Rendering is libass's, through the `ass` filter.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_COLOR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NOT_IN_FONT_NAMES = re.compile(r"[^\w .'&+-]")
_FALLBACK_FONT = "Sans"
_MAX_FONT_NAME = 64
# libass draws nothing for a word joiner, and no tag starts with one.
_WORD_JOINER = "\u2060"
_ALIGNMENTS = {"left": 4, "center": 5, "right": 6}
_BOX_PADDING = 0.2

_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
    "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, "
    "Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, "
    "Encoding"
)
_EVENT_FIELDS = (
    "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
)


@dataclass(frozen=True, kw_only=True)
class TextOverlay:
    """One text on the picture from `start_ms` up to, not including, `end_ms`.

    (`x`, `y`) is a point in fractions of the frame, from its top left corner.
    The text's vertical middle is at `y`; its left edge, middle or right edge is
    at `x`, as `align` says. `font_size` is the height of a line in pixels of
    the frame. `opacity` (0-1) is the text's and its background's. Colours are
    `#rrggbb`. `rotation` is degrees clockwise around (`x`, `y`); the outline, of
    `outline_width` pixels, gives way to a background. Later overlays lie above
    earlier ones. Raises ValueError for values outside of these.
    """

    text: str
    start_ms: int
    end_ms: int
    x: float = 0.5
    y: float = 0.5
    font_family: str = _FALLBACK_FONT
    font_size: float = 48
    color: str = "#ffffff"
    background_color: str | None = None
    opacity: float = 1.0
    bold: bool = False
    italic: bool = False
    underline: bool = False
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    align: Literal["left", "center", "right"] = "center"
    rotation: float = 0.0
    outline_color: str | None = None
    outline_width: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms:
            raise ValueError("a text must end after it starts")
        if min(self.fade_in_ms, self.fade_out_ms) < 0:
            raise ValueError("a fade cannot be negative")
        numbers = (self.x, self.y, self.font_size, self.opacity, self.rotation)
        if not all(map(math.isfinite, numbers)):
            raise ValueError("a position or size is not a number")
        if not 0 <= self.opacity <= 1 or not 0 < self.font_size <= 10_000:
            raise ValueError("an opacity or font size is out of range")
        if not -10 <= self.x <= 10 or not -10 <= self.y <= 10:
            raise ValueError("a position is too far outside of the frame")
        if not 0 <= self.outline_width <= 1000:
            raise ValueError("an outline's width is out of range")
        for color in (self.color, self.background_color, self.outline_color):
            if color is not None and not _COLOR.fullmatch(color):
                raise ValueError("a colour must look like #rrggbb")


def ass_script(overlays: Sequence[TextOverlay], *, width: int, height: int) -> str:
    """Return the script for a frame of `width` x `height` pixels.

    It has one style and one Dialogue line per overlay. The colours are meant as
    RGB of the finished picture (`YCbCr Matrix: None`).
    """
    styles = [_style(number, overlay) for number, overlay in enumerate(overlays)]
    events = [
        _event(number, overlay, width=width, height=height)
        for number, overlay in enumerate(overlays)
    ]
    lines = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {width}",
        f"PlayResY: {height}",
        f"LayoutResX: {width}",
        f"LayoutResY: {height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "YCbCr Matrix: None",
        "",
        "[V4+ Styles]",
        f"Format: {_STYLE_FIELDS}",
        *styles,
        "",
        "[Events]",
        f"Format: {_EVENT_FIELDS}",
        *events,
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return `text` so that libass draws it literally, on one Dialogue line.

    ASS has no escape for a backslash: a word joiner after it keeps `\\N` and
    the like from being read. `\\{` and `\\}` are libass's escapes for braces.
    """
    lines = (_printable(line) for line in _LINE_BREAKS.split(text))
    return r"\N".join(
        line.replace("\\", "\\" + _WORD_JOINER).replace("{", r"\{").replace("}", r"\}")
        for line in lines
    )


def _printable(line: str) -> str:
    spaced = line.replace("\t", "    ")
    # Control characters and lone surrogates; the latter are not UTF-8 either.
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs"))


def _style(number: int, overlay: TextOverlay) -> str:
    text_color = _ass_color(overlay.color, opacity=overlay.opacity)
    box = overlay.background_color
    box_color = _ass_color(box or "#000000", opacity=overlay.opacity if box else 0)
    has_outline = overlay.outline_color is not None and box is None
    outline_color = (
        _ass_color(overlay.outline_color or "#000000", opacity=overlay.opacity)
        if has_outline
        else box_color
    )
    # Border style 4 is libass's one box per event, padded by the shadow: the
    # boxes per line of style 3 overlap, which shows when they are translucent.
    border, padding = (4, overlay.font_size * _BOX_PADDING) if box else (1, 0.0)
    fields = (
        f"text{number}",
        _font_name(overlay.font_family),
        _number(overlay.font_size),
        text_color,
        text_color,
        outline_color,
        box_color,
        _flag(overlay.bold),
        _flag(overlay.italic),
        _flag(overlay.underline),
        *("0", "100", "100", "0", "0"),
        str(border),
        _number(overlay.outline_width) if has_outline else "0",
        _number(padding),
        str(_ALIGNMENTS[overlay.align]),
        *("0", "0", "0", "1"),
    )
    return f"Style: {','.join(fields)}"


def _event(number: int, overlay: TextOverlay, *, width: int, height: int) -> str:
    position = f"{_number(overlay.x * width)},{_number(overlay.y * height)}"
    tags = rf"\pos({position})"
    if overlay.rotation % 360:
        # ASS turns counter-clockwise.
        tags += rf"\frz{_number(-(overlay.rotation % 360))}"
    if overlay.fade_in_ms or overlay.fade_out_ms:
        fade_in_ms, fade_out_ms = _fades(overlay)
        tags += rf"\fad({fade_in_ms},{fade_out_ms})"
    start, end = _time(overlay.start_ms), _time(overlay.end_ms)
    head = f"Dialogue: {number},{start},{end},text{number},,0,0,0,,"
    return f"{head}{{{tags}}}{escaped(overlay.text)}"


def _fades(overlay: TextOverlay) -> tuple[int, int]:
    """Shorten fades that do not fit, in proportion."""
    wanted_ms = overlay.fade_in_ms + overlay.fade_out_ms
    fit = min(1.0, (overlay.end_ms - overlay.start_ms) / wanted_ms)
    return int(overlay.fade_in_ms * fit), int(overlay.fade_out_ms * fit)


def _time(time_ms: int) -> str:
    """Return H:MM:SS.cc, cut to what ASS can say.

    Cutting both ends keeps every frame on its side of the edge, as long as
    frames are more than 10 ms apart.
    """
    minutes, rest_ms = divmod(time_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, rest_ms = divmod(rest_ms, 1000)
    return f"{hours}:{minutes:02}:{whole:02}.{rest_ms // 10:02}"


def _ass_color(color: str, *, opacity: float) -> str:
    """Return &HAABBGGRR, where AA is transparency."""
    match = _COLOR.fullmatch(color)
    if match is None:
        raise ValueError("a colour must look like #rrggbb")
    red, green, blue = match.groups()
    return f"&H{round((1 - opacity) * 255):02X}{blue}{green}{red}".upper()


def _font_name(family: str) -> str:
    name = _NOT_IN_FONT_NAMES.sub("", _printable(family)).strip()[:_MAX_FONT_NAME]
    return name or _FALLBACK_FONT


def _flag(value: bool) -> str:
    return "-1" if value else "0"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
