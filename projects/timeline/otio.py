"""OpenTimelineIO JSON, written and read as data. Pure.

Written files carry the whole document as metadata, so nothing is lost on the way
back; what other programs write is read as far as a timeline here can hold it.
Schemas: https://opentimelineio.readthedocs.io/en/latest/tutorials/otio-serialized-schema-only-fields.html
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from projects.timeline.clips import AudioTrack, Clip
from projects.timeline.document import Settings, Timeline

OURS = "streamfetch"
RATE = 1000.0
MAX_CHARACTERS = 6_000_000
MAX_ITEMS = 10_000
_TRANSITION = "SMPTE_Dissolve"


class NotOTIO(ValueError):
    """The text is not a timeline of OpenTimelineIO; the message says why."""


def written(
    name: str, timeline: Timeline, settings: Settings, titles: Mapping[UUID, str]
) -> str:
    """The timeline as a `.otio` file. `titles` name the assets."""
    tracks = []
    for layer in sorted({clip.layer for clip in timeline.clips}):
        clips = [clip for clip in timeline.clips if clip.layer == layer]
        tracks.append(_track(f"Layer {layer + 1}", "Video", clips, titles, timeline))
    for lane in sorted({track.track for track in timeline.audio_tracks}):
        sounds = [each for each in timeline.audio_tracks if each.track == lane]
        tracks.append(_track(f"Sound {lane + 1}", "Audio", sounds, titles, timeline))
    document: dict[str, Any] = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": name,
        "global_start_time": None,
        "metadata": {
            OURS: {
                "timeline": timeline.model_dump(mode="json"),
                "settings": settings.model_dump(mode="json"),
            }
        },
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "name": "tracks",
            "metadata": {},
            "source_range": None,
            "effects": [],
            "markers": [],
            "enabled": True,
            "children": tracks,
        },
    }
    return json.dumps(document, indent=1)


def read(text: str, find: Callable[[str, str], UUID | None]) -> dict[str, Any]:
    """{name, timeline, settings?, missing}: documents that are still to be checked.

    `find(id, name)` gives the asset for a clip's media; names of those it does not
    know are in `missing`. Raises `NotOTIO`.
    """
    if len(text) > MAX_CHARACTERS:
        raise NotOTIO("This file is too large.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotOTIO("This file is not JSON.") from error
    if not _is(document, "Timeline"):
        raise NotOTIO("This file holds no OpenTimelineIO timeline.")
    name = document.get("name")
    found: dict[str, Any] = {"name": name if isinstance(name, str) else ""}
    metadata = document.get("metadata")
    ours = metadata.get(OURS) if isinstance(metadata, dict) else None
    if isinstance(ours, dict) and isinstance(ours.get("timeline"), dict):
        return {**found, **ours, "missing": []}
    tracks = document.get("tracks")
    children = tracks.get("children") if isinstance(tracks, dict) else None
    if not isinstance(children, list):
        raise NotOTIO("This timeline has no tracks.")
    reader = _Reader(find)
    for track in children[:100]:
        reader.track(track)
    return {**found, "timeline": reader.timeline, "missing": reader.missing}


class _Reader:
    """Collects the clips of tracks that another program wrote."""

    def __init__(self, find: Callable[[str, str], UUID | None]) -> None:
        self._find = find
        self._layers = {"Video": 0, "Audio": 0}
        self._items = 0
        self.missing: list[str] = []
        self.timeline: dict[str, Any] = {"clips": [], "audio_tracks": []}

    def track(self, track: Any) -> None:
        if not _is(track, "Track") or not isinstance(track.get("children"), list):
            return
        kind = "Audio" if track.get("kind") == "Audio" else "Video"
        number = self._layers[kind]
        self._layers[kind] += 1
        if number > 9:
            raise NotOTIO("This timeline has more than ten tracks of one kind.")
        at_s = 0.0
        for item in track["children"]:
            self._items += 1
            if self._items > MAX_ITEMS:
                raise NotOTIO(f"This timeline has more than {MAX_ITEMS} items.")
            if _is(item, "Gap"):
                at_s += _range(item)[1]
            elif _is(item, "Clip"):
                at_s += self._clip(item, kind, number, at_s)

    def _clip(self, item: dict[str, Any], kind: str, number: int, at_s: float) -> float:
        start_s, duration_s = _range(item)
        speed = _speed(item)
        asset_id, name = _media(item)
        asset = self._find(asset_id, name)
        if asset is None:
            self.missing.append(name or "?")
            return duration_s
        clip = {
            "asset": str(asset),
            "start_time": round(start_s, 3),
            "end_time": round(start_s + duration_s * speed, 3),
            "position": round(at_s, 3),
            "speed": speed,
        }
        if kind == "Audio":
            self.timeline["audio_tracks"].append({**clip, "track": number})
        else:
            self.timeline["clips"].append({**clip, "layer": number})
        return duration_s


def _is(value: Any, schema: str) -> bool:
    if not isinstance(value, dict):
        return False
    return str(value.get("OTIO_SCHEMA", "")).partition(".")[0] == schema


def _seconds(time: Any) -> float:
    if not isinstance(time, dict):
        raise NotOTIO("A time of this timeline is missing.")
    value, rate = time.get("value"), time.get("rate")
    if not isinstance(value, int | float) or not isinstance(rate, int | float):
        raise NotOTIO("A time of this timeline is not a number.")
    if not math.isfinite(value) or not math.isfinite(rate) or rate <= 0:
        raise NotOTIO("A time of this timeline is not a number.")
    return float(value) / float(rate)


def _range(item: dict[str, Any]) -> tuple[float, float]:
    """Start and duration of an item in seconds of its source."""
    found = item.get("source_range")
    if found is None:
        found = _reference(item).get("available_range")
    if not isinstance(found, dict):
        raise NotOTIO("A clip of this timeline does not say how long it lasts.")
    start_s, duration_s = (
        _seconds(found.get("start_time")),
        _seconds(found.get("duration")),
    )
    if start_s < 0 or duration_s < 0:
        raise NotOTIO("A time of this timeline is negative.")
    return start_s, duration_s


def _reference(item: dict[str, Any]) -> dict[str, Any]:
    reference = item.get("media_reference")
    if reference is None and isinstance(item.get("media_references"), dict):
        key = item.get("active_media_reference_key", "DEFAULT_MEDIA")
        reference = item["media_references"].get(key)
    return reference if isinstance(reference, dict) else {}


def _media(item: dict[str, Any]) -> tuple[str, str]:
    """The id and the file name that a clip's media has."""
    reference = _reference(item)
    url = str(reference.get("target_url") or "")
    metadata = reference.get("metadata")
    ours = metadata.get(OURS) if isinstance(metadata, dict) else None
    asset_id = str(ours.get("asset", "")) if isinstance(ours, dict) else ""
    name = url.replace("\\", "/").rpartition("/")[2] or str(item.get("name") or "")
    return asset_id, name[:200]


