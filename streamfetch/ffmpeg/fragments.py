"""Reads the boxes of fragmented MP4 (ISO/IEC 14496-12), and cuts files at them.

Only files that FFmpeg has just written for us are read here, not a person's.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# CMAF (ISO/IEC 23000-19, 7.3.3.1): a segment says what it is.
SEGMENT_TYPE = struct.pack(">I4s4sI4s4s", 24, b"styp", b"msdh", 0, b"msdh", b"cmfs")
_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"traf"})
_COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """A `moof` and its `mdat`. Times in ticks, `start` in decoding order.

    `is_closed`: no sample is shown before the first, so decoding may begin here.
    """

    offset: int
    header_bytes: int
    size_bytes: int
    start: int
    ticks: int
    samples: int
    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class Movie:
    """A fragmented file with one track. `init` is everything before the media."""

    path: Path
    init: bytes
    timescale: int
    codec: str
    fragments: tuple[Fragment, ...]

    @property
    def samples(self) -> int:
        return sum(fragment.samples for fragment in self.fragments)


def read(path: Path) -> Movie:
    """Raises ValueError when the file is not one track in fragments."""
    init = b""
    fragments: list[Fragment] = []
    moof: tuple[int, bytes] | None = None
    with path.open("rb") as file:
        for kind, offset, size in _top_level(file):
            file.seek(offset)
            if kind in (b"ftyp", b"moov"):
                init += file.read(size)
            elif kind == b"moof":
                moof = (offset, file.read(size))
            elif kind == b"mdat" and moof is not None:
                fragments.append(_fragment(*moof, data_bytes=size))
                moof = None
    boxes = dict(_inside(init))
    if b"mdhd" not in boxes or b"stsd" not in boxes:
        raise ValueError("the file has no track")
    return Movie(
        path=path,
        init=init,
        timescale=_timescale(boxes[b"mdhd"]),
        codec=_codec(boxes[b"stsd"]),
        fragments=tuple(fragments),
    )


def hidden_ticks(movie: Movie) -> int:
    """Ticks at the beginning that the edit list keeps from being shown.

    Negative when it shows nothing for a while first (ISO/IEC 14496-12, 8.6.6).
    """
    elst = dict(_inside(movie.init)).get(b"elst", b"")
    if len(elst) < 16:
        return 0
    first, size = (16, 8) if elst[0] == 1 else (12, 4)
    return int.from_bytes(elst[first : first + size], "big", signed=True)


def is_even(movie: Movie, *, ticks: int) -> bool:
    """Whether samples of `ticks` follow each other from 0 on; the last may be short."""
    at = 0
    for fragment in movie.fragments:
        length = fragment.samples * ticks
        if fragment.start != at or fragment.ticks > length:
            return False
        at += length
    return bool(movie.fragments)


def write_segment(
    movie: Movie,
    fragments: Sequence[Fragment],
    path: Path,
    *,
    number: int,
    shift_ticks: int = 0,
) -> None:
    """Write fragments as one segment; `shift_ticks` moves it along the timeline.

    `number` becomes the fragments' sequence number, which must grow in a track.
    """
    with movie.path.open("rb") as source, path.open("wb") as target:
        target.write(SEGMENT_TYPE)
        for fragment in fragments:
            source.seek(fragment.offset)
            moof = bytearray(source.read(fragment.header_bytes))
            _move(moof, start=fragment.start + shift_ticks, number=number)
            target.write(moof)
            _copy(source, target, fragment.size_bytes - fragment.header_bytes)


def write_movie(movie: Movie, fragments: Sequence[Fragment], path: Path) -> None:
    """Write a file of some of a movie's fragments, as they are."""
    with movie.path.open("rb") as source, path.open("wb") as target:
        target.write(movie.init)
        for fragment in fragments:
            source.seek(fragment.offset)
            _copy(source, target, fragment.size_bytes)


def write_joined(
    movies: Sequence[tuple[Movie, int]], path: Path, *, init: bytes
) -> None:
    """Write movies one after the other, each moved by its number of ticks.

    The file begins with `init`: all must be of one kind.
    """
    number = 0
    with path.open("wb") as target:
        target.write(init)
        for movie, shift_ticks in movies:
            with movie.path.open("rb") as source:
                for fragment in movie.fragments:
                    number += 1
                    source.seek(fragment.offset)
                    moof = bytearray(source.read(fragment.header_bytes))
                    _move(moof, start=fragment.start + shift_ticks, number=number)
                    target.write(moof)
                    _copy(source, target, fragment.size_bytes - fragment.header_bytes)


