"""Reads a ladder the way a player does, and says what came out."""

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av

DASH = "{urn:mpeg:dash:schema:mpd:2011}"


@dataclass(frozen=True)
class Variant:
    """One line of the master playlist."""

    address: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class Playlist:
    """One media playlist: its lengths in seconds, its segments as files."""

    init: Path
    segments: list[Path]
    lengths: list[Fraction]
    tags: list[str]


def attributes(line: str) -> dict[str, str]:
    found = re.findall(r'([A-Z-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])
    return {name: value.strip('"') for name, value in found}


def variants(folder: Path) -> list[Variant]:
    lines = (folder / "master.m3u8").read_text().splitlines()
    assert lines[0] == "#EXTM3U"
    return [
        Variant(lines[at + 1], attributes(line))
        for at, line in enumerate(lines)
        if line.startswith("#EXT-X-STREAM-INF")
    ]


def playlist(path: Path) -> Playlist:
    lines = path.read_text().splitlines()
    init = next(attributes(line)["URI"] for line in lines if "EXT-X-MAP" in line)
    return Playlist(
        init=path.parent / init,
        segments=[path.parent / line for line in lines if line[:1] != "#"],
        lengths=[
            Fraction(line.removeprefix("#EXTINF:").rstrip(","))
            for line in lines
            if line.startswith("#EXTINF")
        ],
        tags=[line for line in lines if line[:4] == "#EXT"],
    )


def joined(listed: Playlist, target: Path) -> Path:
    """The whole track: what a browser's buffer gets."""
    parts = [listed.init, *listed.segments]
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def frame_times(path: Path) -> list[Fraction]:
    """When each decoded frame is shown, in seconds from the first.

    FFmpeg shifts all times of a file in which some sample is shown before its
    decoding time; browsers do not.
    """
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        times = [frame.pts * frame.time_base for frame in container.decode(stream)]
    return [time - times[0] for time in times]


def sound_seconds(path: Path) -> float:
    """How long the decoded sound is."""
    with av.open(str(path)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        return samples / container.streams.audio[0].rate


def first_frames(listed: Playlist) -> list[bool]:
    """Whether each segment alone, after the beginning, decodes from its start."""
    good = []
    for segment in listed.segments:
        part = segment.with_suffix(".mp4")
        part.write_bytes(listed.init.read_bytes() + segment.read_bytes())
        with av.open(str(part)) as container:
            packet = next(container.demux(video=0))
            good.append(packet.is_keyframe and bool(frame_times(part)))
        part.unlink()
    return good


def dash(folder: Path) -> dict[str, dict[str, Any]]:
    """Per representation: its files and the lengths of its segments in seconds."""
    root = ElementTree.parse(folder / "manifest.mpd").getroot()  # noqa: S314
    assert root.get("type") == "static"
    found = {}
    for representation in root.iter(f"{DASH}Representation"):
        name = representation.attrib["id"]
        channels = representation.find(f"{DASH}AudioChannelConfiguration")
        template = representation.find(f"{DASH}SegmentTemplate")
        assert template is not None
        scale = int(template.attrib["timescale"])
        ticks = [
            int(entry.attrib["d"])
            for entry in template.iter(f"{DASH}S")
            for _ in range(int(entry.get("r", "0")) + 1)
        ]

        def address(text: str, name: str = name, number: int = 0) -> Path:
            text = text.replace("$RepresentationID$", name)
            return folder / text.replace("$Number%05d$", f"{number:05}")

        found[name] = {
            "init": address(template.attrib["initialization"]),
            "segments": [
                address(template.attrib["media"], number=number)
                for number in range(1, len(ticks) + 1)
            ],
            "lengths": [Fraction(each, scale) for each in ticks],
            "bandwidth": int(representation.attrib["bandwidth"]),
            "codecs": representation.attrib["codecs"],
            "rate": int(representation.get("audioSamplingRate", "0")),
            "channels": channels is not None and int(channels.attrib["value"]),
        }
    return found


def manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return loaded
