"""The other way to merge: pictures that come back from the engine, marked by it.

They are laid on a grid of equally long frames, counted from the source's first one.
What is sent begins and ends with whole frames; what comes back, at whatever rate and
size, is brought to the frames of its place, encoded once and joined without a copy of
its sound. Where a chunk keeps the original, so does the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

from automation.documents import SAMPLE_RATE
from automation.models import AutomationJob, DubChunk
from automation.pipeline import pcm
from automation.pipeline.chunking import with_handles
from automation.pipeline.commands import (
    DEADLINE_PER_SECOND,
    MAX_OUTPUT_BYTES,
    SHORT_S,
    run_command,
)
from automation.pipeline.containers import picture_options, size_of
from automation.pipeline.sound import Line
from streamfetch.errors import DomainError
from streamfetch.ffmpeg import fragments, runner
from streamfetch.ffmpeg.command import Graph, Input, Output, Stream, Value
from streamfetch.ffmpeg.fragments import Movie
from streamfetch.ffmpeg.probe import probe
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

MIN_TIMESCALE = 10_000
PROBE_S = 120


class PicturesMismatch(DomainError):
    """Pieces of the picture do not follow each other without a gap."""

    code = "pictures_mismatch"
    http_status = 500


@dataclass(frozen=True, kw_only=True)
class Grid:
    """`count` frames of 1/`rate` s; the first one is shown `first_s` after the line
    begins."""

    rate: Fraction
    first_s: Fraction
    count: int

    @classmethod
    def of(cls, line: Line) -> "Grid":
        video = line.info.video
        if video is None:
            raise ValueError("there is no picture")
        rate = video.fps or Fraction(25)
        lasts_s = Fraction(video.duration_ms, 1000)
        count = round(lasts_s * rate)
        if not video.is_variable_frame_rate and abs(count - video.frame_count) <= 1:
            count = video.frame_count
        first_s = Fraction(video.start_ms - line.info.start_ms, 1000)
        return cls(rate=rate, first_s=first_s, count=max(1, count))

    def _place(self, sample: int) -> Fraction:
        return (Fraction(sample, SAMPLE_RATE) - self.first_s) * self.rate

    def frame_at(self, sample: int) -> int:
        """The first frame that is shown at or after a sample."""
        return min(self.count, max(0, ceil(self._place(sample))))

    def frames_around(self, start: int, end: int) -> tuple[int, int]:
        """All frames of which something is shown between two samples."""
        first = min(self.count - 1, max(0, floor(self._place(start))))
        return first, max(first + 1, self.frame_at(end))

    def sample_of(self, frame: int) -> int:
        return round((self.first_s + frame / self.rate) * SAMPLE_RATE)

    @property
    def timescale(self) -> int:
        """Ticks a second in which every frame has a whole number of them."""
        numerator = self.rate.numerator
        return numerator * max(1, -(-MIN_TIMESCALE // numerator))


def sent_range(job: AutomationJob, line: Line, chunk: DubChunk) -> tuple[int, int]:
    """The samples that are sent of a chunk: with its handles, and as many more as
    make whole frames where the picture is sent along."""
    start, end = with_handles(job.plan, start=chunk.start_sample, end=chunk.end_sample)
    if not job.config.use_watermark:
        return start, end
    grid = Grid.of(line)
    first, last = grid.frames_around(start, end)
    until = min(line.sample_count, grid.sample_of(last))
    return max(0, min(start, grid.sample_of(first))), max(end, until)


def picture_key(chunk: DubChunk) -> str:
    """Where the picture is kept that came back with a chunk's sound."""
    return keys.dub_file(chunk.job_id, "picture", chunk.output_for, "mp4")


def cut_for_engine(
    run: Run[AutomationJob], line: Line, sound: Path, path: Path, *, start: int
) -> None:
    """Write the picture from sample `start` with `sound`, which decides how long."""
    grid = Grid.of(line)
    with pcm.Reader(sound) as reader:
        first, last = grid.frames_around(start, start + reader.sample_count)
    graph = Graph()
    picture = _of_source(graph, line, grid, first=first, count=last - first)
    heard = graph.input(Input(path=sound, demuxer="wav")).audio
    output = Output(
        path=path,
        muxer="mp4",
        streams=[_sized(picture, run.job, line), heard],
        options={
            **picture_options("mp4"),
            "c:a": "aac",
            "b:a": "256k",
            "movflags": "+faststart",
            "map_metadata": -1,
        },
    )
    runner.run(
        graph.command(output, expected_frames=last - first),
        workspace=run.workspace.path,
        deadline_s=SHORT_S + DEADLINE_PER_SECOND * float((last - first) / grid.rate),
        should_stop=run.should_stop,
        file_bytes=MAX_OUTPUT_BYTES,
    )


