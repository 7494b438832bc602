"""The ladder's sound: the source's own packets where that can be, else encoded."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest

from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.errors import FFmpegFailed
from streamfetch.ffmpeg.probe import probe
from streamfetch.ffmpeg.runner import Result
from tests import media
from tests.uploads.pipeline import playing
from tests.uploads.pipeline.conftest import Processed
from uploads.pipeline.encoding import Source
from uploads.pipeline.sound import copied_sound

pytestmark = pytest.mark.django_db

Bring = Callable[[Path], Processed]


def made_sound(made: Processed, tmp_path: Path) -> Path:
    listed = playing.playlist(made.folder / "audio" / "index.m3u8")
    return playing.joined(listed, tmp_path / "audio.mp4")


@pytest.mark.parametrize(("channels", "rate"), [(1, 48_000), (2, 44_100)])
def test_sound_that_players_take_is_not_encoded_again(
    channels: int, rate: int, bring: Bring, tmp_path: Path
) -> None:
    source = media.video(
        duration_s=9, audio_channels=channels, sample_rate=rate, gop=250
    )
    made = bring(source)
    sound = made_sound(made, tmp_path)
    assert media.sound_packets(sound) == media.sound_packets(source)
    assert playing.sound_seconds(sound) == pytest.approx(9, abs=0.03)
    track = playing.dash(made.folder)["audio"]
    assert (track["channels"], track["rate"]) == (channels, rate)


@pytest.mark.parametrize(
    "make",
    [
        lambda: media.video(duration_s=9, sample_rate=22_050, gop=250),
        lambda: media.video(duration_s=9, container="mkv", gop=250),
        lambda: media.video(duration_s=9, audio_codec="libmp3lame", gop=250),
        lambda: media.video(duration_s=9, audio_channels=6, gop=250),
        lambda: media.without_packets(media.video(duration_s=9, gop=250), 100, 150),
        lambda: media.with_broken_packets(media.video(duration_s=9, gop=250), 50, 90),
    ],
    ids=[
        "another rate",
        "no index",
        "another codec",
        "surround",
        "with a hole",
        "broken",
    ],
)
def test_any_other_sound_is_made_even(
    make: Callable[[], Path], bring: Bring, tmp_path: Path
) -> None:
    source = make()
    made = bring(source)
    sound = made_sound(made, tmp_path)
    assert media.sound_packets(sound) != media.sound_packets(source)
    with av.open(str(sound)) as container:
        frames = list(container.decode(audio=0))
        assert container.streams.audio[0].rate == 48_000
        assert container.streams.audio[0].channels == 2
    steps = {b.pts - a.pts for a, b in pairwise(frames)}
    assert steps == {1024}
    assert playing.sound_seconds(sound) == pytest.approx(9, abs=0.05)


def test_sound_that_an_edit_list_cuts_off_is_not_in_the_copy(
    bring: Bring, tmp_path: Path
) -> None:
    whole = media.video(duration_s=9, gop=125)
    made = bring(media.copied_from(whole, start_s=3.2))
    listed = playing.playlist(made.folder / "audio" / "index.m3u8")
    assert float(sum(listed.lengths)) == pytest.approx(5.8, abs=0.1)


def test_a_copy_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    path = media.video(duration_s=2)

    def refuse(_command: Command) -> Result:
        raise FFmpegFailed

    source = Source(path=path, info=probe(path))
    assert copied_sound(source, directory=tmp_path, run=refuse) is None
    assert list(tmp_path.iterdir()) == []