def _copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    while count > 0:
        block = source.read(min(count, _COPY_BYTES))
        if not block:
            raise ValueError("the file ends within a fragment")
        target.write(block)
        count -= len(block)


def _top_level(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, offset and size of each box of the file."""
    end = os.fstat(file.fileno()).st_size
    offset = 0
    while offset + 8 <= end:
        file.seek(offset)
        header = file.read(16)
        size, kind = struct.unpack_from(">I4s", header)
        if size == 1:
            (size,) = struct.unpack_from(">Q", header, 8)
        if size < 8 or offset + size > end:
            raise ValueError("a box is cut short")
        yield kind, offset, size
        offset += size


def _inside(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of every box, also of those within others."""
    for kind, start, end in _ranges(data, 0, len(data)):
        yield kind, data[start:end]


def _ranges(
    data: bytes | bytearray, start: int, end: int
) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8:
            raise ValueError("a box is cut short")
        yield kind, start + 8, start + size
        if kind in _CONTAINERS:
            yield from _ranges(data, start + 8, start + size)
        start += size


def _timescale(mdhd: bytes) -> int:
    at = 20 if mdhd[0] == 1 else 12
    return int.from_bytes(mdhd[at : at + 4], "big")


def _codec(stsd: bytes) -> str:
    """The name of RFC 6381 of the first sample entry."""
    if (at := stsd.find(b"avcC")) >= 0:
        return f"avc1.{stsd[at + 5 : at + 8].hex()}"
    if (at := stsd.find(b"vpcC")) >= 0:
        profile, level, depth = stsd[at + 8], stsd[at + 9], stsd[at + 10] >> 4
        return f"vp09.{profile:02}.{level:02}.{depth:02}"
    if b"mp4a" in stsd:
        return "mp4a.40.2"
    raise ValueError("the codec is not one that is joined here")


def _fragment(offset: int, moof: bytes, *, data_bytes: int) -> Fragment:
    boxes = {kind: moof[start:end] for kind, start, end in _ranges(moof, 8, len(moof))}
    (default_ticks,) = _defaults(boxes[b"tfhd"])
    ticks, shown = _samples(boxes[b"trun"], default_ticks=default_ticks)
    return Fragment(
        offset=offset,
        header_bytes=len(moof),
        size_bytes=len(moof) + data_bytes,
        start=_start(boxes[b"tfdt"]),
        ticks=sum(ticks),
        samples=len(ticks),
        is_closed=shown[0] == min(shown),
    )


def _defaults(tfhd: bytes) -> tuple[int]:
    flags = int.from_bytes(tfhd[1:4], "big")
    at = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    return (int.from_bytes(tfhd[at : at + 4], "big") if flags & 0x8 else 0,)


def _samples(trun: bytes, *, default_ticks: int) -> tuple[list[int], list[int]]:
    """Each sample's length and the time it is shown at, from the fragment's start."""
    flags = int.from_bytes(trun[1:4], "big")
    (count,) = struct.unpack_from(">I", trun, 4)
    at = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    ticks, shown, now = [], [], 0
    for _ in range(count):
        length = default_ticks
        if flags & 0x100:
            (length,) = struct.unpack_from(">I", trun, at)
            at += 4
        at += 4 * bool(flags & 0x200) + 4 * bool(flags & 0x400)
        offset = 0
        if flags & 0x800:
            (offset,) = struct.unpack_from(">i", trun, at)
            at += 4
        ticks.append(length)
        shown.append(now + offset)
        now += length
    return ticks, shown


def _start(tfdt: bytes) -> int:
    return int.from_bytes(tfdt[4 : 12 if tfdt[0] == 1 else 8], "big")


def _move(moof: bytearray, *, start: int, number: int) -> None:
    for kind, at, _end in list(_ranges(moof, 8, len(moof))):
        if kind == b"mfhd":
            struct.pack_into(">I", moof, at + 4, number)
        elif kind == b"tfdt":
            struct.pack_into(">Q" if moof[at] == 1 else ">I", moof, at + 4, start)
