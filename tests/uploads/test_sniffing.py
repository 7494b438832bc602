"""What a file is, by its first bytes and never by its name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.storage.keys import FILE_TYPES
from tests import media
from uploads.sniffing import NEEDED_BYTES, NotMedia, sniff

REAL: dict[str, tuple[Callable[[], Path], str, str]] = {
    "mp4": (media.video, "video", "mp4"),
    "webm": (
        lambda: media.video(codec="libvpx", audio_codec="libopus", container="webm"),
        "video",
        "webm",
    ),
    "mkv": (lambda: media.video(container="mkv"), "video", "mkv"),
    "mov": (lambda: media.video(container="mov"), "video", "mov"),
    "ts": (lambda: media.video(container="ts"), "video", "ts"),
    "m2ts": (lambda: media.video(container="m2ts"), "video", "ts"),
    "avi": (
        lambda: media.video(codec="mpeg4", audio_codec="libmp3lame", container="avi"),
        "video",
        "avi",
    ),
    "flv": (
        lambda: media.video(container="flv", sample_rate=44_100),
        "video",
        "flv",
    ),
    "mpg": (
        lambda: media.video(codec="mpeg2video", audio_codec="mp2", container="mpg"),
        "video",
        "mpg",
    ),
    "mp3": (media.audio, "audio", "mp3"),
    "m4a": (lambda: media.audio(codec="aac", container="m4a"), "audio", "m4a"),
    "aac": (lambda: media.audio(codec="aac", container="aac"), "audio", "aac"),
    "wav": (lambda: media.audio(codec="pcm_s16le", container="wav"), "audio", "wav"),
    "flac": (lambda: media.audio(codec="flac", container="flac"), "audio", "flac"),
    "ogg": (
        lambda: media.audio(codec="libvorbis", channels=2, container="ogg"),
        "video",
        "ogg",
    ),
    "jpg": (media.image, "image", "jpg"),
    "png": (lambda: media.image(image_format="png"), "image", "png"),
    "webp": (lambda: media.image(image_format="webp"), "image", "webp"),
    "gif": (lambda: media.image(image_format="gif"), "image", "gif"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_known(name: str) -> None:
    make, kind, extension = REAL[name]
    found = sniff(make().read_bytes()[:NEEDED_BYTES])
    assert (found.kind, found.extension) == (kind, extension)
    assert extension in FILE_TYPES
    assert found.content_type.startswith((f"{kind}/", "video/ogg"))


def test_mp3_without_tags() -> None:
    assert sniff(b"\xff\xfb\x90\x64" + bytes(500)).extension == "mp3"


@pytest.mark.parametrize("junk", [b"", b"\xef\xbb\xbf", b"From: a@b.test\r\n" * 100])
def test_pdfs_with_junk_in_front(junk: bytes) -> None:
    found = sniff(junk + b"%PDF-1.7\n")
    assert (found.kind, found.extension) == ("pdf", "pdf")
    assert found.content_type == "application/pdf"


NOT_MEDIA = {
    "nothing": b"",
    "prose": b"This is not a video.\n" * 50,
    "UTF-16": "This is not a video.".encode("utf-16"),
    "zeros": bytes(4096),
    "playlist": b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n",
    "playlist after blanks": b"\n\n  #EXTM3U\n",
    "DASH": b'<?xml version="1.0"?><MPD></MPD>',
    "concat": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "SDP": b"v=0\r\nc=IN IP4 127.0.0.1\r\n",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    "HTML": b"<!doctype html><script>",
    "ZIP": b"PK\x03\x04" + bytes(60),
    "ELF": b"\x7fELF" + bytes(60),
    "HEIC": b"\x00\x00\x00\x18ftypheic" + bytes(60),
    "other RIFF": b"RIFF\x00\x00\x00\x00ACON" + bytes(60),
    "one byte": b"\xff",
    "too few packets": b"\x47" + bytes(187),
}


@pytest.mark.parametrize("name", NOT_MEDIA)
def test_everything_else_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(NotMedia) as caught:
        sniff(NOT_MEDIA[name])
    assert caught.value.detail.endswith(".")


@pytest.mark.parametrize(
    ("name", "word"), [("nothing", "empty"), ("playlist", "playlist")]
)
def test_what_it_is_instead_is_said(name: str, word: str) -> None:
    with pytest.raises(NotMedia, match=word):
        sniff(NOT_MEDIA[name])


@given(st.binary(max_size=600))
def test_no_bytes_break_it(head: bytes) -> None:
    try:
        found = sniff(head)
    except NotMedia:
        return
    assert found.extension in FILE_TYPES
