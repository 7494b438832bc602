"""The only maker of object keys, and the only list of file types that get one.

A key is made of a collection, UUIDs and names we chose, never of a person's file
name. It does not contain the owner: an object belongs to one document and that
document to its owner, so a change of owner moves no bytes, signed addresses do
not tell who owns what, and deleting a document is deleting one prefix.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from streamfetch.storage.errors import UnsafeKey

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class FileType:
    """How files with one extension are served.

    `grows`: rewritten under the same key while an asset is processed, and holds
    relative addresses of its neighbours (manifests, WebVTT). Everything else never
    changes under its key.
    """

    content_type: str
    grows: bool = False


FILE_TYPES = {
    # video
    "mp4": FileType("video/mp4"),
    "m4v": FileType("video/mp4"),
    "mov": FileType("video/quicktime"),
    "webm": FileType("video/webm"),
    "mkv": FileType("video/x-matroska"),
    "avi": FileType("video/x-msvideo"),
    "mpg": FileType("video/mpeg"),
    "ts": FileType("video/mp2t"),
    "3gp": FileType("video/3gpp"),
    "ogv": FileType("video/ogg"),
    "flv": FileType("video/x-flv"),
    "wmv": FileType("video/x-ms-wmv"),
    "m4s": FileType("video/iso.segment"),
    # audio
    "mp3": FileType("audio/mpeg"),
    "m4a": FileType("audio/mp4"),
    "aac": FileType("audio/aac"),
    "wav": FileType("audio/wav"),
    "flac": FileType("audio/flac"),
    "ogg": FileType("audio/ogg"),
    "opus": FileType("audio/ogg"),
    # images: no SVG, it can carry scripts
    "jpg": FileType("image/jpeg"),
    "png": FileType("image/png"),
    "webp": FileType("image/webp"),
    "gif": FileType("image/gif"),
    "avif": FileType("image/avif"),
    # documents and bundles
    "pdf": FileType("application/pdf"),
    "zip": FileType("application/zip"),
    "xfdf": FileType("application/vnd.adobe.xfdf"),
    "srt": FileType("application/x-subrip"),
    "ass": FileType("text/x-ssa"),
    # playback
    "m3u8": FileType("application/vnd.apple.mpegurl", grows=True),
    "mpd": FileType("application/dash+xml", grows=True),
    "vtt": FileType("text/vtt; charset=utf-8", grows=True),
    "json": FileType("application/json", grows=True),
    # numbers for our own pages
    "bin": FileType(UNKNOWN_TYPE),
}

COLLECTIONS = (
    "quarantine",
    "assets",
    "renders",
    "chunks",
    "dubs",
    "pdfs",
    "pdf-exports",
    "probes",
)

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_NAME = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,3}}")
_KEY = re.compile(rf"(?:{'|'.join(COLLECTIONS)})(?:/{_SEGMENT}){{1,6}}")
_SPEC = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{8,64}")


def quarantine(upload_id: UUID) -> str:
    """Key of bytes nobody has looked at yet; never served to a player."""
    return f"quarantine/{_id(upload_id)}"


def asset(asset_id: UUID) -> str:
    """Prefix of everything one asset owns: its source and all renditions."""
    return f"assets/{_id(asset_id)}/"


def asset_source(asset_id: UUID, extension: str) -> str:
    """Key of the file a person brought in, named for what it was found to be."""
    return f"{asset(asset_id)}source.{_extension(extension)}"


def asset_renditions(asset_id: UUID, spec: str) -> str:
    """Prefix of the files of one rendition: what a playback address authorises.

    `spec` says what the rendition is (`poster`, `cmaf-1`). Players keep files of a
    rendition without asking again, so different content needs a different spec.
    """
    return f"{asset(asset_id)}renditions/{_match(_SPEC, spec)}/"


def asset_rendition(asset_id: UUID, spec: str, name: str) -> str:
    """Key of one file of a rendition; `name` may have folders (`360p/init.mp4`)."""
    prefix = asset_renditions(asset_id, spec)
    _extension(_match(_NAME, name).rpartition(".")[2])
    return check(prefix + name)


def render(render_id: UUID) -> str:
    """Prefix of everything one render made."""
    return f"renders/{_id(render_id)}/"


def render_output(render_id: UUID, digest: str, extension: str) -> str:
    """Key of a rendered file. `digest` (hex) is of what was rendered, so that a
    second run of the same job writes the same object and not a second one."""
    return f"{render(render_id)}{_match(_DIGEST, digest)}.{_extension(extension)}"


def dub(job_id: UUID) -> str:
    """Prefix of everything one dubbing job keeps while it needs it."""
    return f"dubs/{_id(job_id)}/"


def dub_file(job_id: UUID, folder: str, digest: str, extension: str) -> str:
    """Key of a file of a dubbing job; `digest` (hex) is of what is in it."""
    name = f"{_match(_DIGEST, digest)}.{_extension(extension)}"
    return check(f"{dub(job_id)}{_match(_SPEC, folder)}/{name}")


def pdf(project_id: UUID) -> str:
    """Prefix of everything one PDF project owns."""
    return f"pdfs/{_id(project_id)}/"


def pdf_file(project_id: UUID, name: str) -> str:
    """Key of one file of a PDF project; `name` may have a folder (`images/a.png`)."""
    _extension(_match(_NAME, name).rpartition(".")[2])
    return check(pdf(project_id) + name)


def pdf_export(export_id: UUID) -> str:
    """Prefix of everything one export of a PDF made."""
    return f"pdf-exports/{_id(export_id)}/"


def pdf_export_output(export_id: UUID, extension: str) -> str:
    """Key of an exported file: one for each export, so a second run replaces it."""
    return f"{pdf_export(export_id)}export.{_extension(extension)}"


def chunk(chunk_id: UUID) -> str:
    """Prefix of one piece of renders that is kept for later ones."""
    return f"chunks/{_id(chunk_id)}/"


def chunk_file(chunk_id: UUID, digest: str) -> str:
    """Key of that piece; `digest` (hex) is of what was encoded."""
    return f"{chunk(chunk_id)}{_match(_DIGEST, digest)}.mp4"


def probe(probe_id: UUID) -> str:
    """Key of the tiny object that a health check writes, reads and deletes."""
    return f"probes/{_id(probe_id)}"


def check(key: str) -> str:
    """Return `key` when it is one that this module could have made.

    Raises `UnsafeKey` for anything else: dots, empty or absolute paths, control
    characters, unknown collections. Storages call it on every key they are given.
    """
    return _match(_KEY, key)


def check_prefix(prefix: str) -> str:
    """Return `prefix` when it names a whole folder of keys, such as `assets/`.

    Raises `UnsafeKey` for an empty one and for one without the closing slash,
    which would also match the neighbours that merely begin the same.
    """
    if not prefix.endswith("/") or prefix == "/":
        raise UnsafeKey(prefix)
    if prefix[:-1] not in COLLECTIONS:
        check(prefix[:-1])
    return prefix


def file_type(key: str) -> FileType:
    """How the object under `key` is served, from its extension alone."""
    extension = key.rpartition("/")[2].rpartition(".")[2]
    return FILE_TYPES.get(extension, FileType(UNKNOWN_TYPE))


def _id(value: UUID) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise UnsafeKey(str(value)) from None


def _extension(value: str) -> str:
    if value not in FILE_TYPES:
        raise UnsafeKey(value)
    return value


def _match(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise UnsafeKey(value)
    return value
