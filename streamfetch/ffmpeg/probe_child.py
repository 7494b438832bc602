"""The program that `probe` runs apart: reads one file with PyAV, prints JSON.

Imports nothing of the project, so that it starts quickly and needs nothing in
its sandbox but PyAV. Configuration comes as JSON in argv[1]; the file is handed
over open and nameless, so that neither its name nor a path inside it can make
FFmpeg open another file.
"""

import itertools
import json
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO

import av

_BUFFER_BYTES = 262_144
_DECODE_PACKETS = 500
_GLANCE_PACKETS = 300
_VFR_SAMPLES = 200_000
_HEAD_BYTES = 4096
_DEFAULT, _ATTACHED_PICTURE = 0x1, 0x400  # AV_DISPOSITION_*

_USUAL_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}

# A header may round, count a track we do not read, or be off by a frame or two.
_CLAIM_SLACK_MS, _CLAIM_SLACK = 2000, 0.1
_HEADER_SLACK_MS = 60_000
_AGREED_MS = 100
_MOST_BOXES = 1000
_MOST_CHAPTERS, _LONGEST_TITLE = 500, 200
# One packet can claim to last for hours; a picture held longer than this is
# not believed, and a long duration needs at least so many bytes a second
# (black H.264 at one frame a second takes about 30).
_LONGEST_PACKET_S = 600
_LEAST_BYTES_PER_S = 8
_LEAST_VFR_GAPS = 4
_VFR_SHARE = 0.005


class Refused(Exception):
    """Ends the probe with one of the codes that the parent knows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Nameless:
    """A file without the name that PyAV would let FFmpeg guess from."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


@dataclass
class Seen:
    """What reading every packet of one stream shows, in the stream's ticks."""

    packets: int = 0
    shown: int = 0
    size_bytes: int = 0
    start: int | None = None
    end: int = 0
    frame: Any = None
    times: list[int] = field(default_factory=list)

    def add(self, packet: Any, *, longest: int) -> None:
        self.packets += 1
        self.size_bytes += packet.size
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None or packet.is_discard:
            return
        self.shown += 1
        self.start = at if self.start is None else min(self.start, at)
        self.end = max(self.end, at + min(packet.duration or 0, longest))
        if len(self.times) < _VFR_SAMPLES:
            self.times.append(at)


@dataclass(frozen=True)
class Sizes:
    """How large the file is, and how long its header says it is."""

    size_bytes: int
    header_ms: int


def main() -> None:
    config = json.loads(sys.argv[1])
    try:
        with open(config["path"], "rb", buffering=0) as file:
            answer: dict[str, Any] = {"media": _describe(file, config)}
    except Refused as refused:
        answer = {"error": refused.code}
    except (MemoryError, av.error.MemoryError):
        answer = {"error": "unreadable_media"}
    sys.stdout.write(json.dumps(answer))


def _describe(file: BinaryIO, config: dict[str, Any]) -> dict[str, Any]:
    head = file.read(_HEAD_BYTES)
    size_bytes = file.seek(0, 2)
    if size_bytes == 0:
        raise Refused("empty_file")
    if _is_playlist(head):
        raise Refused("unsupported_media")
    try:
        header_ms = _movie_header_ms(file, size_bytes) if head[4:8] == b"ftyp" else 0
        sizes = Sizes(size_bytes=size_bytes, header_ms=header_ms)
        return _describe_opened(_open(file, config), sizes, config)
    except av.error.FFmpegError as error:
        raise Refused(_why_unopened(file, head, size_bytes, error)) from error


def _open(file: BinaryIO, config: dict[str, Any]) -> Any:
    file.seek(0)
    return av.open(
        Nameless(file),
        options={
            "protocol_whitelist": "",
            "format_whitelist": config["formats"],
            "codec_whitelist": config["codecs"],
        },
        buffer_size=_BUFFER_BYTES,
        metadata_errors="replace",
    )


def _is_playlist(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"#EXTM3U", b"ffconcat", b"v=0\n", b"v=0\r")):
        return True
    return text.startswith((b"<?xml", b"<MPD")) and b"<MPD" in text


