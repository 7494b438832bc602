from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.ffmpeg import allowlists
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, seconds
from streamfetch.ffmpeg.filters import fitted, with_text
from streamfetch.ffmpeg.runner import run
from streamfetch.ffmpeg.text import ass_script
from tests import media

SOURCE = Path("/scratch/in.mp4")
ALLOW = [
    *("-codec_whitelist", allowlists.CODEC_WHITELIST),
    *("-format_whitelist", allowlists.FORMAT_WHITELIST),
    *("-protocol_whitelist", "file"),
]


def mp4(path: Path = SOURCE, *, start_ms: int = 0) -> Input:
    return Input(path=path, demuxer="mov", start_ms=start_ms)


def test_a_stream_copy_is_one_short_line() -> None:
    graph = Graph()
    media_in = graph.input(
        Input(path=SOURCE, demuxer="mov", start_ms=1500, duration_ms=2000)
    )
    output = Output(
        path=Path("/scratch/out.mp4"),
        muxer="mp4",
        streams=[media_in.video, media_in.audio],
        options={"c": "copy", "movflags": "+faststart"},
    )

    command = graph.command(output, expected_duration_ms=2000)

    assert list(command.argv) == [
        *("-y", "-f", "mov", *ALLOW, "-ss", "1.5", "-t", "2"),
        *("-i", "file:/scratch/in.mp4", "-map", "0:V:0", "-map", "0:a:0"),
        *("-f", "mp4", "-c", "copy", "-movflags", "+faststart"),
        "file:/scratch/out.mp4",
    ]
    assert command.reads == (SOURCE,)
    assert command.outputs == (Path("/scratch/out.mp4"),)
    assert command.expected_duration_ms == 2000


def test_a_graph_with_several_inputs_and_outputs() -> None:
    graph = Graph()
    first = graph.input(mp4())
    second = graph.input(mp4(Path("/scratch/b.mp4"), start_ms=250))
    back = graph.source(
        "color", duration_ms=4000, color="#102030", size="640x360", rate=25
    )
    clips = [
        first.video.filter("trim", start=0, end=2.5).filter(
            "setpts", expr="PTS-STARTPTS"
        ),
        fitted(second.video, width=640, height=360),
    ]
    joined = graph.filter("concat", clips, n=2, v=1, a=0)
    layered = graph.filter("overlay", [back, joined], x="(W-w)/2", y=0)
    whole, small = with_text(layered, script=Path("/scratch/t.ass")).split(
        2, kind="video"
    )

    command = graph.command(
        Output(
            path=Path("/scratch/out.mp4"),
            muxer="mp4",
            streams=[whole, first.audio],
            options={"c:v": "libx264", "crf": 20, "shortest": None},
        ),
        Output(
            path=Path("/scratch/thumbs/%03d.jpg"),
            muxer="image2",
            streams=[small.filter("fps", fps=1)],
        ),
        expected_frames=100,
    )

    assert list(command.argv) == [
        *("-y", "-f", "lavfi", "-t", "4"),
        *("-i", "color=color=#102030:rate=25:size=640x360"),
        *("-f", "mov", *ALLOW, "-i", "file:/scratch/in.mp4"),
        *("-f", "mov", *ALLOW, "-ss", "0.25", "-i", "file:/scratch/b.mp4"),
        "-filter_complex",
        "[1:V:0]trim=end=2.5:start=0[s0];"
        "[s0]setpts=expr=PTS-STARTPTS[s1];"
        "[2:V:0]scale=force_original_aspect_ratio=decrease:h=360:w=640[s2];"
        "[s2]pad=color=black:h=360:w=640:x=(ow-iw)/2:y=(oh-ih)/2[s3];"
        "[s3]setsar=sar=1[s4];"
        "[s1][s4]concat=a=0:n=2:v=1[s5];"
        "[0][s5]overlay=x=(W-w)/2:y=0[s6];"
        "[s6]ass=filename=/scratch/t.ass[s7];"
        "[s7]split=2[s8][s9];"
        "[s9]fps=fps=1[s10]",
        *("-map", "[s8]", "-map", "1:a:0", "-f", "mp4", "-c:v", "libx264"),
        *("-crf", "20", "-shortest", "file:/scratch/out.mp4"),
        *("-map", "[s10]", "-f", "image2"),
        "file:/scratch/thumbs/%03d.jpg",
    ]
    assert command.reads == (SOURCE, Path("/scratch/b.mp4"), Path("/scratch/t.ass"))
    assert command.outputs == (Path("/scratch/out.mp4"),)
    assert command.leftovers == ((Path("/scratch/thumbs"), "*.jpg"),)


