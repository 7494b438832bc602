"""The command line that a span becomes."""

import math
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest

from projects.pipeline.encoding import Encoder, encoded_span
from projects.pipeline.sound import tempo_steps
from projects.pipeline.sources import SourceFile
from projects.timeline.document import Clip, TextOverlay, Timeline
from projects.timeline.scene import Frame, scene_of
from projects.timeline.spans import Span
from streamfetch.ffmpeg.allowlists import CODEC_WHITELIST, FORMAT_WHITELIST
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.probe import AudioStream, MediaInfo, VideoStream

ASSET = UUID(int=1)
PATH = Path("/w/source.mp4")
VIDEO = VideoStream(
    index=0,
    codec="h264",
    profile="High",
    width=640,
    height=360,
    display_width=640,
    display_height=360,
    rotation=0,
    sample_aspect_ratio="1",
    frame_rate="25",
    average_frame_rate="25",
    real_frame_rate="25",
    is_variable_frame_rate=False,
    frame_count=250,
    pix_fmt="yuv420p",
    color_primaries=None,
    color_transfer=None,
    color_matrix=None,
    color_range=None,
    is_hdr=False,
    bit_rate=1,
    duration_ms=10_000,
    start_ms=0,
)
AUDIO = AudioStream(
    index=1,
    codec="aac",
    profile="LC",
    sample_rate=44_100,
    channels=2,
    channel_layout="stereo",
    bit_rate=1,
    duration_ms=10_000,
    start_ms=0,
)
SOURCE = SourceFile(
    path=PATH,
    info=MediaInfo(
        container="mov",
        kind="video",
        duration_ms=10_000,
        start_ms=0,
        size_bytes=1,
        bit_rate=1,
        video=VIDEO,
        audio=AUDIO,
    ),
)
FRAME = Frame(1280, 720, Fraction(30000, 1001), "#102030")


def compiled(
    directory: Path, *clips: Clip, texts: list[TextOverlay], last: int | None = None
) -> Command:
    scene = scene_of(Timeline(clips=list(clips), text_overlays=texts), FRAME)
    return encoded_span(
        scene,
        Span(0, last or scene.frames),
        sources={ASSET: SOURCE},
        encoder=Encoder(),
        fonts=Path("/fonts"),
        directory=directory,
    )


def graph_of(command: Command) -> str:
    return command.argv[command.argv.index("-filter_complex") + 1]


def test_one_plain_clip_is_little_work(tmp_path: Path) -> None:
    clip = Clip(asset=ASSET, start_time=1, end_time=3, speed=2)
    command = compiled(tmp_path, clip, texts=[])
    names = [part.partition("]")[2].partition("=")[0].partition("[")[0]
             for part in graph_of(command).split(";")]  # fmt: skip
    assert names == ["settb", "setpts", "fps", "tpad", "trim", "setpts", "scale",
                     "format", "setsar", "pad", "setsar", "format"]  # fmt: skip
    assert command.expected_frames == 30
    lists = (FORMAT_WHITELIST, CODEC_WHITELIST)
    assert all(each in command.argv for each in lists)
    assert set(command.reads) == {PATH}


def test_the_same_timeline_gives_the_same_command(tmp_path: Path) -> None:
    clip = Clip(asset=ASSET, start_time=1, end_time=3)
    assert compiled(tmp_path, clip, texts=[]) == compiled(tmp_path, clip, texts=[])


def test_titles_are_in_the_script_and_never_in_the_graph(tmp_path: Path) -> None:
    words = "'];[0]movie=/etc/passwd %{pts}"
    command = compiled(
        tmp_path,
        Clip(asset=ASSET, end_time=1),
        texts=[TextOverlay(text=words, end_time=1)],
    )
    assert not any("passwd" in part for part in command.argv)
    assert "passwd" in (tmp_path / "words.ass").read_text("utf-8")
    assert set(command.reads) == {PATH, Path("/fonts"), tmp_path / "words.ass"}


def test_a_span_without_its_words_has_no_script(tmp_path: Path) -> None:
    text = TextOverlay(text="Later", start_time=1, end_time=2)
    compiled(tmp_path, Clip(asset=ASSET, end_time=3), texts=[text], last=29)
    assert not (tmp_path / "words.ass").exists()


@pytest.mark.parametrize(
    ("speed", "steps"),
    [(1, []), (2, [2]), (4, [4]), (0.5, [0.5]), (0.25, [0.5, 0.5]), (0.3, [0.5, 0.6])],
)
def test_tempo_steps(speed: float, steps: list[float]) -> None:
    assert tempo_steps(speed) == pytest.approx(steps)
    assert math.prod(tempo_steps(speed)) == pytest.approx(speed)
