"""The words of a scene as one ASS script: for the renderer and for the preview."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from projects.timeline.scene import Frame, Scene, Words
from streamfetch.ffmpeg import text

# Scripts say hundredths: cut to those, this is before the frame and after the one
# before it.
EARLY_MS = 1


@dataclass(frozen=True)
class Script:
    """`text` begins `shift` seconds before the frames that it is for."""

    text: str
    shift: Fraction


def whole_script(scene: Scene) -> str:
    """The words of the whole scene, at their times on the timeline."""
    return _written(scene.words, scene.frame, start=Fraction(0))


def script_of(scene: Scene, first: int, last: int) -> Script | None:
    """The words seen during frames [first, last); None when there are none.

    Times count from a moment before the earliest of them, in whole seconds before
    `first`: the script of a span does not tell where it is on the timeline.
    """
    words = scene.words_within(first, last)
    if not words:
        return None
    rate = scene.frame.rate
    ahead = first - min(first, *(each.first for each in words))
    shift = Fraction(math.ceil(ahead / rate) + 1)
    start = Fraction(first) / rate - shift
    return Script(_written(words, scene.frame, start=start), shift)


def _written(words: Sequence[Words], frame: Frame, *, start: Fraction) -> str:
    return text.ass_script(
        [_overlay(each, frame, start=start) for each in words],
        width=frame.width,
        height=frame.height,
    )


def _overlay(words: Words, frame: Frame, *, start: Fraction) -> text.TextOverlay:
    """A text between frames; no rounding moves its ends."""
    overlay, style = words.overlay, words.overlay.style
    animation = overlay.animation
    scale = frame.text_scale
    start_ms, end_ms = (
        max(0, math.floor((edge / frame.rate - start) * 1000) - EARLY_MS)
        for edge in (words.first, words.last)
    )
    return text.TextOverlay(
        text=overlay.text,
        start_ms=start_ms,
        end_ms=max(start_ms + 1, end_ms),
        x=overlay.position.x,
        y=overlay.position.y,
        rotation=overlay.rotation,
        font_family=style.font_family,
        font_size=style.font_size * scale,
        color=style.color,
        background_color=style.background_color,
        outline_color=style.outline_color,
        outline_width=style.outline_width * scale,
        opacity=style.opacity,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        align=style.align,
        fade_in_ms=round(animation.fade_in * 1000) if animation else 0,
        fade_out_ms=round(animation.fade_out * 1000) if animation else 0,
    )