def returned_pictures(
    run: Run[AutomationJob],
    line: Line,
    chunks: Sequence[DubChunk],
    *,
    span: tuple[float, float],
) -> Path:
    """One picture for the whole video, of what came back and what did not."""
    grid = Grid.of(line)
    edges = [grid.frame_at(each.start_sample) for each in chunks] + [grid.count]
    edges[0] = 0
    movies: list[tuple[Movie, int]] = []
    ticks = grid.timescale / grid.rate
    for at, chunk in enumerate(chunks):
        first, count = edges[at], edges[at + 1] - edges[at]
        share = (span[1] - span[0]) / len(chunks)
        begin = span[0] + share * at
        if count:
            path = run.workspace / f"picture-{at}.mp4"
            _encode(
                run,
                line,
                chunk,
                path,
                frames=(first, count),
                span=(begin, begin + share),
            )
            movie = fragments.read(path)
            length = sum(each.ticks for each in movie.fragments)
            if movie.samples != count or length != count * ticks:
                raise PicturesMismatch(
                    f"The picture of part {at + 1} has {movie.samples} frames instead "
                    f"of {count}. Retry the job."
                )
            begins = movie.fragments[0].start
            movies.append((movie, int(first * ticks) - begins))
    if len({movie.codec for movie, _shift in movies}) > 1:
        raise PicturesMismatch("The parts of the picture are of several kinds.")
    target = run.workspace / "pictures.mp4"
    fragments.write_joined(movies, target, init=movies[0][0].init)
    for movie, _shift in movies:
        movie.path.unlink()
    return target


def _encode(
    run: Run[AutomationJob],
    line: Line,
    chunk: DubChunk,
    path: Path,
    *,
    frames: tuple[int, int],
    span: tuple[float, float],
) -> None:
    """Encode the frames of one chunk's place for the joined picture."""
    grid = Grid.of(line)
    first, count = frames
    graph = Graph()
    returned: Path | None = None
    if chunk.state == DubChunk.State.COMPLETE:
        returned = run.workspace / "returned.mp4"
        returned.unlink(missing_ok=True)
        media_storage().fetch_to(picture_key(chunk), returned)
        start, end = sent_range(run.job, line, chunk)
        sent, _last = grid.frames_around(start, end)
        picture = _of_return(graph, returned, grid, skip=first - sent, count=count)
    else:
        picture = _of_source(graph, line, grid, first=first, count=count)
    container = run.job.config.output_format
    options: dict[str, Value | None] = {
        **picture_options(container),
        "fps_mode": "cfr",
        "r": grid.rate,
        "video_track_timescale": grid.timescale,
        "movflags": "+cmaf+frag_keyframe",
        "map_metadata": -1,
    }
    output = Output(
        path=path,
        muxer="mp4",
        streams=[_sized(picture, run.job, line)],
        options=options,
    )
    command = graph.command(
        output,
        expected_frames=count,
        expected_duration_ms=round(count / grid.rate * 1000),
    )
    run_command(run, command, span=span, file_bytes=MAX_OUTPUT_BYTES)
    if returned is not None:
        returned.unlink()


def _of_source(
    graph: Graph, line: Line, grid: Grid, *, first: int, count: int
) -> Stream:
    video = line.info.video
    if video is None:
        raise ValueError("there is no picture")
    wanted_s = grid.first_s + first / grid.rate
    # From a little before, so that the frame itself is not left out.
    seek_ms = max(0, floor((wanted_s - 1 / (2 * grid.rate)) * 1000))
    media = graph.input(
        Input(path=line.source, demuxer=line.info.container, start_ms=seek_ms)
    )
    return _framed(
        media.stream(video.index),
        grid,
        begins_s=wanted_s - Fraction(seek_ms, 1000),
        skip=0,
        count=count,
    )


def _of_return(
    graph: Graph, path: Path, grid: Grid, *, skip: int, count: int
) -> Stream:
    info = probe(path, timeout_s=PROBE_S)
    if info.video is None:
        raise ValueError("what came back has no picture")
    media = graph.input(Input(path=path, demuxer=info.container))
    return _framed(
        media.stream(info.video.index),
        grid,
        begins_s=Fraction(0),
        skip=skip,
        count=count,
    )


def _framed(
    picture: Stream, grid: Grid, *, begins_s: Fraction, skip: int, count: int
) -> Stream:
    """Exactly `count` frames after `skip` others; the last one stands where some are
    missing."""
    return (
        picture.filter("fps", fps=grid.rate, start_time=float(begins_s))
        .filter("tpad", stop=-1, stop_mode="clone")
        .filter("trim", start_frame=skip, end_frame=skip + count)
        .filter("setpts", expr="PTS-STARTPTS")
    )


def _sized(picture: Stream, job: AutomationJob, line: Line) -> Stream:
    video = line.info.video
    if video is None:
        raise ValueError("there is no picture")
    width, height = size_of(
        job.config, width=video.display_width, height=video.display_height
    )
    return (
        picture.filter(
            "scale", w=width, h=height, force_original_aspect_ratio="decrease"
        )
        .filter("pad", w=width, h=height, x="(ow-iw)/2", y="(oh-ih)/2")
        .filter("setsar", sar=1)
        .filter("format", pix_fmts="yuv420p")
    )
