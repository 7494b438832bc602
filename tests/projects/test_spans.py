"""The timeline as a row of spans: nothing missing, nothing twice, no drift."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.timeline.document import Clip, Timeline
from projects.timeline.rational import exact_frame_rate, frame_at
from projects.timeline.spans import SAMPLE_RATE, sample_at, samples_of, spans_of

RATES = [1.0, 12.5, 23.976, 25.0, 29.97, 30.0, 59.94, 60.0, 120.0]


def clip(start: float, end: float, position: float, speed: float = 1) -> Clip:
    return Clip(
        asset=uuid4(), start_time=start, end_time=end, position=position, speed=speed
    )


def edges(clips: list[Clip], rate: float) -> list[tuple[int, int, bool]]:
    spans = spans_of(Timeline(clips=clips), exact_frame_rate(rate))
    return [(span.first, span.last, span.clip is not None) for span in spans]


def test_gaps_before_and_between_become_spans() -> None:
    clips = [clip(0, 1, position=3), clip(5, 6.5, position=1)]
    assert edges(clips, 10) == [
        (0, 10, False),
        (10, 25, True),
        (25, 30, False),
        (30, 40, True),
    ]


def test_neighbours_leave_no_gap() -> None:
    clips = [clip(0, 1.001, position=0), clip(0, 1.001, position=1.001)]
    assert edges(clips, 29.97) == [(0, 30, True), (30, 60, True)]


@pytest.mark.parametrize(("speed", "frames"), [(0.5, 50), (2, 12), (4, 6), (1, 25)])
def test_speed_changes_the_length(speed: float, frames: int) -> None:
    assert edges([clip(1, 2, position=0, speed=speed)], 25) == [(0, frames, True)]


def test_less_than_half_a_frame_is_nothing() -> None:
    assert edges([clip(0, 0.01, position=0)], 25) == []
    assert edges([clip(0, 0.021, position=0)], 25) == [(0, 1, True)]
    assert edges([], 25) == []


@st.composite
def rows_of_clips(draw: st.DrawFn) -> list[Clip]:
    """Clips that do not overlap, in any order."""
    at_ms = 0
    clips = []
    for _ in range(draw(st.integers(1, 40))):
        at_ms += draw(st.sampled_from([0, 0, 1, 17, 33, 1234]))
        start_ms = draw(st.integers(0, 10_000))
        length_ms = draw(st.integers(1, 5000))
        speed = draw(st.sampled_from([0.25, 0.5, 1, 1.5, 2, 3.7]))
        made = clip(
            start_ms / 1000,
            (start_ms + length_ms) / 1000,
            position=at_ms / 1000,
            speed=speed,
        )
        clips.append(made)
        at_ms = round(made.timeline_end * 1000)
    return draw(st.permutations(clips))


@given(clips=rows_of_clips(), said=st.sampled_from(RATES))
def test_frames_and_samples_add_up_exactly(clips: list[Clip], said: float) -> None:
    rate = exact_frame_rate(said)
    timeline = Timeline(clips=clips)
    spans = spans_of(timeline, rate)
    at = 0
    for span in spans:
        assert span.first == at
        assert span.frames > 0
        at = span.last
    lasting = [each for each in clips if each in [span.clip for span in spans]]
    if lasting:
        assert at == max(frame_at(each.timeline_end, rate) for each in lasting)
    samples = sum(samples_of(span, rate) for span in spans)
    assert samples == sample_at(at, rate) == round(at / rate * SAMPLE_RATE)


@given(clips=rows_of_clips(), said=st.sampled_from(RATES))
def test_every_clip_begins_within_half_a_frame_of_its_place(
    clips: list[Clip], said: float
) -> None:
    rate = exact_frame_rate(said)
    for span in spans_of(Timeline(clips=clips), rate):
        if span.clip is not None:
            assert abs(span.first / rate - round(span.clip.position, 3)) <= 0.51 / rate
