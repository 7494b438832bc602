"""The timeline as a row of spans: nothing missing, nothing twice, no drift."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.timeline.document import Clip, Settings, Timeline, Transform
from projects.timeline.heard import heard_of, windows, within
from projects.timeline.rational import exact_frame_rate
from projects.timeline.scene import Crossing, Scene, Shot, frame_of, scene_of
from projects.timeline.spans import SAMPLE_RATE, described, sample_at, spans_of

RATES = [1.0, 12.5, 23.976, 25.0, 29.97, 30.0, 59.94, 60.0, 120.0]


def clip(start: float, end: float, position: float, speed: float = 1) -> Clip:
    return Clip(
        asset=uuid4(), start_time=start, end_time=end, position=position, speed=speed
    )


def parts(clips: list[Clip], rate: float) -> list[tuple[int, int]]:
    """Where each clip of the one layer is, in frames."""
    seen = seen_of(clips, rate)
    return [(part.first, part.last) for layer in seen.layers for part in layer]


def seen_of(clips: list[Clip], rate: float, **others: Any) -> Scene:
    timeline = Timeline(clips=clips, **others)
    return scene_of(timeline, frame_of(Settings(frame_rate=rate)))


def cut(scene: Scene) -> list[tuple[int, int]]:
    return [(span.first, span.last) for span in spans_of(scene, 0, scene.frames)]


def test_gaps_before_and_between_become_spans() -> None:
    clips = [clip(0, 1, position=3), clip(5, 6.5, position=1)]
    assert parts(clips, 10) == [(10, 25), (30, 40)]
    assert cut(seen_of(clips, 10)) == [(0, 10), (10, 25), (25, 30), (30, 40)]


def test_neighbours_leave_no_gap() -> None:
    clips = [clip(0, 1.001, position=0), clip(0, 1.001, position=1.001)]
    assert parts(clips, 29.97) == [(0, 30), (30, 60)]


@pytest.mark.parametrize(("speed", "frames"), [(0.5, 50), (2, 12), (4, 6), (1, 25)])
def test_speed_changes_the_length(speed: float, frames: int) -> None:
    assert parts([clip(1, 2, position=0, speed=speed)], 25) == [(0, frames)]


def test_less_than_half_a_frame_is_nothing() -> None:
    assert parts([clip(0, 0.01, position=0)], 25) == []
    assert parts([clip(0, 0.021, position=0)], 25) == [(0, 1)]
    assert seen_of([], 25).frames == 0


def test_texts_cut_and_leave_the_other_cuts_where_they_are() -> None:
    long = [clip(0, 100, position=0)]
    assert cut(seen_of(long, 10)) == [(n, n + 200) for n in range(0, 1000, 200)]
    text = {"text": "Hello", "start_time": 50, "end_time": 55}
    titled = cut(seen_of(long, 10, text_overlays=[text]))
    assert titled == [(0, 200), (200, 400), (400, 500), (500, 550), (550, 600),
                      (600, 800), (800, 1000)]  # fmt: skip


def test_what_moves_along_stays_the_same_piece() -> None:
    first, second = clip(0, 4, position=0), clip(3, 9, position=4)
    sources = {first.asset: "a", second.asset: "b"}
    before = seen_of([first, second], 25)
    moved = seen_of(
        [first.model_copy(update={"end_time": 2.0}),
         second.model_copy(update={"position": 2.0})], 25
    )  # fmt: skip
    (_, old), (_, new) = (spans_of(s, 0, s.frames) for s in (before, moved))
    assert (old.first, new.first) == (100, 50)
    assert described(before, old, sources) == described(moved, new, sources)
    louder = seen_of([first, second.model_copy(update={"volume": 0.5})], 25)
    assert described(louder, old, sources) == described(before, old, sources)
    turned = second.model_copy(update={"transform": Transform(rotation=1)})
    assert described(seen_of([first, turned], 25), old, sources) != described(
        before, old, sources
    )


def crossed(duration: float, **others: float) -> Scene:
    one, two = clip(1, 3, position=0), clip(5, 7, position=2)
    transition = {
        "type": "dissolve",
        "duration": duration,
        "from_clip": one.id,
        "to_clip": two.id,
    }
    return seen_of([one, two], 10, transitions=[transition])


def test_a_transition_takes_its_frames_from_both_sides() -> None:
    (parts_of_layer,) = crossed(0.8).layers
    assert [(p.first, p.last) for p in parts_of_layer] == [(0, 16), (16, 24), (24, 40)]
    assert isinstance(parts_of_layer[1], Crossing)
    assert crossed(0.8).frames == 40


def test_a_transition_never_reaches_past_its_clips() -> None:
    (parts_of_layer,) = crossed(4).layers
    (only,) = parts_of_layer
    assert (only.first, only.last) == (0, 40)


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
    scene = seen_of(clips, said)
    at = 0
    for first, last in cut(scene):
        assert first == at
        assert last > first
        at = last
    assert at == scene.frames
    heard = heard_of(Timeline(clips=clips), rate, {each.asset for each in clips})
    assert all(each.last <= sample_at(at, rate) for each in heard)
    assert sample_at(at, rate) == round(at / rate * SAMPLE_RATE)


@given(clips=rows_of_clips(), said=st.sampled_from(RATES))
def test_every_clip_begins_within_half_a_frame_of_its_place(
    clips: list[Clip], said: float
) -> None:
    rate = exact_frame_rate(said)
    for layer in seen_of(clips, said).layers:
        for part in layer:
            assert isinstance(part, Shot)
            place = round(part.clip.position, 3)
            assert abs(part.first / rate - place) <= 0.51 / rate


@given(clips=rows_of_clips(), most=st.integers(1, 5))
def test_sounds_are_mixed_in_parts_that_leave_nothing_out(
    clips: list[Clip], most: int
) -> None:
    rate = exact_frame_rate(25)
    heard = heard_of(Timeline(clips=clips), rate, {each.asset for each in clips})
    last = sample_at(seen_of(clips, 25).frames, rate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projects.timeline.heard.MAX_AT_ONCE", most)
        found = windows(heard, 0, last)
    assert [begin for begin, _end in found] == [0, *(end for _b, end in found[:-1])]
    assert found[-1][1] == last
    assert all(len(within(heard, a, b)) <= most for a, b in found)
