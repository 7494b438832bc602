"""Compiles frames of a scene into FFmpeg filters. Starts nothing.

Every stream in here has the project's rate, begins at 0 and has a known number of
frames. A frame of a clip is found by its source's own time, never by counting from
where reading began: a span that begins in the middle shows the same frames.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from projects.pipeline import looks
from projects.pipeline.looks import BT709, Look
from projects.pipeline.sources import SourceFile
from projects.timeline import effects
from projects.timeline.placing import Placement, is_plain, placement_of
from projects.timeline.scene import Crossing, Part, Scene, Shot, effect_range
from streamfetch.ffmpeg.command import Graph, Input, Media, Stream, Value
from streamfetch.ffmpeg.filters import square_pixels, to_sdr
from streamfetch.ffmpeg.probe import MediaInfo, VideoStream

# What is generated lasts a little longer than it is needed; `trim` cuts it.
SPARE_MS = 500
# With more sources at once than this, each decoder has one thread.
CROWDED_INPUTS = 8
_WITH_ALPHA = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8")
_SLIDES = {"left", "right", "up", "down"}


@dataclass(frozen=True)
class _Layer:
    """A picture that goes onto what is below it, from frame `at` on."""

    stream: Stream
    x: str
    y: str
    at: int


class PictureGraph:
    """Builds the picture of frames [first, last) of a scene; used once."""

    def __init__(
        self,
        graph: Graph,
        scene: Scene,
        first: int,
        last: int,
        *,
        sources: Mapping[UUID, SourceFile],
    ) -> None:
        self.graph = graph
        self.scene = scene
        self.frame = scene.frame
        self.first, self.last = first, last
        self.sources = sources
        self.background = scene.frame.background.replace("#", "0x")
        layers = list(scene.within(first, last))
        self.layers = layers
        self.is_crowded = sum(map(len, layers)) > CROWDED_INPUTS

    @property
    def frames(self) -> int:
        return self.last - self.first

    def picture(self) -> Stream:
        """The picture without its words: opaque, 4:2:0, exactly `frames` frames."""
        base: Stream | None = None
        for number, parts in enumerate(self.layers):
            if number == 0 and all(map(self._fills, parts)):
                base = self._row(parts)
                continue
            if base is None:
                base = self._canvas(self.frames)
            for part in parts:
                for layer in self._layers_of(part):
                    base = self._over(base, layer)
        stream = base if base is not None else self._canvas(self.frames)
        return stream.filter("format", pix_fmts="yuv420p")

    # Rows: the bottom layer, whose parts fill the frame one after the other.

    def _row(self, parts: tuple[Part, ...]) -> Stream:
        pieces: list[Stream] = []
        at = self.first
        for part in parts:
            first, last = max(part.first, self.first), min(part.last, self.last)
            if first > at:
                pieces.append(self._canvas(first - at))
            if isinstance(part, Crossing):
                whole = self._crossed(part, opaque=True)
                pieces.append(_cut(whole, first - part.first, last - part.first))
            else:
                pieces.append(self._full(part, first, last))
            at = last
        if at < self.last:
            pieces.append(self._canvas(self.last - at))
        if len(pieces) == 1:
            return pieces[0]
        return self.graph.filter("concat", pieces, n=len(pieces), v=1, a=0)

    def _fills(self, part: Part) -> bool:
        """Whether a part can be brought to the whole frame, over the background."""
        if isinstance(part, Crossing):
            return True
        return is_plain(part.clip.transform) and not self._has_alpha(part)

    def _full(self, shot: Shot, first: int, last: int) -> Stream:
        """A shot as the whole frame, over the background."""
        if not self._fills(shot) or self._video(shot) is None:
            base = self._canvas(last - first)
            layer = self._placed(shot, first, last)
            return base if layer is None else self._over(base, layer)
        width, height = self.frame.width, self.frame.height
        stream = self._looked_at(shot, first, last, self._fitted(shot, first, last))
        if self.frame.fit == "cover":
            return stream.filter("crop", w=width, h=height).filter("setsar", sar=1)
        return stream.filter(
            "pad", w=width, h=height, x="(ow-iw)/2", y="(oh-ih)/2",
            color=self.background,
        ).filter("setsar", sar=1)  # fmt: skip

    # Layers: pictures that are laid over what is below.

    def _layers_of(self, part: Part) -> Iterator[_Layer]:
        first, last = max(part.first, self.first), min(part.last, self.last)
        if isinstance(part, Crossing):
            whole = self._crossed(part, opaque=False)
            cut = _cut(whole, first - part.first, last - part.first)
            yield _Layer(cut, "0", "0", first - self.first)
        elif layer := self._placed(part, first, last):
            yield _Layer(layer.stream, layer.x, layer.y, first - self.first)

    def _placed(self, shot: Shot, first: int, last: int) -> _Layer | None:
        """A shot's picture, transformed, and where it goes."""
        video = self._video(shot)
        if video is None:
            return None
        place = placement_of(
            shot.clip.transform,
            self.frame,
            width=video.display_width,
            height=video.display_height,
        )
        if place is None:
            return None
        stream = self._looked_at(
            shot, first, last, self._scaled(shot, first, last, place)
        )
        stream = _transformed(stream, place)
        x, y = place.center_x, place.center_y
        if place.angle:
            # Whole pixels, as those that `_turned_size` was chosen for.
            x, y = round(x), round(y)
        return _Layer(stream, f"{x:.3f}-w/2", f"{y:.3f}-h/2", 0)

    def _over(self, base: Stream, layer: _Layer) -> Stream:
        stream = layer.stream
        if layer.at:
            stream = stream.filter("setpts", expr=f"PTS+{layer.at}/({self._rate})/TB")
        return base.joined(
            "overlay", stream, x=layer.x, y=layer.y, eof_action="pass", eval="init"
        )

    # Crossings.

    def _crossed(self, crossing: Crossing, *, opaque: bool) -> Stream:
        """All frames of a crossing, as large as the frame."""
        first, last = crossing.first, crossing.last
        before, after = (
            self._full(shot, first, last) if opaque else self._alone(shot, first, last)
            for shot in (crossing.before, crossing.after)
        )
        count = last - first
        if crossing.kind == "fade":
            return self._faded(before, after, count, alpha=not opaque)
        name = "fade"
        if crossing.direction in _SLIDES and crossing.kind in ("wipe", "slide"):
            name = f"{crossing.kind}{crossing.direction}"
        crossed = before.joined(
            "xfade",
            after,
            transition=name,
            duration=float(count / self.frame.rate),
            offset=0,
        )
        pixels = "yuv420p" if opaque else "yuva420p"
        return _cut(crossed, 0, count).filter("format", pix_fmts=pixels)

    def _alone(self, shot: Shot, first: int, last: int) -> Stream:
        """A shot as large as the frame, transparent where it is not."""
        clear = self._canvas(last - first, clear=True)
        layer = self._placed(shot, first, last)
        return clear if layer is None else self._over(clear, layer)

    def _faded(
        self, before: Stream, after: Stream, count: int, *, alpha: bool
    ) -> Stream:
        half = count // 2
        shown = _cut(before, 0, half).filter(
            "fade", type="out", start_frame=0, nb_frames=half, alpha=alpha
        )
        following = _cut(after, half, count).filter(
            "fade", type="in", start_frame=0, nb_frames=count - half, alpha=alpha
        )
        return self.graph.filter("concat", [shown, following], n=2, v=1, a=0)

    # Sources.

    @property
    def _rate(self) -> str:
        return str(self.frame.rate)

    def _canvas(self, frames: int, *, clear: bool = False) -> Stream:
        stream = self.graph.source(
            "color",
            duration_ms=round(frames / self.frame.rate * 1000) + SPARE_MS,
            color=f"{self.background}@0" if clear else self.background,
            size=f"{self.frame.width}x{self.frame.height}",
            rate=self.frame.rate,
        )
        # By way of RGB: the source's own conversion is not BT.709.
        stream = stream.filter("format", pix_fmts="rgba" if clear else "rgb24")
        stream = stream.filter("scale", **BT709)
        stream = stream.filter("format", pix_fmts="yuva420p" if clear else "yuv420p")
        return _cut(stream, 0, frames)

    def _video(self, shot: Shot) -> VideoStream | None:
        return self.sources[shot.clip.asset].info.video

    def _has_alpha(self, shot: Shot) -> bool:
        """Whether one sees through a shot's picture."""
        video = self._video(shot)
        if video is not None and video.pix_fmt.startswith(_WITH_ALPHA):
            return True
        return any(looks.makes_alpha(effect.type) for effect in shot.clip.effects)

    def _timed(self, shot: Shot, first: int, last: int) -> Stream:
        """The source's frames of [first, last), upright, in square pixels."""
        source = self.sources[shot.clip.asset]
        video = source.info.video
        if video is None:
            raise ValueError("a sound has no picture")
        frames = last - first
        if source.info.kind == "image":
            still = Input(path=source.path, demuxer=source.info.container)
            stream = self.graph.input(still).stream(video.index)
            stream = square_pixels(stream, video)
            stream = stream.filter("loop", loop=-1, size=1)
            stream = stream.filter("setpts", expr=f"N/({self._rate})/TB")
            return _cut(stream.filter("fps", fps=self.frame.rate), 0, frames)
        stream = self._opened(shot, source, first).stream(video.index)
        # Fine enough to hold every millisecond and every frame exactly.
        ticks = self.frame.rate.numerator * 1000
        start = source.info.start_ms + round(shot.clip.start_time * 1000)
        offset = (first - shot.anchor) * self.frame.rate.denominator * 1000
        stream = stream.filter("settb", expr=f"1/{ticks}").filter(
            "setpts",
            # What comes before is shown at the first moment, should nothing follow.
            expr=f"max(0,(PTS-{start * self.frame.rate.numerator})"
            f"/{shot.clip.speed:.6f}-({offset}))",
        )
        if self._start_ms(shot, first) > seek_ms(
            self._start_ms(shot, first), source.info
        ):
            # Nothing follows: a rate cannot be made of a single frame in the past.
            stream = stream.filter("tpad", stop=-1, stop_mode="clone")
        stream = stream.filter("fps", fps=self.frame.rate, start_time=0)
        # A source that ends early holds its last picture.
        stream = stream.filter("tpad", stop=-1, stop_mode="clone")
        return square_pixels(_cut(stream, 0, frames), video)

    def _opened(self, shot: Shot, source: SourceFile, first: int) -> Media:
        """A source from before frame `first` on, with its own times.

        From the key frame before, nothing dropped: the frame that is shown at the
        first moment began before it.
        """
        info = source.info
        options: dict[str, Value | None] = {"noaccurate_seek": None}
        if self.is_crowded:
            options["threads"] = 1
        return self.graph.input(
            Input(
                path=source.path,
                demuxer=info.container,
                start_ms=seek_ms(self._start_ms(shot, first), info),
                options=options,
            )
        )

    def _start_ms(self, shot: Shot, first: int) -> int:
        """The moment of the source that is shown at frame `first`."""
        ahead_ms = float((first - shot.anchor) / self.frame.rate * 1000)
        return math.floor(shot.clip.start_time * 1000 + ahead_ms * shot.clip.speed)

    def _fitted(self, shot: Shot, first: int, last: int) -> Stream:
        """A shot scaled to fit into the frame (or to fill it), 4:2:0, BT.709."""
        fits = "increase" if self.frame.fit == "cover" else "decrease"
        return self._colored(
            shot,
            self._steadied(shot, first, last),
            w=self.frame.width,
            h=self.frame.height,
            force_original_aspect_ratio=fits,
            force_divisible_by=2,
            flags="bicubic",
        )

    def _scaled(self, shot: Shot, first: int, last: int, place: Placement) -> Stream:
        stream = self._steadied(shot, first, last)
        if place.source is not None:
            x, y, w, h = place.source
            stream = stream.filter("crop", w=w, h=h, x=x, y=y)
        w, h = place.size
        return self._colored(shot, stream, w=w, h=h, flags="bicubic")

    def _colored(self, shot: Shot, stream: Stream, **scaling: Value) -> Stream:
        """Scaled, and in the colours that everything is put together in."""
        video = self._video(shot)
        if video is None:
            raise ValueError("a sound has no picture")
        alpha = video.pix_fmt.startswith(_WITH_ALPHA)
        # Tone mapping needs the source's own colours, and then makes BT.709.
        colors = {} if video.is_hdr else BT709
        stream = to_sdr(stream.filter("scale", **scaling, **colors), video)
        stream = stream.filter("format", pix_fmts="yuva420p" if alpha else "yuv420p")
        return stream.filter("setsar", sar=1)

    # Effects.

    def _steadied(self, shot: Shot, first: int, last: int) -> Stream:
        stream = self._timed(shot, first, last)
        for look in self._looks(shot, first, last):
            if looks.is_steady(look.type):
                stream = looks.applied(stream, look, has_alpha=False)
        return stream

    def _looked_at(self, shot: Shot, first: int, last: int, stream: Stream) -> Stream:
        video = self._video(shot)
        has_alpha = video is not None and video.pix_fmt.startswith(_WITH_ALPHA)
        for look in self._looks(shot, first, last):
            if looks.is_steady(look.type):
                continue
            stream = looks.applied(stream, look, has_alpha=has_alpha)
            has_alpha = has_alpha or looks.makes_alpha(look.type)
        return stream

    def _looks(self, shot: Shot, first: int, last: int) -> Iterator[Look]:
        for effect in shot.clip.effects:
            start, end = effect_range(shot, effect, self.frame.rate)
            yield Look(
                type=effect.type,
                values=effects.values_of(effect.type, effect.parameters),
                first=start - first,
                last=end - first,
                frames=last - first,
                pixel_scale=self.frame.text_scale,
            )


