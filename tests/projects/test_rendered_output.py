"""What a render shows and sounds like, found by decoding it."""

import math
from functools import partial
from pathlib import Path

import pytest

from projects.timeline.document import TextOverlay
from projects.timeline.rational import exact_frame_rate, frame_at
from projects.timeline.spans import sample_at
from tests import media
from tests.projects.rendering import (
    HEIGHT,
    WIDTH,
    clip,
    frame_numbers,
    loudness,
    lumas,
    make_ramp,
    pictures,
    pitch,
    rendered,
    samples,
    settings,
)

ORANGE = "#c86428"


@pytest.fixture(scope="module")
def ramp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ramp(tmp_path_factory.mktemp("ramp") / "ramp.mp4")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


def shown(path: Path) -> list[int]:
    return frame_numbers(lumas(path))


@pytest.mark.parametrize("first", [0, 1, 2, 5, 15, 29, 30, 31, 44])
def test_a_trim_begins_with_the_frame_that_was_chosen(
    ramp: Path, out: Path, first: int
) -> None:
    """Also where its time in milliseconds was rounded up, past its beginning."""
    start = round(first / 30, 3)
    path = rendered([ramp], [clip(ramp, start, start + 0.4)], directory=out)
    assert shown(path) == list(range(first, first + 12))


@pytest.mark.parametrize("rate", [12.5, 23.976, 25, 29.97, 60])
def test_the_number_of_frames_and_samples_is_exact(
    ramp: Path, out: Path, rate: float
) -> None:
    clips = [
        clip(ramp, 0.1 * n, 0.1 * n + 0.517, position=round(0.6 * n, 3))
        for n in range(10)
    ]
    path = rendered([ramp], clips, directory=out, wanted=settings(rate))
    exact = exact_frame_rate(rate)
    frames = frame_at(9 * 0.6 + 0.517, exact)
    assert len(lumas(path)) == frames
    # AAC comes in blocks of 1,024 samples.
    assert 0 <= len(samples(path)) - sample_at(frames, exact) < 1024


def test_each_clip_shows_its_own_part(ramp: Path, out: Path) -> None:
    clips = [
        clip(ramp, 1, 1.2, position=0.2),
        clip(ramp, 0.2, 0.4, position=0),
        clip(ramp, 1, 1.2, position=0.4),
    ]
    path = rendered([ramp], clips, directory=out)
    assert shown(path) == [*range(6, 12), *range(30, 36), *range(30, 36)]