def _why_unopened(
    file: BinaryIO, head: bytes, size_bytes: int, error: Exception
) -> str:
    if isinstance(error, av.error.MemoryError):
        return "unreadable_media"
    if head[4:8] == b"ftyp":
        boxes = _boxes(file, 0, size_bytes)
        return "unreadable_media" if b"moov" in boxes else "truncated_media"
    known = (b"\x1aE\xdf\xa3", b"RIFF", b"FLV\x01", b"OggS", b"fLaC", b"\xff\xd8\xff")
    if head.startswith((*known, b"\x89PNG", b"GIF8", b"mdat", b"ID3")):
        return "truncated_media"
    # EINVAL is how a container outside the allowlist is refused.
    text = b"\0" not in head
    is_refused = isinstance(error, av.error.ArgumentError) and not text
    return "unsupported_media" if is_refused else "not_media"


def _boxes(file: BinaryIO, start: int, end: int) -> dict[bytes, tuple[int, int]]:
    """Return the first box of each type in a range: type -> (content, end).

    ISO/IEC 14496-12, 4.2. Sizes are as stated: an end may lie past the file's.
    """
    boxes: dict[bytes, tuple[int, int]] = {}
    at = start
    for _ in range(_MOST_BOXES):
        file.seek(at)
        header = file.read(16)
        if at + 8 > end or len(header) < 8:
            break
        length, content = int.from_bytes(header[:4], "big"), at + 8
        if length == 1:
            length, content = int.from_bytes(header[8:], "big"), at + 16
        boxes.setdefault(header[4:8], (content, at + length if length else end))
        if length < 8:
            break
        at += length
    return boxes


def _movie_header_ms(file: BinaryIO, size_bytes: int) -> int:
    """Return the duration in an MP4's movie header (8.2.2), 0 when it has none.

    FFmpeg corrects it by the sample tables, but players show what it says.
    """
    moov = _boxes(file, 0, size_bytes).get(b"moov")
    mvhd = _boxes(file, *moov).get(b"mvhd") if moov else None
    if mvhd is None:
        return 0
    file.seek(mvhd[0])
    header = file.read(32)
    is_long = header[:1] == b"\x01"
    scale_at, duration_at, width = (20, 24, 8) if is_long else (12, 16, 4)
    scale = int.from_bytes(header[scale_at : scale_at + 4], "big")
    duration = int.from_bytes(header[duration_at : duration_at + width], "big")
    if not scale or duration == 256**width - 1:
        return 0
    return duration * 1000 // scale


def _describe_opened(
    container: Any, sizes: Sizes, config: dict[str, Any]
) -> dict[str, Any]:
    video, audio = _main_streams(container, config)
    wanted = [s for s in (video, audio) if s is not None]
    most = _GLANCE_PACKETS if config["glance"] else None
    seen = _read_all(container, wanted, most=most)
    if audio is not None and not seen[audio.index].packets:
        audio = None
    if video is None and audio is None:
        raise Refused("truncated_media")
    for stream in (video, audio):
        if stream is not None and not seen[stream.index].packets:
            raise Refused("truncated_media")
        if stream is not None and seen[stream.index].frame is None:
            raise Refused("unreadable_media")
    demuxer = container.format.name.split(",")[0]
    kind = "video" if video else "audio"
    if video and not audio and demuxer in config["picture_containers"]:
        kind = "video" if seen[video.index].packets > 1 else "image"
    duration_ms = 0
    if config["glance"]:
        duration_ms = _ms(container.duration or 0, Fraction(1, 1_000_000))
    elif kind != "image":
        duration_ms = _duration_ms(container, demuxer, seen, sizes, config)
    return {
        "container": demuxer,
        "kind": kind,
        "duration_ms": duration_ms,
        "start_ms": _ms(container.start_time or 0, Fraction(1, 1_000_000)),
        "size_bytes": sizes.size_bytes,
        "bit_rate": _bit_rate(sizes.size_bytes, duration_ms),
        "video": _video(video, seen[video.index], kind=kind) if video else None,
        "audio": _audio(audio, seen[audio.index]) if audio else None,
        "chapters": _chapters(container, duration_ms),
    }