def seek_ms(start_ms: int, info: MediaInfo) -> int:
    """Where reading begins: the moment, or the last frame if that is earlier."""
    video = info.video
    start_ms = max(0, start_ms)
    if video is None or not video.duration_ms or not video.fps:
        return start_ms
    end_ms = video.start_ms - info.start_ms + video.duration_ms
    return min(start_ms, max(0, end_ms - math.ceil(1000 / video.fps)))


def with_words(stream: Stream, script: Path, *, fonts: Path, shift_s: str) -> Stream:
    """`stream` with a script burnt in that begins `shift_s` before it."""
    stream = stream.filter("setpts", expr=f"PTS+({shift_s})/TB")
    stream = stream.filter("ass", filename=script, fontsdir=fonts)
    return stream.filter("setpts", expr="PTS-STARTPTS")


def _cut(stream: Stream, first: int, last: int) -> Stream:
    """Frames [first, last) of a stream, from time 0 on."""
    start: dict[str, Value] = {"start_frame": first} if first else {}
    return stream.filter("trim", end_frame=last, **start).filter(
        "setpts", expr="PTS-STARTPTS"
    )


def _turned_size(function: str, angle: float, center: float) -> str:
    """How wide or high a turned picture is made, so that it begins at an even pixel.

    Layers of 4:2:0 begin nowhere else: FFmpeg would move it by one.
    """
    odd = 2 * (round(center) % 2)
    return f"4*ceil(({function}({angle:.9f})-{odd})/4)+{odd}"


def _transformed(stream: Stream, place: Placement) -> Stream:
    if place.crop is not None:
        x, y, w, h = place.crop
        stream = stream.filter("crop", w=w, h=h, x=x, y=y)
    if place.angle:
        stream = stream.filter("format", pix_fmts="yuva420p").filter(
            "rotate",
            angle=place.angle,
            ow=_turned_size("rotw", place.angle, place.center_x),
            oh=_turned_size("roth", place.angle, place.center_y),
            fillcolor="black@0",
        )
    if place.opacity < 1:
        stream = stream.filter("format", pix_fmts="yuva420p").filter(
            "lutyuv", a=f"val*{place.opacity:.6f}"
        )
    return stream
