"""Plans thumbnails for the seek bar: sheets of 10 x 10 and a WebVTT index.

Only key frames of the smallest rung are decoded, one for each segment.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from uploads.pipeline.manifests import times
from uploads.tracks import Track

FOLDER = "thumbnails"
COLUMNS = 10
ROWS = 10
LONGEST_SIDE = 160
_JPEG_QUALITY = 5


@dataclass(frozen=True, kw_only=True)
class Thumbnails:
    """How many there are, and the size of one in pixels."""

    count: int
    width: int
    height: int

    @property
    def sheets(self) -> int:
        return -(-self.count // (COLUMNS * ROWS))


def plan(track: Track) -> Thumbnails:
    """One thumbnail for each segment of a video track."""
    if not track.width or not track.height:
        raise ValueError("a sound has no thumbnails")
    scale = Fraction(LONGEST_SIDE, max(track.width, track.height))
    width, height = (
        max(2, 2 * round(side * scale / 2)) for side in (track.width, track.height)
    )
    return Thumbnails(count=len(track.segments), width=width, height=height)


def sheet_name(number: int) -> str:
    """Name of sheet `number` (from 1) below the rendition's folder."""
    return f"{FOLDER}/sheet-{number:03}.jpg"


def sheets(path: Path, thumbnails: Thumbnails, *, directory: Path) -> Command:
    """The command that draws all sheets from `path`, which has one key frame for
    each thumbnail."""
    graph = Graph()
    media = graph.input(
        Input(path=path, demuxer="mov", options={"skip_frame": "nokey"})
    )
    stream = media.video.filter(
        "scale",
        w=thumbnails.width,
        h=thumbnails.height,
        flags="area",
        out_range="pc",
    )
    stream = stream.filter("tile", layout=f"{COLUMNS}x{ROWS}")
    output = Output(
        path=directory / sheet_name(0).rpartition("/")[2].replace("000", "%03d"),
        muxer="image2",
        streams=[stream.filter("format", pix_fmts="yuvj420p")],
        options={
            "c:v": "mjpeg",
            "q:v": _JPEG_QUALITY,
            "fps_mode": "passthrough",
        },
    )
    return graph.command(output)


def index(track: Track, thumbnails: Thumbnails) -> str:
    """The WebVTT file; addresses are relative to it."""
    blocks = ["WEBVTT"]
    for number, span in enumerate(times(track)):
        sheet, place = divmod(number, COLUMNS * ROWS)
        row, column = divmod(place, COLUMNS)
        box = (
            column * thumbnails.width,
            row * thumbnails.height,
            thumbnails.width,
            thumbnails.height,
        )
        blocks.append(
            f"{_clock(span.start)} --> {_clock(span.end)}\n"
            f"{sheet_name(sheet + 1)}#xywh={','.join(map(str, box))}"
        )
    return "\n\n".join(blocks) + "\n"


def _clock(seconds: Fraction) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{whole:02}.{milliseconds:03}"
