"""Commands that take one picture out of a video or image."""

from pathlib import Path
from typing import Literal

from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from streamfetch.ffmpeg.filters import square_pixels, to_sdr
from streamfetch.ffmpeg.probe import MediaInfo, VideoStream

ImageFormat = Literal["jpeg", "webp"]

_MJPEG_BEST, _MJPEG_WORST = 2, 31


def still(
    source: Path,
    destination: Path,
    *,
    info: MediaInfo,
    at_ms: int = 0,
    max_width: int | None = None,
    image_format: ImageFormat = "jpeg",
    quality: int = 80,
) -> Command:
    """Return the command for the frame shown at `at_ms`, upright, in square pixels.

    `info` is the probe of `source`. A time past the end means the last frame.
    The picture is at most `max_width` pixels wide and never enlarged; `quality`
    is 1-100. Raises ValueError when `source` has no picture.
    """
    video = info.video
    if video is None:
        raise ValueError("a sound has no picture")
    last_ms = max(0, video.duration_ms - _frame_ms(video))
    graph = Graph()
    media = graph.input(
        Input(
            path=source,
            demuxer=info.container,
            start_ms=max(0, min(at_ms, last_ms)),
        )
    )
    stream = to_sdr(square_pixels(media.stream(video.index), video), video)
    width = "iw" if max_width is None else f"min(iw,{max_width})"
    # JPEG is full range; video seldom is.
    full_range = {"out_range": "pc"} if image_format == "jpeg" else {}
    stream = stream.filter("scale", w=width, h="max(1,ow/a)", **full_range)
    stream = stream.filter("setsar", sar=1)
    muxer, encoding = _encoding(image_format, quality=quality)
    output = Output(
        path=destination,
        muxer=muxer,
        streams=[stream],
        options={"frames:v": 1, **encoding},
    )
    return graph.command(output, expected_frames=1)


def _frame_ms(video: VideoStream) -> int:
    # One and a half frames: seeking rounds, and finds nothing after the last.
    return int(1500 / video.fps) + 1 if video.fps else 0


def _encoding(
    image_format: ImageFormat, *, quality: int
) -> tuple[str, dict[str, str | int]]:
    if image_format == "webp":
        return "webp", {"c:v": "libwebp", "quality": quality}
    span = _MJPEG_WORST - _MJPEG_BEST
    scale = _MJPEG_WORST - round(span * (quality - 1) / 99)
    return "image2", {"c:v": "mjpeg", "q:v": scale, "update": 1}
