"""The filters that an effect is. Formulas: docs/timeline.md.

Pictures come and go in BT.709, limited range, 4:2:0, with alpha once a key made it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projects.timeline.effects import EffectType
from streamfetch.ffmpeg.command import Stream, Value

BT709: dict[str, Value] = {"out_color_matrix": "bt709", "out_range": "tv"}
# Half of the picture's diagonal at this angle is what `vignette` 1 darkens to.
VIGNETTE_ANGLE = 1.2
STEADY_LEAST, STEADY_MOST = 16, 64


@dataclass(frozen=True)
class Look:
    """An effect during frames [first, last) of a stream, of which it has `frames`.

    `blur` and such count in pixels of a frame `pixel_scale` times the project's.
    """

    type: EffectType
    values: dict[str, Any]
    first: int
    last: int
    frames: int
    pixel_scale: float = 1.0

    def when(self) -> dict[str, Value]:
        """The option that switches a filter on; none when it is always on."""
        if self.first <= 0 and self.last >= self.frames:
            return {}
        return {"enable": f"between(n,{max(0, self.first)},{self.last - 1})"}


def applied(stream: Stream, look: Look, *, has_alpha: bool) -> Stream:
    """`stream` with one effect."""
    if look.first >= look.frames or look.last <= 0:
        return stream
    apply = _FILTERS[look.type]
    if not has_alpha or look.type in _KEEP_ALPHA:
        return apply(stream, look)
    # These filters know no alpha: it goes around them.
    colors, alpha = stream.split(2, kind="video")
    changed = apply(colors.filter("format", pix_fmts="yuv420p"), look)
    return changed.joined("alphamerge", alpha.filter("alphaextract"))


def makes_alpha(effect_type: EffectType) -> bool:
    return effect_type == "chroma_key"


def is_steady(effect_type: EffectType) -> bool:
    """Whether the effect looks at frames before: applied before all others."""
    return effect_type == "stabilise"


def _eq(name: str) -> Callable[[Stream, Look], Stream]:
    def apply(stream: Stream, look: Look) -> Stream:
        amount = float(look.values["amount"])
        if name == "saturation" and look.type == "grayscale":
            amount = 1 - amount
        return stream.filter("eq", **{name: amount}, **look.when())

    return apply


def _hue(stream: Stream, look: Look) -> Stream:
    return stream.filter("hue", h=float(look.values["degrees"]), **look.when())


def _blur(stream: Stream, look: Look) -> Stream:
    radius = float(look.values["radius"]) * look.pixel_scale
    if radius <= 0:
        return stream
    return stream.filter("gblur", sigma=radius, steps=2, **look.when())


def _sharpen(stream: Stream, look: Look) -> Stream:
    amount = float(look.values["amount"])
    return stream.filter("unsharp", la=amount, ca=0, **look.when())


def _sepia(stream: Stream, look: Look) -> Stream:
    """The matrix of CSS Filter Effects 1, `sepia()`."""
    rest = 1 - float(look.values["amount"])
    rows = {
        "r": (0.393 + 0.607 * rest, 0.769 - 0.769 * rest, 0.189 - 0.189 * rest),
        "g": (0.349 - 0.349 * rest, 0.686 + 0.314 * rest, 0.168 - 0.168 * rest),
        "b": (0.272 - 0.272 * rest, 0.534 - 0.534 * rest, 0.131 + 0.869 * rest),
    }
    mixed: dict[str, Value] = {
        f"{out}{source}": value
        for out, row in rows.items()
        for source, value in zip("rgb", row, strict=True)
    }
    stream = stream.filter("format", pix_fmts="gbrp")
    stream = stream.filter("colorchannelmixer", **mixed, **look.when())
    return stream.filter("scale", **BT709).filter("format", pix_fmts="yuv420p")


def _vignette(stream: Stream, look: Look) -> Stream:
    angle = float(look.values["amount"]) * VIGNETTE_ANGLE
    if angle <= 0:
        return stream
    # On R'G'B': on Y'CbCr it darkens black to less than black, and shifts colours.
    stream = stream.filter("format", pix_fmts="rgb24")
    stream = stream.filter("vignette", a=angle, dither=0, **look.when())
    return stream.filter("scale", **BT709).filter("format", pix_fmts="yuv420p")


def _noise_reduction(stream: Stream, look: Look) -> Stream:
    strength = float(look.values["strength"])
    if strength <= 0:
        return stream
    # Within the frame alone: over time it would depend on where a span begins.
    options: dict[str, Value] = {
        "luma_spatial": strength,
        "chroma_spatial": 0.75 * strength,
        "luma_tmp": 0.001,
        "chroma_tmp": 0.001,
    }
    return stream.filter("hqdn3d", **options, **look.when())


def _chroma_key(stream: Stream, look: Look) -> Stream:
    stream = stream.filter("format", pix_fmts="yuva420p")
    return stream.filter(
        "chromakey",
        color=yuv_of(str(look.values["color"])),
        yuv=True,
        similarity=max(0.01, float(look.values["similarity"])),
        blend=float(look.values["blend"]),
        **look.when(),
    )


def _stabilise(stream: Stream, look: Look) -> Stream:
    strength = float(look.values["strength"])
    if strength <= 0:
        return stream
    reach = STEADY_LEAST + (STEADY_MOST - STEADY_LEAST) * strength
    reach = 16 * math.floor(reach / 16)
    return stream.filter("deshake", rx=reach, ry=reach, edge=3)


def yuv_of(color: str) -> str:
    """`#rrggbb` as `0xyyuuvv` in BT.709, limited range (ITU-R BT.709-6, 3)."""
    red, green, blue = (value / 255 for value in bytes.fromhex(color[1:]))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    y = round(16 + 219 * luma)
    u = round(128 + 224 * (blue - luma) / 1.8556)
    v = round(128 + 224 * (red - luma) / 1.5748)
    return f"0x{y:02x}{u:02x}{v:02x}"


# They work on 4:2:0 with alpha as it is.
_KEEP_ALPHA = frozenset({"hue", "blur", "chroma_key"})
_FILTERS: dict[EffectType, Callable[[Stream, Look], Stream]] = {
    "brightness": _eq("brightness"),
    "contrast": _eq("contrast"),
    "saturation": _eq("saturation"),
    "grayscale": _eq("saturation"),
    "gamma": _eq("gamma"),
    "hue": _hue,
    "blur": _blur,
    "sharpen": _sharpen,
    "sepia": _sepia,
    "vignette": _vignette,
    "noise_reduction": _noise_reduction,
    "chroma_key": _chroma_key,
    "stabilise": _stabilise,
}