def _chapters(container: Any, duration_ms: int) -> list[dict[str, Any]]:
    """Return those that begin in the file and last, counted from its start."""
    start_ms = _ms(container.start_time or 0, Fraction(1, 1_000_000))
    found = []
    for one in container.chapters()[:_MOST_CHAPTERS]:
        begin_ms, end_ms = (
            min(duration_ms, max(0, _ms(one[side], one["time_base"]) - start_ms))
            for side in ("start", "end")
        )
        if end_ms > begin_ms:
            title = str(one["metadata"].get("title", ""))
            words = "".join(each if each.isprintable() else " " for each in title)
            words = " ".join(words.split())[:_LONGEST_TITLE]
            found.append({"start_ms": begin_ms, "end_ms": end_ms, "title": words})
    return sorted(found, key=lambda chapter: chapter["start_ms"])


def _main_streams(container: Any, config: dict[str, Any]) -> tuple[Any, Any]:
    """Return the picture with most pixels and the default sound, or None."""
    allowed = set(config["codecs"].split(","))
    chosen = []
    candidates = [s for s in container.streams if not _is_cover(s)]
    for kind, rank in (("video", _pixels), ("audio", _is_default)):
        streams = [s for s in candidates if s.type == kind]
        usable = [s for s in streams if s.codec_context and _codec(s) in allowed]
        # Leaving out the only sound or picture would surprise: refuse the file.
        if streams and not usable:
            raise Refused("unsupported_media")
        chosen.append(max(usable, key=rank, default=None))
    video, audio = chosen
    if video is None and audio is None:
        raise Refused("not_media")
    if video is not None and _pixels(video) > config["max_pixels"]:
        raise Refused("unreadable_media")
    return video, audio


def _codec(stream: Any) -> str:
    return str(stream.codec_context.name)


def _is_cover(stream: Any) -> bool:
    return bool(int(stream.disposition) & _ATTACHED_PICTURE)


def _is_default(stream: Any) -> bool:
    return bool(int(stream.disposition) & _DEFAULT)


def _pixels(stream: Any) -> int:
    return int(stream.codec_context.width * stream.codec_context.height)


def _read_all(
    container: Any, wanted: list[Any], *, most: int | None
) -> dict[int, Seen]:
    """Read every packet, or the first ones, and decode one frame of each wanted
    stream."""
    seen = {stream.index: Seen() for stream in container.streams}
    tries = dict.fromkeys((stream.index for stream in wanted), _DECODE_PACKETS)
    try:
        for packet in itertools.islice(container.demux(), most):
            if packet.size == 0:
                continue
            found = seen.setdefault(packet.stream.index, Seen())
            longest = int(_LONGEST_PACKET_S / packet.time_base)
            found.add(packet, longest=longest)
            if found.frame is None and tries.get(packet.stream.index, 0) > 0:
                tries[packet.stream.index] -= 1
                found.frame = _first_frame(packet)
    except av.error.FFmpegError:
        # The content ends here; what is missing shows in the duration.
        pass
    for stream in wanted:
        if seen[stream.index].packets and seen[stream.index].frame is None:
            seen[stream.index].frame = _first_frame(None, stream)
    return seen


def _first_frame(packet: Any, stream: Any = None) -> Any:
    try:
        frames = stream.decode(None) if packet is None else packet.decode()
    except av.error.FFmpegError:
        return None
    return frames[0] if frames else None


def _duration_ms(
    container: Any,
    demuxer: str,
    seen: dict[int, Seen],
    sizes: Sizes,
    config: dict[str, Any],
) -> int:
    """Return the duration; refuse a header that claims what is not there."""
    starts, ends = [], []
    for stream in container.streams:
        found = seen[stream.index]
        if found.start is not None and not _is_cover(stream):
            starts.append(_ms(found.start, stream.time_base))
            ends.append(_ms(found.end, stream.time_base))
    if not ends:
        raise Refused("truncated_media")
    last_ms = max(ends)
    measured_ms = last_ms - min(starts)
    # Some containers count from zero, some from the first packet.
    there_ms = max(measured_ms, last_ms)
    claimed_ms = _ms(container.duration or 0, Fraction(1, 1_000_000))
    if demuxer in config["containers_with_duration"]:
        slack_ms = max(_CLAIM_SLACK_MS, claimed_ms * _CLAIM_SLACK)
        if claimed_ms - there_ms > slack_ms:
            raise Refused("truncated_media")
    if sizes.header_ms > 2 * there_ms + _HEADER_SLACK_MS:
        raise Refused("truncated_media")
    longest_ms = max(measured_ms, claimed_ms, sizes.header_ms)
    is_long = longest_ms > _LONGEST_PACKET_S * 1000
    if is_long and sizes.size_bytes * 1000 < longest_ms * _LEAST_BYTES_PER_S:
        raise Refused("truncated_media")
    is_agreed = abs(claimed_ms - measured_ms) <= _AGREED_MS
    return claimed_ms if is_agreed else measured_ms


