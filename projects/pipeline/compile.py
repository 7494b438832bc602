"""Compiles a timeline into one FFmpeg command. Pure but for the script it writes.

Everything is counted in whole frames of the project's rate, and sound in whole
samples of 48 kHz, so that nothing drifts however many clips there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from projects.timeline.document import Clip, Settings, TextOverlay, Timeline
from projects.timeline.rational import exact_frame_rate
from projects.timeline.spans import SAMPLE_RATE, Span, samples_of, spans_of
from streamfetch.ffmpeg import text
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream, Value
from streamfetch.ffmpeg.probe import MediaInfo

# Read a little past a clip's end, so that its last frame is there after rounding.
READ_AHEAD_MS = 500
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
        self, settings: Settings, sources: Mapping[UUID, SourceFile], rate: Fraction
    ) -> None:
        self.graph = Graph()
        self.settings = settings
        self.sources = sources
        self.rate = rate
        self.width = settings.resolution.width
        self.height = settings.resolution.height
        self.background = settings.background_color.replace("#", "0x")

    def _generated_ms(self, span: Span) -> int:
        return round(span.frames / self.rate * 1000) + READ_AHEAD_MS

    def picture(self, span: Span) -> Stream:
        """Exactly `span.frames` frames of the project's size and rate."""
        source = self.sources[span.clip.asset] if span.clip else None
        if span.clip is None or source is None or source.info.video is None:
            stream = self.graph.source(
                "color",
                duration_ms=self._generated_ms(span),
                color=self.background,
                size=f"{self.width}x{self.height}",
                rate=self.rate,
            )
            return self._counted(stream.filter("format", pix_fmts="yuv420p"), span)
        stream = self._read(span.clip, source).video
        if source.info.kind == "image":
            stream = stream.filter("loop", loop=-1, size=1).filter(
                "setpts", expr=f"N/({self.rate})/TB"
            )
        elif span.clip.speed != 1:
            stream = stream.filter("setpts", expr=f"PTS/{span.clip.speed:.6f}")
        stream = (
            stream.filter("fps", fps=self.rate, start_time=0)
            .filter(
                "scale",
                w=self.width,
                h=self.height,
                force_original_aspect_ratio="decrease",
                force_divisible_by=2,
                flags="bicubic",
                out_color_matrix="bt709",
                out_range="tv",
            )
            .filter(
                "pad",
                w=self.width,
                h=self.height,
                x="(ow-iw)/2",
                y="(oh-ih)/2",
                color=self.background,
            )
            .filter("setsar", sar=1)
            .filter("format", pix_fmts="yuv420p")
            # A source that ends a frame early holds its last picture.
            .filter("tpad", stop=-1, stop_mode="clone")
        )
        return self._counted(stream, span)

    def _counted(self, stream: Stream, span: Span) -> Stream:
        return stream.filter("trim", end_frame=span.frames).filter(
            "setpts", expr="PTS-STARTPTS"
        )

    def sound(self, span: Span) -> Stream:
        """Exactly the samples that belong to the span's frames, in stereo."""
        clip = span.clip
        source = self.sources[clip.asset] if clip else None
        if clip is None or source is None or source.info.audio is None or clip.muted:
            stream = self.graph.source(
                "anullsrc",
                duration_ms=self._generated_ms(span),
                sample_rate=SAMPLE_RATE,
                channel_layout="stereo",
            )
        else:
            stream = self._read(clip, source).audio.filter(
                "aresample", osr=SAMPLE_RATE, **{"async": 1}, first_pts=0
            )
            stream = stream.filter(
                "aformat", sample_fmts="fltp", channel_layouts="stereo"
            )
            for factor in tempo_steps(clip.speed):
                stream = stream.filter("atempo", tempo=factor)
            if clip.volume != 1:
                stream = stream.filter("volume", volume=clip.volume)
            stream = stream.filter("apad")
        return stream.filter("atrim", end_sample=samples_of(span, self.rate)).filter(
            "asetpts", expr="PTS-STARTPTS"
        )

    def _read(self, clip: Clip, source: SourceFile):  # type: ignore[no-untyped-def]
        if source.info.kind == "image":
            return self.graph.input(
                Input(path=source.path, demuxer=source.info.container)
            )
        length_ms = round((clip.end_time - clip.start_time) * 1000)
        return self.graph.input(
            Input(
                path=source.path,
                demuxer=source.info.container,
                start_ms=round(clip.start_time * 1000),
                duration_ms=length_ms + READ_AHEAD_MS,
            )
        )

    def joined(self, spans: list[Span]) -> tuple[Stream, Stream]:
        pairs = [(self.picture(span), self.sound(span)) for span in spans]
        if len(pairs) == 1:
            return pairs[0]
        streams = [stream for pair in pairs for stream in pair]
        picture, sound = self.graph.filters(
            "concat", streams, outputs=2, n=len(pairs), v=1, a=1
        )
        return picture, sound


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
    compiler = _Compiler(settings, sources, rate)
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
