"""What players are told about tracks."""

from fractions import Fraction

import pytest

from tests.uploads.pipeline.playing import attributes
from uploads.pipeline import manifests
from uploads.tracks import Segment, Track


def track(*sizes: tuple[int, int], timescale: int = 1000) -> Track:
    """A rung of 360p with segments of (ticks, bytes)."""
    return Track(
        name="360p",
        kind="video",
        codec="avc1.64001e",
        timescale=timescale,
        segments=tuple(
            Segment(size_bytes=size, ticks=ticks, samples=1) for ticks, size in sizes
        ),
        width=640,
        height=360,
        frame_rate="25",
    )


def test_the_declared_rate_is_the_peak_and_not_the_first() -> None:
    black_first = track((4000, 1000), (4000, 1_000_000), (4000, 500_000))
    line = manifests.master([black_first]).splitlines()[-2]
    told = attributes(line)
    assert told["BANDWIDTH"] == "2000000"
    assert told["AVERAGE-BANDWIDTH"] == "1000667"


def test_a_last_segment_of_one_frame_is_no_peak() -> None:
    assert manifests.peak_bandwidth(track((4000, 500_000), (40, 50_000))) == 1_089_109


def test_lengths_add_up_however_they_are_rounded() -> None:
    thirds = track(*[(4004, 10)] * 1000, timescale=1001 * 3)
    lines = manifests.playlist(thirds).splitlines()
    lengths = [
        Fraction(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF")
    ]
    assert sum(lengths) == pytest.approx(float(thirds.duration), abs=1e-6)


def test_no_address_is_absolute() -> None:
    for text in manifests.documents([track((4000, 10))]).values():
        assert "://" not in text.replace("urn:", "")
        assert '"/' not in text


def test_sound_alone_is_a_variant_of_its_own() -> None:
    sound = Track(
        name="audio",
        kind="audio",
        codec="mp4a.40.2",
        timescale=48_000,
        segments=(Segment(size_bytes=64_000, ticks=192_512, samples=188),),
        sample_rate=48_000,
        channels=2,
    )
    lines = manifests.master([sound]).splitlines()
    assert lines[-1] == "audio/index.m3u8"
    assert not any(line.startswith("#EXT-X-MEDIA:") for line in lines)
    assert 'mimeType="audio/mp4"' in manifests.dash([sound])
