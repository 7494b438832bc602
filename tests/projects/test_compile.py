"""The command line that a timeline becomes: changed on purpose or not at all."""

import math
from pathlib import Path
from uuid import UUID

import pytest

from projects.pipeline.compile import SourceFile, compile_render, tempo_steps
from projects.timeline.document import Clip, Settings, TextOverlay, Timeline
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
GOLDEN_INPUTS = """\
-f lavfi -t 1.501 -i color=color=0x102030:rate=30000/1001:size=1280x720
-f lavfi -t 1.501 -i anullsrc=channel_layout=stereo:sample_rate=48000
-f mov LISTS -noaccurate_seek -protocol_whitelist file -ss 1 -i file:/w/source.mp4
"""
GOLDEN_GRAPH = """\
[0]format=pix_fmts=rgb24[s0]
[s0]scale=out_color_matrix=bt709:out_range=tv[s1]
[s1]format=pix_fmts=yuv420p[s2]
[s2]trim=end_frame=30[s3]
[s3]setpts=expr=PTS-STARTPTS[s4]
[1]atrim=end_sample=48048[s5]
[s5]asetpts=expr=PTS-STARTPTS[s6]
[2:0]setpts=expr=PTS/2.000000[s7]
[s7]fps=fps=30000/1001:start_time=0[s8]
[s8]tpad=stop=-1:stop_mode=clone[s9]
[s9]scale=flags=bicubic:force_divisible_by=2\
:force_original_aspect_ratio=decrease:h=720:out_color_matrix=bt709:out_range=tv\
:w=1280[s10]
[s10]format=pix_fmts=yuv420p[s11]
[s11]pad=color=0x102030:h=720:w=1280:x=(ow-iw)/2:y=(oh-ih)/2[s12]
[s12]setsar=sar=1[s13]
[s13]trim=end_frame=30[s14]
[s14]setpts=expr=PTS-STARTPTS[s15]
[2:1]atrim=start=0[s16]
[s16]aresample=async=1:first_pts=0:osr=48000[s17]
[s17]aformat=channel_layouts=stereo:sample_fmts=fltp[s18]
[s18]atempo=tempo=2[s19]
[s19]volume=volume=0.5[s20]
[s20]apad[s21]
[s21]atrim=end_sample=48048[s22]
[s22]asetpts=expr=PTS-STARTPTS[s23]
[s4][s6][s15][s23]concat=a=1:n=2:v=1[s24][s25]
[s24]ass=filename=DIRECTORY/titles.ass:fontsdir=/fonts[s26]
"""
GOLDEN_OUTPUT = """\
-map [s26] -map [s25] -f mp4 -ac 2 -ar 48000 -b:a 192k -c:a aac -c:v libx264 \
-color_primaries bt709 -color_range tv -color_trc bt709 -colorspace bt709 -crf 20 \
-map_metadata -1 -movflags +faststart -preset veryfast -r 30000/1001 \
file:DIRECTORY/output.mp4"""


def compiled(directory: Path, *clips: Clip, texts: list[TextOverlay]) -> Command:
    return compile_render(
        Timeline(clips=list(clips), text_overlays=texts),
        Settings(frame_rate=29.97, background_color="#102030"),
        sources={ASSET: SOURCE},
        fonts_directory=Path("/fonts"),
        directory=directory,
    )


def readable(command: Command, directory: Path) -> tuple[str, str, str]:
    """Inputs, graph and output of a command, without what differs or bores."""
    lists = f"-codec_whitelist {CODEC_WHITELIST} -format_whitelist {FORMAT_WHITELIST}"
    at = command.argv.index("-filter_complex")
    inputs = " ".join(command.argv[1:at]).replace(lists, "LISTS")
    inputs = inputs.replace(" -f ", "\n-f ") + "\n"
    graph = command.argv[at + 1].replace(";", "\n") + "\n"
    output = " ".join(command.argv[at + 2 :])
    return inputs, *(
        part.replace(str(directory), "DIRECTORY") for part in (graph, output)
    )


def test_the_whole_command(tmp_path: Path) -> None:
    title = TextOverlay(text="Hello", end_time=1)
    clip = Clip(asset=ASSET, start_time=1, end_time=3, position=1, speed=2, volume=0.5)
    command = compiled(tmp_path, clip, texts=[title])
    inputs, graph, output = readable(command, tmp_path)
    assert inputs == GOLDEN_INPUTS
    assert graph == GOLDEN_GRAPH
    assert output == GOLDEN_OUTPUT
    assert (command.expected_frames, command.expected_duration_ms) == (60, 2002)
    assert set(command.reads) == {PATH, Path("/fonts"), tmp_path / "titles.ass"}


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
    assert "passwd" in (tmp_path / "titles.ass").read_text("utf-8")


def test_less_than_a_frame_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frame"):
        compiled(tmp_path, Clip(asset=ASSET, end_time=0.001), texts=[])


@pytest.mark.parametrize(
    ("speed", "steps"),
    [(1, []), (2, [2]), (4, [4]), (0.5, [0.5]), (0.25, [0.5, 0.5]), (0.3, [0.5, 0.6])],
)
def test_tempo_steps(speed: float, steps: list[float]) -> None:
    assert tempo_steps(speed) == pytest.approx(steps)
    assert math.prod(tempo_steps(speed)) == pytest.approx(speed)
