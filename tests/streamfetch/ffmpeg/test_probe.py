"""What the probe says about good files."""

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from streamfetch.ffmpeg.probe import VideoStream, probe
from tests import media

pytestmark = pytest.mark.usefixtures("any_isolation")


def picture(path: Path) -> VideoStream:
    found = probe(path).video
    assert found is not None
    return found


def test_a_video_with_sound_is_described() -> None:
    info = probe(media.video(duration_s=2))

    assert (info.kind, info.container, info.duration_ms) == ("video", "mov", 2000)
    assert info.size_bytes == media.video(duration_s=2).stat().st_size
    assert info.bit_rate == info.size_bytes * 8 // 2
    assert info.video is not None
    assert (info.video.codec, info.video.profile) == ("h264", "High")
    assert (info.video.width, info.video.height) == (320, 180)
    assert (info.video.frame_rate, info.video.frame_count) == ("25", 50)
    assert (info.video.pix_fmt, info.video.rotation) == ("yuv420p", 0)
    assert info.video.bit_rate > 0
    assert not info.video.is_hdr
    assert info.audio is not None
    assert (info.audio.codec, info.audio.profile) == ("aac", "LC")
    assert (info.audio.sample_rate, info.audio.channels) == (48_000, 1)
    assert info.audio.channel_layout == "mono"


def test_a_video_without_sound_has_no_audio() -> None:
    assert probe(media.video(audio=False)).audio is None


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_video_is_shown_upright(rotation: int) -> None:
    video = picture(media.video(rotation=rotation))

    assert video.rotation == rotation
    assert (video.width, video.height) == (320, 180)
    upright = (180, 320) if rotation in (90, 270) else (320, 180)
    assert (video.display_width, video.display_height) == upright


def test_the_sample_aspect_ratio_widens_the_picture() -> None:
    video = picture(media.video(sar="4/3"))

    assert (video.sample_aspect_ratio, video.width) == ("4/3", 320)
    assert (video.display_width, video.display_height) == (427, 180)


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_variable_frame_rate_is_noticed(container: str) -> None:
    assert picture(media.video(vfr=True, container=container)).is_variable_frame_rate


@pytest.mark.parametrize("fps", ["25", "30000/1001", "60"])
@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_a_constant_frame_rate_is_exact(fps: str, container: str) -> None:
    video = picture(media.video(fps=fps, container=container))

    assert not video.is_variable_frame_rate
    assert video.fps == Fraction(fps)


def test_hdr_is_noticed_with_its_colours() -> None:
    video = picture(media.video(hdr=True))

    assert video.is_hdr
    assert (video.color_primaries, video.color_transfer) == ("bt2020", "smpte2084")
    assert (video.color_matrix, video.color_range) == ("bt2020nc", "tv")
    assert video.pix_fmt == "yuv420p10le"


@pytest.mark.parametrize("container", ["mkv", "ts"])
def test_a_late_start_does_not_lengthen_the_duration(container: str) -> None:
    info = probe(media.video(start_s=5, container=container))

    assert 1990 <= info.duration_ms <= 2050
    assert info.start_ms >= 4900


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_chapters_are_named_and_stay_inside_the_file(container: str) -> None:
    info = probe(media.chaptered(container=container))

    found = [(each.start_ms, each.end_ms, each.title) for each in info.chapters]
    assert found == [
        (0, 500, "One = 1"),
        (500, 1500, "Two"),
        (1500, info.duration_ms, "Last"),
    ]
    assert info.duration_ms < 2100


@pytest.mark.parametrize(
    ("codec", "audio_codec", "container", "names"),
    [
        ("libvpx-vp9", "libopus", "webm", ("vp9", "opus")),
        ("libx265", "ac3", "mkv", ("hevc", "ac3")),
        ("libsvtav1", "libopus", "mp4", ("av1", "opus")),
        ("mpeg2video", "mp2", "ts", ("mpeg2video", "mp2")),
        ("mpeg4", "libmp3lame", "avi", ("mpeg4", "mp3")),
        ("prores_ks", "pcm_s16le", "mov", ("prores", "pcm_s16le")),
    ],
)
def test_common_codecs_are_read(
    codec: str, audio_codec: str, container: str, names: tuple[str, str]
) -> None:
    info = probe(
        media.video(
            codec=codec, audio_codec=audio_codec, container=container, duration_s=1
        )
    )

    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.audio.codec) == names
    assert 950 <= info.duration_ms <= 1100


@pytest.mark.parametrize(
    ("codec", "container"), [("libmp3lame", "mp3"), ("aac", "m4a")]
)
def test_cover_art_is_no_video(codec: str, container: str) -> None:
    info = probe(media.audio(cover=True, codec=codec, container=container))

    assert (info.kind, info.video) == ("audio", None)
    assert 1990 <= info.duration_ms <= 2060


@pytest.mark.parametrize(
    ("codec", "container"), [("flac", "flac"), ("pcm_s16le", "wav"), ("libopus", "ogg")]
)
def test_sound_files_are_audio(codec: str, container: str) -> None:
    info = probe(media.audio(codec=codec, container=container, channels=2))

    assert info.kind == "audio"
    assert info.audio is not None
    assert (info.audio.channels, info.audio.channel_layout) == (2, "stereo")


@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp", "gif"])
def test_pictures_are_images_without_duration(image_format: str) -> None:
    info = probe(media.image(image_format=image_format))

    assert (info.kind, info.duration_ms, info.audio) == ("image", 0, None)
    assert info.video is not None
    assert (info.video.width, info.video.height) == (320, 180)
    assert info.video.duration_ms == 0


def test_an_animated_gif_is_a_video() -> None:
    path = media.video(codec="gif", container="gif", audio=False, duration_s=1)

    assert probe(path).kind == "video"


def test_a_photo_that_says_how_it_was_held_is_shown_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn by 90 degrees clockwise
    Image.open(media.image()).save(path, exif=exif)

    video = picture(path)

    assert video.rotation == 90
    assert (video.display_width, video.display_height) == (180, 320)


def test_the_name_of_a_file_decides_nothing(tmp_path: Path) -> None:
    odd = tmp_path / "it's %03d [odd]; -i: name.jpg"
    media.video(odd)

    assert probe(odd).kind == "video"


def test_a_missing_file_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "nothing.mp4")
