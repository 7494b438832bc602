import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.ffmpeg.progress import Progress, ProgressParser

BLOCK = (
    b"frame=%d\nfps=25.0\nbitrate= 301.2kbits/s\ntotal_size=%d\n"
    b"out_time_us=%d\nout_time_ms=%d\nout_time=00:00:01.000000\n"
    b"dup_frames=0\ndrop_frames=0\nspeed=%s\nprogress=%s\n"
)


def block(
    *, frame: int = 0, time_ms: int = 0, speed: bytes = b"2.5x", end: bool = False
) -> bytes:
    time_us = time_ms * 1000
    last = b"end" if end else b"continue"
    return BLOCK % (frame, frame * 100, time_us, time_us, speed, last)


def test_a_block_becomes_one_report() -> None:
    parser = ProgressParser(expected_duration_ms=4000)

    reports = parser.feed(block(frame=25, time_ms=1000))

    assert reports == [
        Progress(
            frame=25,
            out_time_ms=1000,
            speed=2.5,
            total_size=2500,
            done=False,
            percent=25.0,
        )
    ]


def test_bytes_may_come_in_any_pieces() -> None:
    parser = ProgressParser(expected_frames=100)
    data = block(frame=10) + block(frame=20)

    reports = [
        report for n in range(len(data)) for report in parser.feed(data[n : n + 1])
    ]

    assert [report.frame for report in reports] == [10, 20]
    assert [report.percent for report in reports] == [10.0, 20.0]


def test_what_ffmpeg_does_not_know_yet_is_zero() -> None:
    parser = ProgressParser(expected_duration_ms=1000)
    text = b"frame=0\ntotal_size=N/A\nout_time_us=N/A\nspeed=N/A\nprogress=continue\n"

    (report,) = parser.feed(text)

    assert (report.total_size, report.out_time_ms, report.speed) == (0, 0, None)
    assert report.percent == 0


def test_time_before_zero_does_not_go_below_zero_percent() -> None:
    parser = ProgressParser(expected_duration_ms=1000)

    (report,) = parser.feed(b"out_time_us=-23220\nprogress=continue\n")

    assert (report.out_time_ms, report.percent) == (0, 0)


def test_percent_is_unknown_when_nothing_is_expected() -> None:
    parser = ProgressParser()

    assert [report.percent for report in parser.feed(block(end=True))] == [None]


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.booleans()), max_size=30),
    st.integers(1, 10**5),
)
def test_percent_never_falls_and_is_100_only_at_the_end(
    steps: list[tuple[int, bool]], expected: int
) -> None:
    parser = ProgressParser(expected_frames=expected)

    reports = [
        report
        for frame, end in steps
        for report in parser.feed(block(frame=frame, end=end))
    ]

    percents = [report.percent or 0 for report in reports]
    assert percents == sorted(percents)
    ended = (
        [report.done for report in reports].index(True)
        if any(report.done for report in reports)
        else len(reports)
    )
    assert all(percent < 100 for percent in percents[:ended])
    assert all(percent == 100 for percent in percents[ended:])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_rubbish_is_survived(pieces: list[bytes]) -> None:
    parser = ProgressParser(expected_frames=10)

    for piece in pieces:
        parser.feed(piece)

    assert len(parser.feed(b"\n" + block(frame=5))) == 1


@pytest.mark.parametrize(
    ("text", "speed"), [(b"1.02x", 1.02), (b"1e+03x", 1000.0), (b"fast", None)]
)
def test_speed_is_read(text: bytes, speed: float | None) -> None:
    (report,) = ProgressParser().feed(block(speed=text))

    assert report.speed == speed
