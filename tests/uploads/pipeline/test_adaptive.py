"""Whatever comes in plays adaptively: HLS and DASH from the same segments."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from streamfetch.ffmpeg.probe import probe
from tests import media
from tests.uploads.pipeline import playing
from tests.uploads.pipeline.conftest import Processed
from uploads.describing import describe_all, playback
from uploads.models import Rendition

pytestmark = pytest.mark.django_db

# What comes in, and what must come out: rungs by name and size, frame rate.
ODD_SOURCES = {
    "landscape": (
        lambda: media.video(duration_s=9, width=1280, height=720, gop=250),
        {"360p": (640, 360), "720p": (1280, 720)},
        25,
    ),
    "ntsc": (
        lambda: media.video(duration_s=9, fps="30000/1001", gop=250),
        {"180p": (320, 180)},
        Fraction(30000, 1001),
    ),
    "short": (lambda: media.video(duration_s=0.4, gop=250), {"180p": (320, 180)}, 25),
    "one frame": (
        lambda: media.video(duration_s=0.04, audio=False),
        {"180p": (320, 180)},
        25,
    ),
    "portrait": (
        lambda: media.video(duration_s=2, width=480, height=854, gop=250),
        {"360p": (360, 640), "480p": (480, 854)},
        25,
    ),
    "rotated": (
        lambda: media.video(duration_s=2, width=854, height=480, rotation=90),
        {"360p": (360, 640), "480p": (480, 854)},
        25,
    ),
    "uneven frame times": (
        lambda: media.video(duration_s=6, vfr=True),
        {"180p": (320, 180)},
        25,
    ),
    "hdr": (
        lambda: media.video(width=640, height=360, hdr=True),
        {"360p": (640, 360)},
        25,
    ),
    "4:4:4": (
        lambda: media.video(width=640, height=360, pix_fmt="yuv444p"),
        {"360p": (640, 360)},
        25,
    ),
    "odd size": (
        lambda: media.video(width=321, height=181, source="testsrc", pix_fmt="yuv444p"),
        {"181p": (320, 180)},
        25,
    ),
    "tall pixels": (
        lambda: media.video(width=320, height=360, sar="2"),
        {"360p": (640, 360)},
        25,
    ),
    "surround": (
        lambda: media.video(audio_channels=6, gop=250),
        {"180p": (320, 180)},
        25,
    ),
    "silent": (
        lambda: media.video(audio=False, gop=250),
        {"180p": (320, 180)},
        25,
    ),
    "120 frames a second": (
        lambda: media.video(fps="120", gop=250),
        {"180p": (320, 180)},
        60,
    ),
    "late start": (
        lambda: media.video(duration_s=5, container="mkv", start_s=3, gop=250),
        {"180p": (320, 180)},
        25,
    ),
    "tiny": (
        lambda: media.video(width=16, height=12, audio=False, gop=250),
        {"12p": (16, 12)},
        25,
    ),
    "sound ends early": (
        lambda: media.video(duration_s=6, audio_s=1, gop=250),
        {"180p": (320, 180)},
        25,
    ),
    "moving picture": (
        lambda: media.video(codec="gif", container="gif", audio=False, fps="10"),
        {"180p": (320, 180)},
        10,
    ),
}


@pytest.mark.parametrize("name", ODD_SOURCES)
def test_odd_sources_play(
    name: str, bring: Callable[[Path], Processed], tmp_path: Path
) -> None:
    make, rungs, rate = ODD_SOURCES[name]
    source = make()
    made = bring(source)
    tracks = playing.dash(made.folder)
    pictures = {name: tracks[name] for name in tracks if name != "audio"}
    assert set(pictures) == set(rungs)
    sizes = {
        variant.address.partition("/")[0]: variant.attributes["RESOLUTION"]
        for variant in playing.variants(made.folder)
    }
    assert sizes == {
        name: f"{width}x{height}" for name, (width, height) in rungs.items()
    }
    counts = set()
    for rung in rungs:
        listed = playing.playlist(made.folder / rung / "index.m3u8")
        whole = playing.joined(listed, tmp_path / f"{rung}.mp4")
        times = playing.frame_times(whole)
        assert times == [Fraction(n) / rate for n in range(len(times))]
        assert sum(listed.lengths) == pytest.approx(len(times) / rate, abs=1e-6)
        assert sum(pictures[rung]["lengths"]) == Fraction(len(times)) / rate
        assert all(playing.first_frames(listed))
        counts.add(len(times))
    assert len(counts) == 1
    cuts = {tuple(track["lengths"]) for track in pictures.values()}
    assert len(cuts) == 1
    with av.open(str(source)) as container:
        has_sound = bool(container.streams.audio)
    assert ("audio" in tracks) == has_sound


def test_manifests_agree_and_name_what_is_stored(
    bring: Callable[[Path], Processed],
) -> None:
    made = bring(media.video(duration_s=9, width=1280, height=720, gop=250))
    tracks = playing.dash(made.folder)
    for name, track in tracks.items():
        listed = playing.playlist(made.folder / name / "index.m3u8")
        assert [listed.init, *listed.segments] == [track["init"], *track["segments"]]
        assert all(path.is_file() for path in [listed.init, *listed.segments])
        peak = max(
            path.stat().st_size * 8 / length
            for path, length in zip(listed.segments, track["lengths"], strict=True)
            if length > 2
        )
        assert track["bandwidth"] >= int(peak)
        assert "#EXT-X-PLAYLIST-TYPE:VOD" in listed.tags
        assert not any("PROGRAM-DATE-TIME" in tag for tag in listed.tags)
    summary = playing.manifest(made.folder)
    assert summary["duration"] == 9
    assert [rendition["name"] for rendition in summary["renditions"]] == [
        "360p",
        "720p",
        "audio",
    ]
    assert [segment["start"] for segment in summary["segments"]] == [0, 4, 8]
    best = playing.variants(made.folder)[-1].attributes
    assert best["CODECS"].startswith("avc1.6400")
    assert best["FRAME-RATE"] == "25.000"
    assert int(best["BANDWIDTH"]) == (
        tracks["720p"]["bandwidth"] + tracks["audio"]["bandwidth"]
    )


def test_a_player_reads_the_whole_from_the_playlist(
    bring: Callable[[Path], Processed],
) -> None:
    made = bring(media.video(duration_s=9, gop=250))
    options = {"allowed_extensions": "ALL"}
    with av.open(str(made.folder / "master.m3u8"), options=options) as container:
        video = container.streams.video[0]
        audio = container.streams.audio[0]
        frames = samples = 0
        for frame in container.decode(video, audio):
            if isinstance(frame, av.VideoFrame):
                frames += 1
            else:
                samples += frame.samples
    assert frames == 225
    assert samples / 48_000 == pytest.approx(9, abs=0.05)


def test_sound_alone_plays_from_the_same_manifests(
    bring: Callable[[Path], Processed], tmp_path: Path
) -> None:
    made = bring(media.audio(duration_s=9, channels=2))
    (variant,) = playing.variants(made.folder)
    assert variant.attributes["CODECS"] == "mp4a.40.2"
    assert "RESOLUTION" not in variant.attributes
    listed = playing.playlist(made.folder / variant.address)
    whole = playing.joined(listed, tmp_path / "audio.mp4")
    assert playing.sound_seconds(whole) == pytest.approx(9, abs=0.05)
    assert set(playing.dash(made.folder)) == {"audio"}
    assert playback(made.asset)["thumbnails"] is None


def test_a_source_that_fits_is_a_rung_as_it_is(
    bring: Callable[[Path], Processed], tmp_path: Path
) -> None:
    source = media.video(
        duration_s=14, width=1280, height=720, gop=125, source="smptebars"
    )
    made = bring(source)
    tracks = playing.dash(made.folder)
    # Its key frames are 5 s apart, and all rungs follow them.
    assert tracks["720p"]["lengths"] == tracks["360p"]["lengths"] == [5, 5, 4]
    listed = playing.playlist(made.folder / "720p" / "index.m3u8")
    whole = playing.joined(listed, tmp_path / "720p.mp4")
    assert media.frame_hashes(whole) == media.frame_hashes(source)
    index = (made.folder / "thumbnails.vtt").read_text()
    assert index.count("#xywh=") == 3


def test_what_leads_up_to_a_cut_stays_hidden(
    bring: Callable[[Path], Processed],
) -> None:
    whole = media.video(
        duration_s=9, width=1280, height=720, gop=125, source="smptebars"
    )
    cut = media.copied_from(whole, start_s=3.2)
    found = probe(cut)
    assert found.video
    assert found.video.hidden_frame_count == 80
    made = bring(cut)
    shown = found.video.frame_count / 25
    assert playing.manifest(made.folder)["duration"] == pytest.approx(shown, abs=0.05)
    lengths = {sum(track["lengths"]) for track in playing.dash(made.folder).values()}
    assert all(float(length) == pytest.approx(shown, abs=0.1) for length in lengths)


def test_thumbnails_are_one_for_each_segment(
    bring: Callable[[Path], Processed],
) -> None:
    made = bring(media.video(duration_s=9, gop=250))
    blocks = (made.folder / "thumbnails.vtt").read_text().strip().split("\n\n")
    assert blocks[0] == "WEBVTT"
    assert blocks[2].splitlines() == [
        "00:00:04.000 --> 00:00:08.000",
        "thumbnails/sheet-001.jpg#xywh=160,0,160,90",
    ]
    assert len(blocks) == 4
    with av.open(str(made.folder / "thumbnails" / "sheet-001.jpg")) as container:
        picture = next(container.decode(video=0))
    assert (picture.width, picture.height) == (1600, 900)


def test_the_playback_addresses_share_one_signed_folder(
    bring: Callable[[Path], Processed],
) -> None:
    made = bring(media.video(duration_s=2, gop=250))
    addresses = playback(made.asset)
    folders = {
        addresses[kind].rpartition("/")[0]
        for kind in ("hls", "dash", "manifest", "thumbnails")
    }
    assert len(folders) == 1
    assert addresses["progressive"].endswith("preview.mp4")
    assert describe_all([made.asset])[0]["is_playable"]
    assert made.renditions[Rendition.Spec.LADDER].size_bytes > 1000
