"""Frame rates and moments, exactly."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.timeline.rational import exact_frame_rate, frame_at, frame_on, seconds_of


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (47.952, Fraction(48000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
        (24, Fraction(24)),
        (25, Fraction(25)),
        (30, Fraction(30)),
        (14.985, Fraction(2997, 200)),
        (1, Fraction(1)),
    ],
)
def test_rounded_rates_mean_exact_ones(said: float, meant: Fraction) -> None:
    assert exact_frame_rate(said) == meant


def test_an_hour_of_ntsc_does_not_drift() -> None:
    rate = exact_frame_rate(29.97)
    assert frame_at(3600, rate) == 107892
    assert seconds_of(107892, rate) == Fraction(107892 * 1001, 30000)


@given(
    frame=st.integers(0, 24 * 3600 * 120),
    rate=st.sampled_from([23.976, 29.97, 12.5, 25.0, 60.0, 119.88]),
)
def test_a_frame_is_found_again_by_its_time_in_milliseconds(
    frame: int, rate: float
) -> None:
    exact = exact_frame_rate(rate)
    shown_s = round(float(seconds_of(frame, exact)), 3)
    assert frame_at(shown_s, exact) == frame
    assert frame_on(round(shown_s * 1000), exact) == frame
    assert frame_on(math.floor((frame + 0.9) / exact * 1000), exact) == frame
