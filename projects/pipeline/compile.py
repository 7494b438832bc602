"""Compiles a timeline into one FFmpeg command. Pure but for the script it writes.

Everything is counted in whole frames of the project's rate, and sound in whole
samples of 48 kHz, so that nothing drifts however many clips there are.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from projects.timeline.document import Clip, Settings, TextOverlay, Timeline
from projects.timeline.rational import exact_frame_rate
from projects.timeline.spans import SAMPLE_RATE, Span, samples_of, spans_of
from streamfetch.ffmpeg import text
from streamfetch.ffmpeg.command import (
    Command,
    Graph,
    Input,
    Media,
    Output,
    Stream,
    Value,
)
from streamfetch.ffmpeg.filters import square_pixels, to_sdr
from streamfetch.ffmpeg.probe import MediaInfo, VideoStream

# What is generated lasts a little longer than it is needed; `trim` cuts it.
SPARE_MS = 500
# Every clip has decoders of its own: with more clips than this, of one thread each.
CROWDED_CLIPS = 8
# What every picture is turned into before it is joined to others.
COLORS: dict[str, Value] = {"out_color_matrix": "bt709", "out_range": "tv"}
ENCODER: dict[str, Value] = {
    "c:v": "libx264",
    "preset": "veryfast",
    "crf": 20,
    "c:a": "aac",
    "b:a": "192k",
    "ar": SAMPLE_RATE,
    "ac": 2,
    "movflags": "+faststart",
    "map_metadata": -1,
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "colorspace": "bt709",
    "color_range": "tv",
}


@dataclass(frozen=True)
class SourceFile:
    """A clip's source in the workspace."""

    path: Path
    info: MediaInfo


class _Compiler:
    """Builds the graph of one render; used once."""

    def __init__(
        self,
        timeline: Timeline,
        settings: Settings,
        *,
        sources: Mapping[UUID, SourceFile],
        rate: Fraction,
    ) -> None:
        self.graph = Graph()
        self.settings = settings
        self.sources = sources
        self.rate = rate
        self.width = settings.resolution.width
        self.height = settings.resolution.height
        self.background = settings.background_color.replace("#", "0x")
        self.is_crowded = len(timeline.clips) > CROWDED_CLIPS
        self._media: dict[UUID, Media] = {}

    def _generated_ms(self, span: Span) -> int:
        return round(span.frames / self.rate * 1000) + SPARE_MS

    def picture(self, span: Span) -> Stream:
        """Exactly `span.frames` frames of the project's size and rate."""
        source = self._source_of(span)
        if span.clip is None or source is None or source.info.video is None:
            stream = self._background(span)
        else:
            stream = self._fitted(
                self._timed(span.clip, source, source.info.video), source.info.video
            )
        return stream.filter("trim", end_frame=span.frames).filter(
            "setpts", expr="PTS-STARTPTS"
        )

    def _source_of(self, span: Span) -> SourceFile | None:
        return self.sources[span.clip.asset] if span.clip else None

    def _background(self, span: Span) -> Stream:
        stream = self.graph.source(
            "color",
            duration_ms=self._generated_ms(span),
            color=self.background,
            size=f"{self.width}x{self.height}",
            rate=self.rate,
        )
        # By way of RGB: the source's own conversion is not BT.709.
        stream = stream.filter("format", pix_fmts="rgb24").filter("scale", **COLORS)
        return stream.filter("format", pix_fmts="yuv420p")

    def _timed(self, clip: Clip, source: SourceFile, video: VideoStream) -> Stream:
        """The clip's picture at the project's rate, from frame 0 on, without end."""
        if source.info.kind == "image":
            still = Input(path=source.path, demuxer=source.info.container)
            stream = self.graph.input(still).stream(video.index)
            stream = stream.filter("loop", loop=-1, size=1)
            return stream.filter("setpts", expr=f"N/({self.rate})/TB")
        stream = self._opened(clip, source).stream(video.index)
        if clip.speed != 1:
            stream = stream.filter("setpts", expr=f"PTS/{clip.speed:.6f}")
        stream = stream.filter("fps", fps=self.rate, start_time=0)
        # A source that ends early holds its last picture.
        return stream.filter("tpad", stop=-1, stop_mode="clone")

    def _opened(self, clip: Clip, source: SourceFile) -> Media:
        """The clip's source, once for picture and sound, from before its start.

        From the key frame before, nothing dropped: the frame that is shown at the
        first moment began before it. Without a limit at the end, which would count
        from that key frame; `trim` ends the reading. Decoders get one thread each:
        those of fifty clips would not fit into the memory.
        """
        if clip.id not in self._media:
            start_ms = _seek_ms(clip, source.info)
            options: dict[str, Value | None] = {}
            if self.is_crowded:
                options["threads"] = 1
            if start_ms:
                options["noaccurate_seek"] = None
            self._media[clip.id] = self.graph.input(
                Input(
                    path=source.path,
                    demuxer=source.info.container,
                    start_ms=start_ms,
                    options=options,
                )
            )
        return self._media[clip.id]

    def _fitted(self, stream: Stream, video: VideoStream) -> Stream:
        """Scaled into the project's frame, the rest filled with the background."""
        # Tone mapping needs the source's own colours, and then makes BT.709.
        stream = square_pixels(stream, video).filter(
            "scale",
            w=self.width,
            h=self.height,
            force_original_aspect_ratio="decrease",
            force_divisible_by=2,
            flags="bicubic",
            **({} if video.is_hdr else COLORS),
        )
        stream = to_sdr(stream, video).filter("format", pix_fmts="yuv420p")
        return stream.filter(
            "pad",
            w=self.width,
            h=self.height,
            x="(ow-iw)/2",
            y="(oh-ih)/2",
            color=self.background,
        ).filter("setsar", sar=1)

    def sound(self, span: Span) -> Stream:
        """Exactly the samples that belong to the span's frames, in stereo."""
        source = self._source_of(span)
        if span.clip is None or source is None or _is_silent(span.clip, source.info):
            stream = self.graph.source(
                "anullsrc",
                duration_ms=self._generated_ms(span),
                sample_rate=SAMPLE_RATE,
                channel_layout="stereo",
            )
        else:
            stream = self._heard(span.clip, source)
        return stream.filter("atrim", end_sample=samples_of(span, self.rate)).filter(
            "asetpts", expr="PTS-STARTPTS"
        )

    def _heard(self, clip: Clip, source: SourceFile) -> Stream:
        """The clip's sound at its speed and volume, without end."""
        audio = source.info.audio
        stream = self._opened(clip, source).stream(audio.index if audio else "a:0")
        late_ms = round(clip.start_time * 1000) - _seek_ms(clip, source.info)
        stream = stream.filter("atrim", start=late_ms / 1000)
        if late_ms:
            stream = stream.filter("asetpts", expr=f"PTS-{late_ms}/1000/TB")
        stream = stream.filter(
            "aresample", osr=SAMPLE_RATE, **{"async": 1}, first_pts=0
        )
        stream = stream.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
        for factor in tempo_steps(clip.speed):
            stream = stream.filter("atempo", tempo=factor)
        if clip.volume != 1:
            stream = stream.filter("volume", volume=clip.volume)
        return stream.filter("apad")

    def joined(self, spans: list[Span]) -> tuple[Stream, Stream]:
        pairs = [(self.picture(span), self.sound(span)) for span in spans]
        if len(pairs) == 1:
            return pairs[0]
        streams = [stream for pair in pairs for stream in pair]
        picture, sound = self.graph.filters(
            "concat", streams, outputs=2, n=len(pairs), v=1, a=1
        )
        return picture, sound


