"""Where sound is cut: in pauses, on whole samples, and never far from the grid."""

import numpy as np
import pytest

from automation.documents import ChunkPlan, Strategy
from automation.pipeline import chunk
from tests.automation.speech import RATE, Speech, speech


def analysed(sound: np.ndarray) -> chunk.Analysis:
    """As of a voice band: the noise that is left of it is where it was."""
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    band = np.fft.irfft(spectrum, len(sound)).astype(np.float32)
    return chunk.analyse(chunk.levels_of([band[:, None]], rate=RATE))


@pytest.fixture(scope="module")
def spoken() -> Speech:
    return speech(150, floor_db=-45)


@pytest.fixture(scope="module")
def analysis(spoken: Speech) -> chunk.Analysis:
    return analysed(spoken.sound)


def planned(
    analysis: chunk.Analysis, spoken: Speech, strategy: Strategy, **options: object
) -> ChunkPlan:
    return chunk.plan(
        analysis,
        sample_count=len(spoken.sound),
        chunk_s=30,
        strategy=strategy,
        **options,  # type: ignore[arg-type]
    )


def cut_words(plan: ChunkPlan, spoken: Speech) -> int:
    return sum(spoken.is_spoken_at(each.sample) for each in plan.boundaries)


@pytest.mark.parametrize("strategy", ["silence", "fixed"])
def test_cuts_lie_in_pauses(
    analysis: chunk.Analysis, spoken: Speech, strategy: Strategy
) -> None:
    plan = planned(analysis, spoken, strategy)
    assert len(plan.boundaries) >= 3
    assert cut_words(plan, spoken) == 0
    assert {each.confidence for each in plan.boundaries} == {"high"}
    assert all(each.sample % chunk.HOP_SAMPLES == 0 for each in plan.boundaries)


def test_chunks_stay_within_a_quarter_of_their_length(
    analysis: chunk.Analysis, spoken: Speech
) -> None:
    edges = planned(analysis, spoken, "silence").edges
    lengths_s = np.diff(edges) / RATE
    assert all(22.5 <= length <= 37.5 for length in lengths_s[:-1])
    assert lengths_s[-1] <= 37.5


def test_a_strict_grid_stays_where_it_is(
    analysis: chunk.Analysis, spoken: Speech
) -> None:
    plan = planned(analysis, spoken, "fixed", strict_grid=True)
    assert [each.sample for each in plan.boundaries] == [
        30 * RATE * number for number in range(1, 5)
    ]
    through = {each.sample for each in plan.boundaries if each.confidence == "low"}
    assert through >= {
        each.sample for each in plan.boundaries if spoken.is_spoken_at(each.sample)
    }


def test_scenes_move_to_the_next_pause(
    analysis: chunk.Analysis, spoken: Speech
) -> None:
    plan = planned(analysis, spoken, "scene", scenes_s=[27.0, 33.5, 61.2])
    assert abs(plan.boundaries[0].sample / RATE - 27.0) < 5
    assert cut_words(plan, spoken) == 0


def test_speech_without_pauses_is_cut_at_its_quietest_and_says_so() -> None:
    times = np.arange(70 * RATE) / RATE
    noise = np.random.default_rng(3).normal(0, 0.1, len(times))
    # Four syllables a second, the gaps between them far shorter than a pause.
    syllables = 10 ** (np.minimum(0, 40 * np.sin(2 * np.pi * 4 * times) + 20) / 20)
    whole = Speech(sound=(noise * syllables).astype(np.float32), words=())
    plan = planned(analysed(whole.sound), whole, "silence")
    assert plan.boundaries
    assert {each.confidence for each in plan.boundaries} == {"low"}
    assert all(each.handle == chunk.MIN_HANDLE for each in plan.boundaries)


def test_pauses_are_found_above_loud_noise_that_changes() -> None:
    spoken = speech(90, floor_db=-60)
    noise = np.random.default_rng(2).normal(0, 1, len(spoken.sound))
    rising = np.interp(np.arange(len(noise)), [0, len(noise)], [0.001, 0.03])
    noisy = (spoken.sound + noise * rising).astype(np.float32)
    plan = planned(analysed(noisy), spoken, "silence")
    assert cut_words(plan, spoken) == 0


def test_three_seconds_are_one_chunk() -> None:
    spoken = speech(3)
    plan = planned(analysed(spoken.sound), spoken, "silence")
    assert plan.boundaries == []
    assert plan.edges == [0, 3 * RATE]


def test_silence_is_recognised() -> None:
    assert analysed(np.zeros(RATE * 5, dtype=np.float32)).is_silent
    assert not analysed(speech(5).sound).is_silent


def test_levels_do_not_depend_on_blocks() -> None:
    sound = speech(7).sound[:, None]
    whole = chunk.levels_of([sound], rate=RATE)
    parts = [sound[at : at + 48_000] for at in range(0, len(sound), 48_000)]
    assert np.allclose(whole, chunk.levels_of(parts, rate=RATE), atol=0.01)


def test_scene_changes_are_jumps_not_motion() -> None:
    frames = np.zeros((50, 576), dtype=np.uint8)
    frames[20:] = 120
    frames += (np.arange(50, dtype=np.uint8) * 2)[:, None]
    assert chunk.scene_changes(frames, rate=5) == [4.0]
