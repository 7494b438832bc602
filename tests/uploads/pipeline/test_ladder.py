"""Which rungs a source gets, at which rate, and where its segments begin."""

from dataclasses import replace
from fractions import Fraction

import pytest

from streamfetch.ffmpeg.probe import MediaInfo, VideoStream
from uploads.pipeline import chunks, ladder


def video(width: int, height: int, **changes: object) -> VideoStream:
    plain = VideoStream(
        index=0,
        codec="h264",
        profile="High",
        width=width,
        height=height,
        display_width=width,
        display_height=height,
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
        bit_rate=1_000_000,
        duration_ms=10_000,
        start_ms=0,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def info(stream: VideoStream, **changes: object) -> MediaInfo:
    plain = MediaInfo(
        container="mov",
        kind="video",
        duration_ms=stream.duration_ms,
        start_ms=0,
        size_bytes=1_000_000,
        bit_rate=1_000_000,
        video=stream,
        audio=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((3840, 2160), ["360p", "720p", "1080p"]),
        ((1920, 1080), ["360p", "720p", "1080p"]),
        ((1080, 1920), ["360p", "720p", "1080p"]),
        ((1280, 720), ["360p", "720p"]),
        ((854, 480), ["360p", "480p"]),
        ((640, 400), ["360p"]),
        ((320, 180), ["180p"]),
        ((2, 2), ["2p"]),
    ],
)
def test_rungs_are_never_above_the_source(
    size: tuple[int, int], names: list[str]
) -> None:
    rungs = ladder.rungs_of(video(*size))
    assert [rung.name for rung in rungs] == names
    for rung in rungs:
        assert rung.width <= size[0]
        assert rung.height <= size[1]
        assert rung.width % 2 == rung.height % 2 == 0


def test_a_very_wide_picture_stays_within_what_phones_decode() -> None:
    (rung,) = ladder.rungs_of(video(8000, 200))
    assert rung.width <= 4096


@pytest.mark.parametrize(
    ("stated", "rate"),
    [
        ("25", 25),
        ("30000/1001", Fraction(30000, 1001)),
        ("2997/100", Fraction(30000, 1001)),
        ("60", 60),
        ("120", 60),
        ("120000/1001", Fraction(60000, 1001)),
        ("1", 5),
        ("0", 25),
    ],
)
def test_rates(stated: str, rate: Fraction | int) -> None:
    assert ladder.frame_rate_of(video(640, 360, frame_rate=stated)) == rate


def test_uneven_rates_are_rounded_up_to_a_usual_one() -> None:
    uneven = {"is_variable_frame_rate": True, "frame_rate": "1873/64"}
    phone = video(640, 360, real_frame_rate="30", **uneven)
    assert ladder.frame_rate_of(phone) == 30
    screen = video(640, 360, real_frame_rate="1000", **uneven)
    assert ladder.frame_rate_of(screen) == Fraction(30000, 1001)


@pytest.mark.parametrize("rate", ["25", "30000/1001", "24000/1001", "60", "15"])
def test_cuts_stay_near_four_seconds_for_hours(rate: str) -> None:
    two_hours = video(640, 360, frame_rate=rate, duration_ms=7_200_000)
    grid = ladder.regular_grid(info(two_hours))
    half_a_frame = 1 / grid.rate / 2
    assert len([cut for cut in grid.cuts if cut < grid.frame_count]) == 1800
    for number, cut in enumerate(grid.cuts):
        assert abs(cut / grid.rate - 4 * number) <= half_a_frame


def test_a_copied_source_is_cut_where_its_key_frames_are() -> None:
    rate = Fraction(25)
    every_second = list(range(0, 250, 25))
    assert ladder.cuts_at(every_second, rate=rate, frame_count=250) == (0, 100, 200)
    every_five = [0, 125]
    assert ladder.cuts_at(every_five, rate=rate, frame_count=250) == (0, 125)
    assert ladder.cuts_at([0], rate=rate, frame_count=250) is None
    assert ladder.cuts_at([3, 103], rate=rate, frame_count=200) is None


@pytest.mark.parametrize(
    "change",
    [
        {"codec": "hevc"},
        {"pix_fmt": "yuv444p"},
        {"profile": "High 10"},
        {"rotation": 90},
        {"is_variable_frame_rate": True},
        {"bit_rate": 9_000_000},
        {"start_ms": 400},
        {"frame_rate": "120"},
    ],
)
def test_only_what_every_player_takes_is_copied(change: dict[str, object]) -> None:
    plain = video(1280, 720)
    rungs = ladder.rungs_of(plain)
    assert ladder.copied_rung(info(plain), rungs).name == "720p"
    for refused in (
        info(replace(plain, **change)),  # type: ignore[arg-type]
        info(plain, container="mpegts"),
    ):
        with pytest.raises(ladder.NotCopied):
            ladder.copied_rung(refused, rungs)


def test_parts_cover_the_whole_and_the_last_is_not_short() -> None:
    source = info(video(640, 360, duration_ms=1_300_000))
    parts = list(chunks.stretches(ladder.regular_grid(source)))
    assert parts[0] == (0, 3000, 1)
    assert parts[1] == (3000, 6000, 31)
    assert parts[-1] == (27_000, None, 271)
    assert len(parts) == 10