def test_a_gap_has_the_background_and_is_silent(ramp: Path, out: Path) -> None:
    path = rendered(
        [ramp],
        [clip(ramp, 0, 0.5, position=0.5), clip(ramp, 0, 0.5, position=1.5)],
        directory=out,
        wanted=settings(30, ORANGE),
    )
    found = pictures(path)
    assert len(found) == 60
    for number in (0, 14, 30, 44):
        assert found[number].is_like(ORANGE, x=WIDTH // 2, y=HEIGHT // 2)
    # A square source in a wide frame: the background is beside it, the same one.
    assert found[20].is_like(ORANGE, x=2, y=HEIGHT // 2)
    assert found[20].at(2, 2) == found[0].at(2, 2)
    assert not found[20].is_like(ORANGE, x=WIDTH // 2, y=HEIGHT // 2, within=40)
    sound = samples(path)
    heard = partial(loudness, sound)
    for silence_s, tone_s in ((0.05, 0.55), (1.05, 1.55)):
        assert heard(silence_s, silence_s + 0.4) < 0.001
        assert heard(tone_s, tone_s + 0.4) > 0.02


@pytest.mark.parametrize(("y", "half"), [(0.2, "upper"), (0.8, "lower")])
def test_a_title_is_where_and_when_it_should_be(
    ramp: Path, out: Path, y: float, half: str
) -> None:
    title = TextOverlay.model_validate(
        {
            "text": "TITLE",
            "start_time": 0.2,
            "end_time": 0.6,
            "position": {"x": 0.5, "y": y},
            "style": {"font_size": 20},
        }
    )
    clips = [clip(ramp, 0, 1)]
    without = pictures(rendered([ramp], clips, directory=out))
    with_it = pictures(
        rendered([ramp], clips, directory=out.with_name("titled"), texts=[title])
    )
    boxes = [a.changed_box(b) for a, b in zip(with_it, without, strict=True)]
    seen = [number for number, box in enumerate(boxes) if box]
    assert seen == list(range(6, 18))
    left, top, right, bottom = boxes[10] or (0, 0, 0, 0)
    assert abs((left + right) / 2 - WIDTH / 2) <= 3
    assert (bottom < HEIGHT / 2) == (half == "upper")
    assert abs((top + bottom) / 2 - y * HEIGHT) <= 4


def test_hostile_titles_are_drawn_as_they_are(ramp: Path, out: Path) -> None:
    hostile = r"""'x':y=0 %{pts} {\fs200}\N"; [in]movie=/etc/passwd, 🎬 é""" + "\n\t|"
    title = TextOverlay(text=hostile * 25, end_time=0.2)
    path = rendered([ramp], [clip(ramp, 0, 0.2)], directory=out, texts=[title])
    assert len(lumas(path)) == 6


def test_muted_and_volume(ramp: Path, out: Path) -> None:
    clips = [
        clip(ramp, 0, 0.5),
        clip(ramp, 0, 0.5, position=0.5, volume=0.5),
        clip(ramp, 0, 0.5, position=1, muted=True),
        clip(ramp, 0, 0.5, position=1.5, volume=2),
        clip(ramp, 0, 0.5, position=2, volume=0),
    ]
    sound = samples(rendered([ramp], clips, directory=out))
    full, half, muted, double, none = (
        loudness(sound, start + 0.05, start + 0.45) for start in (0, 0.5, 1, 1.5, 2)
    )
    assert half == pytest.approx(full / 2, rel=0.1)
    assert double == pytest.approx(full * 2, rel=0.1)
    assert muted < full / 100
    assert none < full / 100


@pytest.mark.parametrize(
    ("speed", "frames"), [(0.5, 30), (2, 8), (0.25, 60), (4, 4), (1.5, 10)]
)
def test_speed_changes_length_and_not_pitch(
    ramp: Path, out: Path, speed: float, frames: int
) -> None:
    path = rendered([ramp], [clip(ramp, 0.5, 1, speed=speed)], directory=out)
    found = shown(path)
    assert len(found) == frames
    expected = [15 + n * speed for n in range(frames)]
    assert all(abs(a - b) <= 1 for a, b in zip(found, expected, strict=True))
    sound = samples(path)
    length_s = frames / 30
    assert len(sound) / 48_000 == pytest.approx(length_s, abs=1024 / 48_000)
    if length_s > 0.3:
        assert pitch(sound, 0.1, length_s - 0.05) == pytest.approx(440, rel=0.05)


def test_a_picture_lasts_as_long_as_its_clip(out: Path) -> None:
    still = media.image(source=f"color={ORANGE.replace('#', '0x')}")
    path = rendered([still], [clip(still, 0, 0.7)], directory=out)
    found = pictures(path)
    assert len(found) == 21
    for number in (0, 10, 20):
        # JPEG's colours are BT.601 and rounded once more.
        assert found[number].is_like(ORANGE, x=80, y=45, within=12)
    assert loudness(samples(path), 0, 0.7) == 0


def test_a_sound_alone_gets_the_background(out: Path) -> None:
    tone = media.audio(duration_s=1)
    path = rendered(
        [tone], [clip(tone, 0.2, 0.9)], directory=out, wanted=settings(25, ORANGE)
    )
    found = pictures(path)
    assert len(found) == 18
    assert all(frame.is_like(ORANGE, x=80, y=45) for frame in found)
    assert pitch(samples(path), 0.1, 0.6) == pytest.approx(440, rel=0.03)


def test_a_video_without_sound_is_silent_and_joins_others(
    ramp: Path, out: Path
) -> None:
    mute = media.video(audio=False, duration_s=1)
    clips = [clip(mute, 0, 0.5), clip(ramp, 0, 0.5, position=0.5)]
    path = rendered([mute, ramp], clips, directory=out)
    assert len(lumas(path)) == 30
    sound = samples(path)
    assert loudness(sound, 0.05, 0.4) < 0.001
    assert loudness(sound, 0.55, 0.9) > 0.02


def test_uneven_frame_times_keep_their_speed(out: Path) -> None:
    uneven = media.video(vfr=True, duration_s=2, gop=10)
    path = rendered([uneven], [clip(uneven, 0.5, 1.5)], directory=out)
    assert len(lumas(path)) == 30


def test_slides_of_seconds_show_the_one_that_is_on(tmp_path: Path, out: Path) -> None:
    """The frame that is shown when the clip begins began long before it."""
    slides = make_ramp(tmp_path / "slides.mp4", frames=6, rate="1/2", gop=100)
    path = rendered([slides], [clip(slides, 3, 5)], directory=out)
    assert shown(path) == [1] * 30 + [2] * 30


def test_a_source_whose_picture_ends_early_holds_its_last_frame(
    ramp: Path, tmp_path: Path, out: Path
) -> None:
    longer = tmp_path / "longer.mp4"
    tone = media.audio(duration_s=4)
    media._ffmpeg(
        ["-i", str(ramp), "-i", str(tone), "-map", "0:v", "-map", "1:a",
         "-c:v", "copy", "-c:a", "aac", str(longer)]
    )  # fmt: skip
    path = rendered([longer], [clip(longer, 1.5, 3.5)], directory=out)
    assert shown(path) == [*range(45, 60), *[59] * 45]
    path = rendered([longer], [clip(longer, 3, 3.5)], directory=out)
    assert shown(path) == [59] * 15
    assert loudness(samples(path), 0.1, 0.4) > 0.02


def test_a_source_whose_sound_ends_early_goes_on_in_silence(
    ramp: Path, tmp_path: Path, out: Path
) -> None:
    shorter = tmp_path / "shorter.mp4"
    tone = media.audio(duration_s=0.5)
    media._ffmpeg(
        ["-i", str(ramp), "-i", str(tone), "-map", "0:v", "-map", "1:a",
         "-c:v", "copy", "-c:a", "aac", str(shorter)]
    )  # fmt: skip
    for start in (0.2, 1.0):
        path = rendered([shorter], [clip(shorter, start, start + 0.8)], directory=out)
        assert len(lumas(path)) == 24
        assert loudness(samples(path), 0.5, 0.75) < 0.001


def test_rotated_sources_stand_upright(out: Path) -> None:
    """A left half in red, turned by 90 degrees, is above or below."""
    turned = media.video(rotation=90, duration_s=1, source="testsrc2")
    path = rendered(
        [turned], [clip(turned, 0, 0.2)], directory=out, wanted=settings(25, ORANGE)
    )
    found = pictures(path)
    # 320x180 turned is 180x320: in a wide frame there is background on both sides.
    assert found[0].is_like(ORANGE, x=20, y=45)
    assert found[0].is_like(ORANGE, x=WIDTH - 20, y=45)
    assert not found[0].is_like(ORANGE, x=WIDTH // 2, y=45, within=30)


def test_wide_pixels_are_shown_wide(out: Path) -> None:
    """180x180 pixels of 16:9 each fill the whole frame."""
    wide = media.video(width=180, height=180, sar="16/9", duration_s=1)
    path = rendered(
        [wide], [clip(wide, 0, 0.2)], directory=out, wanted=settings(25, ORANGE)
    )
    for x in (1, WIDTH - 2):
        assert not pictures(path)[0].is_like(ORANGE, x=x, y=45, within=20)


def test_hdr_is_shown_in_the_colours_of_sdr(out: Path) -> None:
    """Untouched, white at 10,000 cd/m2 is shown as a grey like any other."""
    bright = media.video(hdr=True, duration_s=1, source="color=white", audio=False)
    path = rendered([bright], [clip(bright, 0, 0.2)], directory=out)
    assert min(pictures(path)[0].at(80, 45)) > 225


def test_many_clips_stay_in_step(ramp: Path, out: Path) -> None:
    clips = [
        clip(ramp, round(n / 30, 3), round((n + 1) / 30, 3), position=round(n / 30, 3))
        for n in range(40)
    ]
    path = rendered([ramp], clips, directory=out)
    assert shown(path) == list(range(40))
    assert math.ceil(len(samples(path)) / 1024) == math.ceil(40 / 30 * 48_000 / 1024)