def _video(stream: Any, seen: Seen, *, kind: str) -> dict[str, Any]:
    context = stream.codec_context
    sar = stream.sample_aspect_ratio or Fraction(1, 1)
    sar = sar if 0 < sar < 100 else Fraction(1, 1)
    rotation = round(-seen.frame.rotation / 90) * 90 % 360
    shown = (max(1, round(context.width * sar)), context.height)
    if rotation in (90, 270):
        shown = (shown[1], shown[0])
    variable = kind == "video" and _is_variable(seen, stream.time_base)
    average = _rate(stream.average_rate)
    real = _rate(stream.base_rate)
    return {
        "index": stream.index,
        "codec": context.codec.canonical_name,
        "profile": stream.profile,
        "width": context.width,
        "height": context.height,
        "display_width": shown[0],
        "display_height": shown[1],
        "rotation": rotation,
        "sample_aspect_ratio": str(sar),
        "frame_rate": average if variable or not _is_near(average, real) else real,
        "average_frame_rate": average,
        "real_frame_rate": real,
        "is_variable_frame_rate": variable,
        "frame_count": seen.shown,
        "hidden_frame_count": seen.packets - seen.shown,
        "pix_fmt": context.pix_fmt or seen.frame.format.name,
        "color": {
            "color_primaries": context.color_primaries,
            "color_transfer": context.color_trc,
            "color_matrix": context.colorspace,
            "color_range": context.color_range,
        },
        **_timing(stream, seen, still=kind == "image"),
    }


def _audio(stream: Any, seen: Seen) -> dict[str, Any]:
    context = stream.codec_context
    return {
        "index": stream.index,
        "codec": context.codec.canonical_name,
        "profile": stream.profile,
        "sample_rate": context.sample_rate,
        "channels": context.layout.nb_channels,
        "channel_layout": _layout(context.layout),
        **_timing(stream, seen),
    }


def _layout(layout: Any) -> str:
    """Return the layout's name; the usual one where the file states none."""
    unnamed = layout.name == f"{layout.nb_channels} channels"
    usual = _USUAL_LAYOUTS.get(layout.nb_channels, layout.name)
    return str(usual if unnamed else layout.name)


def _timing(stream: Any, seen: Seen, *, still: bool = False) -> dict[str, int]:
    start = seen.start or 0
    duration_ms = 0 if still else _ms(seen.end - start, stream.time_base)
    return {
        "start_ms": _ms(start, stream.time_base),
        "duration_ms": duration_ms,
        "bit_rate": _bit_rate(seen.size_bytes, duration_ms),
    }


def _is_variable(seen: Seen, time_base: Fraction) -> bool:
    """Say whether frame times deviate by more than rounding and a stray gap.

    Containers round times to their tick (1 ms in Matroska), which is no
    variation; nor is one late frame where a recorder paused.
    """
    times = sorted(seen.times)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    if len(gaps) < _LEAST_VFR_GAPS:
        return False
    usual = sorted(gaps)[len(gaps) // 2]
    slack = max(1, int(Fraction(3, 2000) / time_base))
    odd = sum(1 for gap in gaps if abs(gap - usual) > slack)
    return odd > max(1, len(gaps) * _VFR_SHARE)


def _is_near(average: str, real: str) -> bool:
    one, other = Fraction(average), Fraction(real)
    return one == 0 or abs(one - other) <= one / 100


def _rate(rate: Fraction | None) -> str:
    return str(Fraction(rate or 0).limit_denominator(100_000))


def _ms(ticks: int, time_base: Fraction) -> int:
    return round(ticks * time_base * 1000)


def _bit_rate(size_bytes: int, duration_ms: int) -> int:
    return size_bytes * 8000 // duration_ms if duration_ms > 0 else 0


if __name__ == "__main__":
    main()
