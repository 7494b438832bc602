"""Chains of filters that mean one thing to a person. Compiling is `command`'s."""

from fractions import Fraction
from pathlib import Path

from streamfetch.ffmpeg.command import Stream
from streamfetch.ffmpeg.probe import AudioStream, VideoStream


def to_sdr(stream: Stream, video: VideoStream) -> Stream:
    """Return `stream` in BT.709 SDR; HDR samples shown as SDR look washed out.

    Hable's curve at a reference white of 100 cd/m2. Needs the zscale filter.
    """
    if not video.is_hdr:
        return stream
    return (
        stream.filter("zscale", transfer="linear", npl=100)
        .filter("format", pix_fmts="gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", transfer="bt709", matrix="bt709", range="tv")
        .filter("format", pix_fmts="yuv420p")
    )


def to_stereo(stream: Stream, audio: AudioStream) -> Stream:
    """Return `stream` in two channels; one channel is heard on both, as loud as it is.

    FFmpeg's own conversion would take 3 dB away, which browsers do not.
    """
    if audio.channels == 1:
        return stream.filter("pan", args="stereo|c0=c0|c1=c0")
    return stream.filter("aformat", channel_layouts="stereo")


def square_pixels(stream: Stream, video: VideoStream) -> Stream:
    """Return `stream` in its display size, when its pixels are not square."""
    if Fraction(video.sample_aspect_ratio) == 1:
        return stream
    return stream.filter("scale", w=video.display_width, h=video.display_height).filter(
        "setsar", sar=1
    )


def fitted(
    stream: Stream, *, width: int, height: int, background: str = "black"
) -> Stream:
    """Return `stream` scaled to fit a frame of square pixels, the rest filled.

    `background` is `#rrggbb` or one of FFmpeg's colour names.
    """
    return (
        stream.filter(
            "scale", w=width, h=height, force_original_aspect_ratio="decrease"
        )
        .filter(
            "pad", w=width, h=height, x="(ow-iw)/2", y="(oh-ih)/2", color=background
        )
        .filter("setsar", sar=1)
    )


def with_text(stream: Stream, *, script: Path, fonts_dir: Path | None = None) -> Stream:
    """Return `stream` with an ASS script burnt in.

    Fonts in `fonts_dir` come before the system's.
    """
    if fonts_dir is None:
        return stream.filter("ass", filename=script)
    return stream.filter("ass", filename=script, fontsdir=fonts_dir)
