"""Says what a file is by its first bytes, never by its name. Pure.

Signatures: https://www.iana.org/assignments/media-types and the container
specifications (ISO/IEC 14496-12 `ftyp`, EBML, RIFF, MPEG-TS sync bytes).
"""

from dataclasses import dataclass

from streamfetch.errors import DomainError

NEEDED_BYTES = 4096


class NotMedia(DomainError):
    """The bytes are not those of a video, a sound, a picture or a PDF."""

    code = "not_media"
    http_status = 422


@dataclass(frozen=True)
class Sniffed:
    """`kind` as in `Asset.kind`; a container that can hold both says video."""

    kind: str
    content_type: str
    extension: str


_PREFIXES: list[tuple[bytes, Sniffed]] = [
    (b"\x89PNG\r\n\x1a\n", Sniffed("image", "image/png", "png")),
    (b"\xff\xd8\xff", Sniffed("image", "image/jpeg", "jpg")),
    (b"GIF87a", Sniffed("image", "image/gif", "gif")),
    (b"GIF89a", Sniffed("image", "image/gif", "gif")),
    (b"fLaC", Sniffed("audio", "audio/flac", "flac")),
    (b"OggS", Sniffed("video", "video/ogg", "ogg")),
    (b"FLV\x01", Sniffed("video", "video/x-flv", "flv")),
    (b"ID3", Sniffed("audio", "audio/mpeg", "mp3")),
    (b"\x00\x00\x01\xba", Sniffed("video", "video/mpeg", "mpg")),
]
PDF = Sniffed("pdf", "application/pdf", "pdf")
_RIFF = {
    b"AVI ": Sniffed("video", "video/x-msvideo", "avi"),
    b"WAVE": Sniffed("audio", "audio/wav", "wav"),
    b"WEBP": Sniffed("image", "image/webp", "webp"),
}
_IMAGE_BRANDS = {b"heic", b"heix", b"mif1", b"avif", b"avis"}
_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip"}


def _iso_media(head: bytes) -> Sniffed | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _IMAGE_BRANDS:
            return None
        if brand == b"qt  ":
            return Sniffed("video", "video/quicktime", "mov")
        if brand in {b"M4A ", b"M4B "}:
            return Sniffed("audio", "audio/mp4", "m4a")
        return Sniffed("video", "video/mp4", "mp4")
    if head[4:8] in _ATOMS:
        return Sniffed("video", "video/quicktime", "mov")
    return None


def _matroska(head: bytes) -> Sniffed | None:
    if not head.startswith(b"\x1aE\xdf\xa3"):
        return None
    if b"webm" in head[:64]:
        return Sniffed("video", "video/webm", "webm")
    return Sniffed("video", "video/x-matroska", "mkv")


def _mpeg_stream(head: bytes) -> Sniffed | None:
    # Packets of 188 bytes, or of 192 as camcorders write them (BDAV).
    for first, size in ((0, 188), (4, 192)):
        syncs = head[first : first + 2 * size + 1 : size]
        if syncs == b"\x47\x47\x47":
            return Sniffed("video", "video/mp2t", "ts")
    if len(head) > 1 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return Sniffed("audio", "audio/aac", "aac")
        # MPEG audio of layer II or III; FF FE is also how UTF-16 text begins.
        if head[1] & 0xE0 == 0xE0 and (head[1] >> 1) & 0b11 in (0b01, 0b10):
            return Sniffed("audio", "audio/mpeg", "mp3")
    return None


def sniff(head: bytes) -> Sniffed:
    """What the file that begins with `head` (4 KiB are enough) is.

    Raises `NotMedia`, with words for the person who sent it.
    """
    if not head:
        raise NotMedia("This file is empty (0 bytes). Choose another one.")
    for prefix, sniffed in _PREFIXES:
        if head.startswith(prefix):
            return sniffed
    if head.startswith(b"RIFF") and (riff := _RIFF.get(head[8:12])):
        return riff
    found = _iso_media(head) or _matroska(head) or _mpeg_stream(head)
    if found is not None:
        return found
    if head.lstrip().startswith((b"#EXTM3U", b"<?xml", b"<MPD", b"ffconcat")):
        raise NotMedia(
            "This is a playlist, not a video: it only names other files. Upload the "
            "video itself, or paste the playlist's address under Downloads."
        )
    # Readers look for the header further in: mail programs put junk before it.
    if b"%PDF-" in head:
        return PDF
    raise NotMedia(
        "This is not a video, a sound, a picture or a PDF that can be read, whatever "
        "its name says. Export it again as MP4, MOV, MKV, WebM or PDF."
    )
