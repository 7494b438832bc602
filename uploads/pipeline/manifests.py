"""Writes the playlists and manifests of a set of tracks. Pure text.

FFmpeg's own would declare the first segment's bit rate as the track's, leave out
that the content is finished, and stamp the hour of packaging (measured on 5.1).
All addresses are relative: a signed prefix in front of them stays in effect.
HLS is RFC 8216, DASH is ISO/IEC 23009-1.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

from uploads.pipeline.ladder import SEGMENT_S
from uploads.tracks import (
    DASH_MANIFEST,
    HLS_MASTER,
    MANIFEST,
    Segment,
    Track,
    init_name,
    playlist_name,
    segment_name,
)

_HLS_HEAD = ("#EXTM3U", "#EXT-X-VERSION:7")
_SOUND_GROUP = "sound"
_DASH_PROFILES = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019"


@dataclass(frozen=True, kw_only=True)
class Times:
    """One segment on the timeline, in seconds."""

    start: Fraction
    end: Fraction


def documents(
    tracks: Sequence[Track], *, thumbnails: str | None = None
) -> dict[str, str]:
    """Every document by its name, in the order in which they should be stored."""
    playlists = {playlist_name(track.name): playlist(track) for track in tracks}
    return {
        **playlists,
        DASH_MANIFEST: dash(tracks),
        HLS_MASTER: master(tracks),
        MANIFEST: summary(tracks, thumbnails=thumbnails),
    }


def duration(tracks: Sequence[Track]) -> Fraction:
    """Seconds of the picture; of the sound where there is none."""
    pictures = [track for track in tracks if track.kind == "video"]
    return max(track.duration for track in pictures or tracks)


def times(track: Track) -> Iterator[Times]:
    """When each segment begins and ends."""
    ticks = 0
    for segment in track.segments:
        start = Fraction(ticks, track.timescale)
        ticks += segment.ticks
        yield Times(start=start, end=Fraction(ticks, track.timescale))


def average_bandwidth(track: Track) -> int:
    """Bits per second over the whole track."""
    return math.ceil(track.size_bytes * 8 / track.duration)


def peak_bandwidth(track: Track) -> int:
    """Bits per second of the most demanding stretch.

    RFC 8216, 4.1: stretches of 0.5 to 1.5 target durations count, so a shorter
    segment is taken together with the one before it.
    """
    least_ticks = SEGMENT_S * track.timescale // 2
    rates = []
    before: Segment | None = None
    for segment in track.segments:
        size_bytes, ticks = segment.size_bytes, segment.ticks
        if ticks < least_ticks and before is not None:
            size_bytes += before.size_bytes
            ticks += before.ticks
        rates.append(Fraction(size_bytes * 8 * track.timescale, ticks))
        before = segment
    return math.ceil(max(rates))


def playlist(track: Track) -> str:
    """The HLS playlist of one track."""
    spans = list(times(track))
    longest = max(span.end - span.start for span in spans)
    lines = [
        *_HLS_HEAD,
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{_beside(init_name(track.name))}"',
    ]
    for number, span in enumerate(spans, start=1):
        # Rounded ends, not rounded lengths: the sum stays right.
        length = _micro(span.end) - _micro(span.start)
        lines.append(f"#EXTINF:{length / 1_000_000:.6f},")
        lines.append(_beside(segment_name(track.name, number)))
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master(tracks: Sequence[Track]) -> str:
    """The HLS playlist of playlists, smallest rung first."""
    pictures = [track for track in tracks if track.kind == "video"]
    sounds = [track for track in tracks if track.kind == "audio"]
    lines = [*_HLS_HEAD, "#EXT-X-INDEPENDENT-SEGMENTS"]
    if not pictures:
        for sound in sounds:
            lines += [_stream_line(None, [sound]), playlist_name(sound.name)]
        return "\n".join([*lines, ""])
    for sound in sounds:
        attributes = [
            "TYPE=AUDIO",
            f'GROUP-ID="{_SOUND_GROUP}"',
            'NAME="main"',
            "DEFAULT=YES",
            "AUTOSELECT=YES",
            f'CHANNELS="{sound.channels}"',
            f'URI="{playlist_name(sound.name)}"',
        ]
        lines.append(f"#EXT-X-MEDIA:{','.join(attributes)}")
    for picture in pictures:
        lines += [_stream_line(picture, sounds), playlist_name(picture.name)]
    return "\n".join([*lines, ""])


def dash(tracks: Sequence[Track]) -> str:
    """The DASH manifest: one adaptation set a kind, exact segment timelines."""
    root = ElementTree.Element(
        "MPD",
        {
            "xmlns": "urn:mpeg:dash:schema:mpd:2011",
            "profiles": _DASH_PROFILES,
            "type": "static",
            "mediaPresentationDuration": _period(duration(tracks)),
            "minBufferTime": f"PT{SEGMENT_S}S",
        },
    )
    period = ElementTree.SubElement(root, "Period", {"id": "1", "start": "PT0S"})
    for kind in ("video", "audio"):
        members = [track for track in tracks if track.kind == kind]
        if members:
            _adaptation_set(period, kind, members)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def summary(tracks: Sequence[Track], *, thumbnails: str | None = None) -> str:
    """manifest.json: what there is, for programs and for our own pages."""
    main = next((track for track in tracks if track.kind == "video"), tracks[0])
    return json.dumps(
        {
            "duration": _decimal(duration(tracks)),
            "renditions": [_described(track) for track in tracks],
            "segments": [
                {
                    "start": _decimal(span.start),
                    "duration": _decimal(span.end - span.start),
                }
                for span in times(main)
            ],
            "thumbnails": thumbnails,
            "hls": HLS_MASTER,
            "dash": DASH_MANIFEST,
        },
        separators=(",", ":"),
    )


def _described(track: Track) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": track.name,
        "kind": track.kind,
        "codec": track.codec,
        "bandwidth": peak_bandwidth(track),
        "average_bandwidth": average_bandwidth(track),
        "size_bytes": track.size_bytes,
        "duration": _decimal(track.duration),
        "segment_count": len(track.segments),
        "init": init_name(track.name),
        "playlist": playlist_name(track.name),
    }
    if track.kind == "video":
        facts |= {
            "width": track.width,
            "height": track.height,
            "frame_rate": track.frame_rate,
        }
    else:
        facts |= {"sample_rate": track.sample_rate, "channels": track.channels}
    return facts


def _stream_line(picture: Track | None, sounds: Sequence[Track]) -> str:
    members = [*([picture] if picture else []), *sounds]
    codecs = ",".join(dict.fromkeys(track.codec for track in members))
    attributes = [
        f"BANDWIDTH={sum(map(peak_bandwidth, members))}",
        f"AVERAGE-BANDWIDTH={sum(map(average_bandwidth, members))}",
        f'CODECS="{codecs}"',
    ]
    if picture is not None:
        rate = Fraction(picture.frame_rate or 0)
        attributes.append(f"RESOLUTION={picture.width}x{picture.height}")
        attributes.append(f"FRAME-RATE={float(rate):.3f}")
        if sounds:
            attributes.append(f'AUDIO="{_SOUND_GROUP}"')
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


def _adaptation_set(
    period: ElementTree.Element, kind: str, tracks: Sequence[Track]
) -> None:
    attributes = {
        "id": kind,
        "contentType": kind,
        "mimeType": f"{kind}/mp4",
        "segmentAlignment": "true",
        "startWithSAP": "1",
    }
    adaptation = ElementTree.SubElement(period, "AdaptationSet", attributes)
    for track in tracks:
        _representation(adaptation, track)


def _representation(adaptation: ElementTree.Element, track: Track) -> None:
    attributes = {
        "id": track.name,
        "codecs": track.codec,
        "bandwidth": str(peak_bandwidth(track)),
    }
    if track.kind == "video":
        attributes |= {
            "width": str(track.width),
            "height": str(track.height),
            "frameRate": str(track.frame_rate),
            "sar": "1:1",
        }
    else:
        attributes["audioSamplingRate"] = str(track.sample_rate)
    representation = ElementTree.SubElement(adaptation, "Representation", attributes)
    if track.kind == "audio":
        ElementTree.SubElement(
            representation,
            "AudioChannelConfiguration",
            {
                "schemeIdUri": "urn:mpeg:dash:23003:3:audio_channel_configuration:2011",
                "value": str(track.channels),
            },
        )
    template = ElementTree.SubElement(
        representation,
        "SegmentTemplate",
        {
            "timescale": str(track.timescale),
            "initialization": init_name("$RepresentationID$"),
            "media": f"$RepresentationID$/{_numbered()}",
            "startNumber": "1",
        },
    )
    timeline = ElementTree.SubElement(template, "SegmentTimeline")
    start = 0
    for ticks, run in groupby(segment.ticks for segment in track.segments):
        count = len(list(run))
        entry = {"d": str(ticks)}
        if start == 0:
            entry["t"] = "0"
        if count > 1:
            entry["r"] = str(count - 1)
        ElementTree.SubElement(timeline, "S", entry)
        start += ticks * count


def _numbered() -> str:
    return _beside(segment_name("x", 0)).replace("00000", "$Number%05d$")


def _beside(name: str) -> str:
    return name.rpartition("/")[2]


def _micro(seconds: Fraction) -> int:
    return round(seconds * 1_000_000)


def _decimal(seconds: Fraction) -> float:
    return round(float(seconds), 6)


def _period(seconds: Fraction) -> str:
    return f"PT{float(seconds):.6f}".rstrip("0").rstrip(".") + "S"
