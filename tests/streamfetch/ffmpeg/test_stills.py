from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from streamfetch.ffmpeg.probe import probe
from streamfetch.ffmpeg.runner import run
from streamfetch.ffmpeg.stills import ImageFormat, still
from tests import media


def take(workspace: Path, source: Path, **options: Any) -> Image.Image:
    result = workspace / "still"
    command = still(source, result, info=probe(source), **options)
    run(command, workspace=workspace, deadline_s=60)
    with Image.open(result) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize(("image_format", "name"), [("jpeg", "JPEG"), ("webp", "WEBP")])
def test_a_still_has_the_asked_format_and_width(
    image_format: ImageFormat, name: str, workspace: Path
) -> None:
    picture = take(
        workspace, media.video(), at_ms=1000, max_width=160, image_format=image_format
    )

    assert (picture.format, picture.size) == (name, (160, 90))


def test_a_still_is_never_enlarged(workspace: Path) -> None:
    assert take(workspace, media.video(), max_width=5000).size == (320, 180)


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9"])
def test_a_still_shows_the_frame_of_its_time(codec: str, workspace: Path) -> None:
    container = "mp4" if codec == "libx264" else "webm"
    source = media.video(codec=codec, container=container, audio_codec="libopus")

    picture = take(workspace, source, at_ms=1200, quality=100).convert("RGB")

    wanted = media.rgb(source, at_s=1.2, width=320, height=180)
    other = media.rgb(source, at_s=0.4, width=320, height=180)
    assert distance(picture.tobytes(), wanted) < 6
    assert distance(picture.tobytes(), other) > 6


@pytest.mark.parametrize("at_ms", [2000, 10**8, -5])
def test_a_time_outside_means_the_nearest_frame(at_ms: int, workspace: Path) -> None:
    assert take(workspace, media.video(), at_ms=at_ms).size == (320, 180)


def test_the_end_of_a_video_is_found_though_its_sound_is_longer(
    workspace: Path, tmp_path: Path
) -> None:
    assert take(workspace, media.video(fps="1", duration_s=3), at_ms=2999).size == (
        320,
        180,
    )


def test_a_still_is_upright_and_in_square_pixels(workspace: Path) -> None:
    assert take(workspace, media.video(rotation=90)).size == (180, 320)
    assert take(workspace, media.video(sar="4/3")).size == (427, 180)
    assert take(workspace, media.video(sar="4/3", rotation=90)).size == (180, 427)


def test_full_range_colours_come_out_right(workspace: Path) -> None:
    picture = take(workspace, media.video(source="color=white"), quality=100)

    assert picture.convert("RGB").getpixel((160, 90)) == pytest.approx(
        (255, 255, 255), abs=3
    )


def test_hdr_is_shown_in_sdr(workspace: Path) -> None:
    source = media.video(source="color=gray", hdr=True)

    grey = take(workspace, source).convert("RGB").getpixel((160, 90))

    # Half of the PQ range is about 92 cd/m2: nearly white in SDR, not mid grey.
    assert isinstance(grey, tuple)
    assert min(grey) > 150


def test_a_picture_can_be_made_smaller(workspace: Path) -> None:
    source = workspace / "source.png"
    Image.new("RGB", (301, 201)).save(source)

    assert take(workspace, source, max_width=100).size == (100, 66)
    assert take(workspace, source).size == (301, 201)


def test_a_sound_has_no_still(workspace: Path) -> None:
    source = media.audio(cover=True)

    with pytest.raises(ValueError, match="picture"):
        still(source, workspace / "still", info=probe(source))


def distance(one: bytes, other: bytes) -> float:
    """Return the mean difference of two pictures, 0-255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