def _speed(item: dict[str, Any]) -> float:
    effects = item.get("effects")
    for effect in effects if isinstance(effects, list) else []:
        if _is(effect, "LinearTimeWarp"):
            scalar = effect.get("time_scalar")
            if isinstance(scalar, int | float) and 0.25 <= scalar <= 4:
                return float(scalar)
    return 1.0


def _time(seconds: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "RationalTime.1",
        "rate": RATE,
        "value": float(round(seconds * RATE)),
    }


def _time_range(start_s: float, duration_s: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(start_s),
        "duration": _time(duration_s),
    }


def _track(
    name: str,
    kind: str,
    clips: Sequence[Clip | AudioTrack],
    titles: Mapping[UUID, str],
    timeline: Timeline,
) -> dict[str, Any]:
    crossings = {each.to_clip: each for each in timeline.transitions}
    children: list[dict[str, Any]] = []
    at_s = 0.0
    for clip in sorted(clips, key=lambda each: each.position):
        if clip.position - at_s > 0.0005:
            gap = _item("Gap.1", "", _time_range(0, clip.position - at_s))
            children.append(gap)
        crossing = crossings.get(clip.id)
        if crossing is not None and children and crossing.type != "none":
            children.append(
                {
                    "OTIO_SCHEMA": "Transition.1",
                    "name": crossing.type,
                    "metadata": {},
                    "transition_type": _TRANSITION
                    if crossing.type == "dissolve"
                    else "Custom_Transition",
                    "in_offset": _time(crossing.duration / 2),
                    "out_offset": _time(crossing.duration / 2),
                }
            )
        children.append(_clip(clip, titles.get(clip.asset, "")))
        at_s = clip.timeline_end
    return {**_item("Track.1", name, None), "kind": kind, "children": children}


def _item(schema: str, name: str, source_range: dict[str, Any] | None) -> Any:
    return {
        "OTIO_SCHEMA": schema,
        "name": name,
        "metadata": {},
        "source_range": source_range,
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _clip(clip: Clip | AudioTrack, title: str) -> dict[str, Any]:
    effects = []
    if clip.speed != 1:
        effects.append(
            {
                "OTIO_SCHEMA": "LinearTimeWarp.1",
                "name": "speed",
                "metadata": {},
                "effect_name": "LinearTimeWarp",
                "time_scalar": clip.speed,
                "enabled": True,
            }
        )
    return {
        **_item("Clip.2", title, _time_range(clip.start_time, clip.duration)),
        "effects": effects,
        "active_media_reference_key": "DEFAULT_MEDIA",
        "media_references": {
            "DEFAULT_MEDIA": {
                "OTIO_SCHEMA": "ExternalReference.1",
                "name": title,
                "metadata": {OURS: {"asset": str(clip.asset)}},
                "available_range": None,
                "available_image_bounds": None,
                "target_url": title,
            }
        },
    }