def _seek_ms(clip: Clip, info: MediaInfo) -> int:
    """Where reading begins: the clip's start, or the last frame if that is earlier."""
    start_ms = round(clip.start_time * 1000)
    video = info.video
    if video is None or not video.duration_ms or not video.fps:
        return start_ms
    end_ms = video.start_ms - info.start_ms + video.duration_ms
    return min(start_ms, max(0, end_ms - math.ceil(1000 / video.fps)))


def _is_silent(clip: Clip, info: MediaInfo) -> bool:
    """Whether nothing is heard of the clip: muted, or its source's sound is over."""
    audio = info.audio
    if audio is None or clip.muted:
        return True
    end_ms = audio.start_ms - info.start_ms + audio.duration_ms
    return bool(audio.duration_ms) and clip.start_time * 1000 >= end_ms


def tempo_steps(speed: float) -> list[float]:
    """Factors for `atempo`, which takes 0.5 at least, that multiply to `speed`."""
    steps = []
    while speed < 0.5:
        steps.append(0.5)
        speed /= 0.5
    if abs(speed - 1) > 1e-6:
        steps.append(speed)
    return steps


def script_overlay(overlay: TextOverlay) -> text.TextOverlay:
    """A text of the timeline as the script builder takes it."""
    animation = overlay.animation
    style = overlay.style
    return text.TextOverlay(
        text=overlay.text,
        start_ms=round(overlay.start_time * 1000),
        end_ms=round(overlay.end_time * 1000),
        x=overlay.position.x,
        y=overlay.position.y,
        font_family=style.font_family,
        font_size=style.font_size,
        color=style.color,
        background_color=style.background_color,
        opacity=style.opacity,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        fade_in_ms=round(animation.fade_in * 1000) if animation else 0,
        fade_out_ms=round(animation.fade_out * 1000) if animation else 0,
    )


def compile_render(
    timeline: Timeline,
    settings: Settings,
    *,
    sources: Mapping[UUID, SourceFile],
    fonts_directory: Path,
    directory: Path,
) -> Command:
    """The command that writes `directory/output.mp4`.

    Raises `ValueError` for a timeline without a whole frame in it.
    """
    rate = exact_frame_rate(settings.frame_rate)
    spans = spans_of(timeline, rate)
    if not spans:
        raise ValueError("the timeline holds no frame")
    compiler = _Compiler(timeline, settings, sources=sources, rate=rate)
    picture, sound = compiler.joined(spans)
    if timeline.text_overlays:
        script = directory / "titles.ass"
        script.write_text(
            text.ass_script(
                [script_overlay(overlay) for overlay in timeline.text_overlays],
                width=compiler.width,
                height=compiler.height,
            ),
            encoding="utf-8",
        )
        picture = picture.filter("ass", filename=script, fontsdir=fonts_directory)
    frames = spans[-1].last
    output = Output(
        path=directory / "output.mp4",
        muxer="mp4",
        streams=[picture, sound],
        options={**ENCODER, "r": rate},
    )
    return compiler.graph.command(
        output,
        expected_frames=frames,
        expected_duration_ms=round(frames / rate * 1000),
    )