def test_the_same_graph_compiles_to_the_same_line() -> None:
    def build() -> Command:
        graph = Graph()
        streams = [graph.input(mp4()).video for _ in range(3)]
        joined = graph.filter("concat", streams, n=3)
        return graph.command(
            Output(path=Path("/w/o.mp4"), muxer="mp4", streams=[joined])
        )

    assert build() == build()


def test_equal_cuts_and_different_filters_stay_apart() -> None:
    graph = Graph()
    one, other = graph.input(mp4()), graph.input(mp4())
    streams = [
        one.video.filter("trim", end=1),
        other.video.filter("trim", end=1),
        one.video.filter("hflip"),
        one.video.filter("vflip"),
    ]
    joined = graph.filter("concat", streams, n=4)

    argv = graph.command(
        Output(path=Path("/w/o.mp4"), muxer="mp4", streams=[joined])
    ).argv

    assert argv.count("file:/scratch/in.mp4") == 2
    graph_text = argv[argv.index("-filter_complex") + 1]
    assert graph_text.count("trim=end=1") == 2
    assert "hflip" in graph_text
    assert "vflip" in graph_text


@pytest.mark.parametrize(
    "name", ["it's", "a:b", "x,y;z", "[in]", "back\\slash", "per%cent=1", "ünï 漢字 😀"]
)
def test_any_name_survives_in_filters_inputs_and_outputs(
    name: str, workspace: Path
) -> None:
    directory = workspace / name
    directory.mkdir()
    source = media.video(directory / f"{name}.mp4", audio=False, duration_s=0.2)
    script = directory / f"{name}.ass"
    script.write_text(ass_script([], width=320, height=180))
    result = directory / f"{name}-out.mp4"
    graph = Graph()
    stream = with_text(graph.input(mp4(source)).video, script=script)

    run(
        graph.command(Output(path=result, muxer="mp4", streams=[stream])),
        workspace=workspace,
        deadline_s=60,
    )

    assert len(media.frame_hashes(result)) == 5


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_a_filter_value_cannot_leave_its_place(value: str) -> None:
    graph = Graph()
    stream = graph.input(mp4()).video.filter("drawbox", color=value)
    command = graph.command(
        Output(path=Path("/w/o.mp4"), muxer="mp4", streams=[stream])
    )

    text = command.argv[command.argv.index("-filter_complex") + 1]
    inner = text.removeprefix("[0:V:0]drawbox=color=").removesuffix("[s0]")
    once, ended = _unescape(inner, stops="[],;")
    assert not ended
    assert _unescape(once, stops=":") == (value, False)


def _unescape(text: str, *, stops: str) -> tuple[str, bool]:
    """Read a token as av_get_token does; say whether it ended too soon."""
    result, rest = "", iter(text)
    for character in rest:
        if character in stops or character == "'":
            return result, True
        result += next(rest) if character == "\\" else character
    return result, False


@pytest.mark.parametrize(
    "path", [Path("relative.mp4"), Path("/w/new\nline.mp4"), Path("/w/trailing ")]
)
def test_a_path_that_cannot_be_written_down_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="path"):
        Graph().input(mp4(path))


@pytest.mark.parametrize("demuxer", ["hls", "concat", "lavfi", "image2", "", "mov,hls"])
def test_a_demuxer_outside_of_the_list_is_refused(demuxer: str) -> None:
    with pytest.raises(ValueError, match="demuxer"):
        Graph().input(Input(path=SOURCE, demuxer=demuxer))


def test_a_source_that_opens_files_is_refused() -> None:
    with pytest.raises(ValueError, match="movie"):
        Graph().source("movie", duration_ms=1000, filename="/etc/passwd")


def test_an_output_over_an_input_is_refused() -> None:
    graph = Graph()
    stream = graph.input(mp4()).video

    with pytest.raises(ValueError, match="overwrite"):
        graph.command(Output(path=SOURCE, muxer="mp4", streams=[stream]))


def test_a_command_without_outputs_is_refused() -> None:
    with pytest.raises(ValueError, match="output"):
        Graph().command()


def test_what_a_command_may_have_written_is_found(tmp_path: Path) -> None:
    graph = Graph()
    stream = graph.input(mp4()).video
    command = graph.command(
        Output(
            path=tmp_path / "list.m3u8",
            muxer="hls",
            streams=[stream],
            siblings=["part-*.ts"],
        )
    )
    for name in ("list.m3u8", "part-1.ts", "part-2.ts", "other.ts"):
        (tmp_path / name).touch()

    assert sorted(path.name for path in command.written()) == [
        "list.m3u8",
        "part-1.ts",
        "part-2.ts",
    ]


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0"), (1, "0.001"), (1500, "1.5"), (3_600_000, "3600"), (-20, "-0.02")],
)
def test_seconds_are_exact(milliseconds: int, text: str) -> None:
    assert seconds(milliseconds) == text
