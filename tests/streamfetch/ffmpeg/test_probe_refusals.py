"""What the probe refuses, and that it is safe to ask."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from streamfetch.ffmpeg import errors
from streamfetch.ffmpeg.probe import probe
from tests import media

pytestmark = pytest.mark.usefixtures("any_isolation")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (media.zero_bytes, errors.EmptyFile),
        (media.text_named_mp4, errors.NotMedia),
        (media.noise_named_mp4, errors.NotMedia),
        (media.forbidden_codec, errors.UnsupportedMedia),
        (media.sdp_named_mp4, errors.UnsupportedMedia),
        (media.truncated_mp4, errors.TruncatedMedia),
        (lambda: media.truncated_mp4(faststart=True), errors.TruncatedMedia),
        (media.claims_ten_hours, errors.TruncatedMedia),
        (lambda: media.claims_ten_hours(container="webm"), errors.TruncatedMedia),
        (lambda: media.claims_ten_hours(container="stretched"), errors.TruncatedMedia),
    ],
)
def test_bad_files_are_refused_with_advice(
    make: Callable[[], Path], error: type[errors.FFmpegError]
) -> None:
    path = make()

    with pytest.raises(error) as refused:
        probe(path)

    assert refused.value.code == error.code
    assert refused.value.detail == error.message
    assert str(path.parent) not in refused.value.detail


@pytest.mark.parametrize(
    "make",
    [
        media.hls_playlist_named_mp4,
        media.concat_list_named_mp4,
        media.dash_manifest_named_mp4,
    ],
)
def test_a_playlist_named_mp4_opens_nothing(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    # Opening a pipe nobody writes to would block: refusing proves that the
    # target was left alone.
    target = tmp_path / "private.mp4"
    os.mkfifo(target)

    with pytest.raises(errors.UnsupportedMedia):
        probe(make(target), timeout_s=10)


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"\n\n  "])
def test_a_playlist_in_disguise_opens_nothing(prefix: bytes, tmp_path: Path) -> None:
    target = tmp_path / "private.ts"
    os.mkfifo(target)
    playlist = tmp_path / "holiday.mp4"
    playlist.write_bytes(prefix + media.hls_playlist_named_mp4(target).read_bytes())

    with pytest.raises(errors.UnsupportedMedia):
        probe(playlist, timeout_s=10)


def test_the_index_alone_is_incomplete(tmp_path: Path) -> None:
    whole = media.video(faststart=True).read_bytes()
    path = tmp_path / "index.mp4"
    path.write_bytes(whole[: whole.index(b"mdat") + 4])

    with pytest.raises(errors.TruncatedMedia):
        probe(path)


def test_a_damaged_middle_is_still_described(tmp_path: Path) -> None:
    whole = bytearray(media.video(duration_s=6).read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 500] = b"\xaa" * 500
    path = tmp_path / "scratched.mp4"
    path.write_bytes(whole)

    assert probe(path).duration_ms == 6000


def test_too_many_pixels_are_refused(tmp_path: Path) -> None:
    path = media.image(tmp_path / "wall.png", image_format="png", source="color=red")
    content = bytearray(path.read_bytes())
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(content)

    with pytest.raises(errors.UnreadableMedia):
        probe(path)


def test_a_probe_that_takes_too_long_is_ended() -> None:
    with pytest.raises(errors.DeadlineExceeded) as ended:
        probe(media.video(), timeout_s=0.01)

    assert ended.value.recoverable


def test_a_probe_that_needs_too_much_memory_is_ended() -> None:
    with pytest.raises(errors.UnreadableMedia):
        probe(media.video(), memory_bytes=40_000_000)
