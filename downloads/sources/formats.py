"""Makes our shapes out of yt-dlp's info dictionaries, and picks good formats.

Fields as in yt-dlp's `extractor/common.py` (InfoExtractor's docstring). Everything
in them is a stranger's word: texts are cut, numbers checked, lists bounded.
"""

import math
import re
from collections.abc import Iterable
from typing import Any

from downloads.sources.video import (
    MAX_ENTRIES,
    MAX_FORMATS,
    MAX_TRACKS,
    Chapter,
    Entry,
    FormatChoice,
    FormatKind,
    Playlist,
    Preset,
    PresetName,
    SubtitleTrack,
    Video,
)

MAX_TITLE = 200
MAX_DESCRIPTION = 1000
MAX_CHAPTERS = 500
MAX_FORMAT_ID = 100

# What Chrome, Firefox and Safari all play in a <video> without more ado.
_PLAIN_CODECS = {"mp4": ({"h264"}, {"aac", "mp3"}), "webm": ({"vp8"}, {"vorbis"})}
_PLAIN_AUDIO = {"m4a": {"aac"}, "mp3": {"mp3"}, "mp4": {"aac"}}
_CODEC_NAMES = (
    (re.compile(r"avc|h\.?264"), "h264"),
    (re.compile(r"hev|hvc|h\.?265|dvh"), "hevc"),
    (re.compile(r"av01|av1"), "av1"),
    (re.compile(r"vp0?9"), "vp9"),
    (re.compile(r"vp0?8"), "vp8"),
    (re.compile(r"mp4a\.(?:69|6b|40\.34)|mp3"), "mp3"),
    (re.compile(r"mp4a|aac"), "aac"),
    (re.compile(r"opus"), "opus"),
    (re.compile(r"vorbis"), "vorbis"),
    (re.compile(r"ec-3|eac3"), "eac3"),
    (re.compile(r"ac-3|ac3"), "ac3"),
    (re.compile(r"flac"), "flac"),
)
_CODEC_RANK = {"h264": 3, "vp9": 2, "av1": 1}
_AUDIO_RANK = {"aac": 3, "opus": 2, "mp3": 2, "vorbis": 1}
_NO_CODEC = {"none", "images"}


def text_of(value: object, limit: int = MAX_TITLE) -> str:
    """One line of printable text, cut at `limit` characters."""
    if not isinstance(value, str | int | float):
        return ""
    printable = "".join(c if c.isprintable() else " " for c in str(value))
    return re.sub(r"\s+", " ", printable).strip()[:limit]


def number_of(value: object) -> float | None:
    """A finite number from 0 upwards, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value < 2**53 else None


def _whole(value: object) -> int | None:
    number = number_of(value)
    return None if number is None else round(number)


def _ms(value: object) -> int | None:
    number = number_of(value)
    return None if number is None else round(number * 1000)


def codec_name(text: object) -> str:
    """A codec's common name from a codecs string: `avc1.64001f` is `h264`."""
    if not isinstance(text, str) or text in _NO_CODEC:
        return ""
    lowered = text.lower()
    for pattern, name in _CODEC_NAMES:
        if pattern.match(lowered):
            return name
    return lowered.partition(".")[0][:12]


def _kind(raw: dict[str, Any]) -> FormatKind | None:
    vcodec, acodec = raw.get("vcodec"), raw.get("acodec")
    if vcodec in _NO_CODEC and acodec in _NO_CODEC:
        return None
    if vcodec in _NO_CODEC:
        return "audio"
    return "video" if acodec in _NO_CODEC else "video+audio"


def plays_as_is(one: FormatChoice) -> bool:
    if one.hdr:
        return False
    if one.kind == "audio":
        return one.audio_codec in _PLAIN_AUDIO.get(one.container, set())
    videos, audios = _PLAIN_CODECS.get(one.container, (set(), set()))
    sound = one.kind == "video" or one.audio_codec in audios
    return one.video_codec in videos and sound


def choice_of(raw: dict[str, Any], *, duration_ms: int | None) -> FormatChoice | None:
    """One format for our table; None for storyboards and what DRM protects."""
    kind = _kind(raw)
    format_id = raw.get("format_id")
    # A + or / in an id would read as two formats.
    if (
        kind is None
        or raw.get("has_drm") is True
        or not isinstance(format_id, str)
        or not 0 < len(format_id) <= MAX_FORMAT_ID
    ):
        return None
    rate = number_of(raw.get("tbr")) or number_of(raw.get("vbr") or raw.get("abr"))
    size = _whole(raw.get("filesize"))
    guess = size is None
    if size is None:
        size = _whole(raw.get("filesize_approx"))
    if size is None and rate and duration_ms:
        size = round(rate * 1000 / 8 * duration_ms / 1000)
    dynamic = text_of(raw.get("dynamic_range"), 12)
    one = FormatChoice(
        format_id=format_id,
        kind=kind,
        width=_whole(raw.get("width")),
        height=_whole(raw.get("height")),
        fps=number_of(raw.get("fps")) if kind != "audio" else None,
        video_codec=codec_name(raw.get("vcodec")),
        audio_codec=codec_name(raw.get("acodec")),
        container=text_of(raw.get("ext"), 10),
        size_bytes=size,
        size_is_estimate=guess and size is not None,
        bit_rate_kbps=rate,
        hdr="" if dynamic in {"", "SDR"} else dynamic,
        audio_language=text_of(raw.get("language"), 20) if kind != "video" else "",
        language_preference=_preference(raw),
        protocol=text_of(raw.get("protocol"), 20),
        note=text_of(raw.get("format_note"), 40),
    )
    one.plays_as_is = plays_as_is(one)
    return one


def _preference(raw: dict[str, Any]) -> int:
    said = raw.get("language_preference")
    if isinstance(said, int) and not isinstance(said, bool):
        return max(-100, min(100, said))
    note = str(raw.get("format_note")).lower()
    return 10 if "original" in note or "default" in note else 0


def formats_of(info: dict[str, Any]) -> list[FormatChoice]:
    """The formats of an info dictionary, the best first."""
    duration_ms = _ms(info.get("duration"))
    raws = info.get("formats")
    if not isinstance(raws, list) or not raws:
        raws = [info] if info.get("url") else []
    found: dict[str, FormatChoice] = {}
    for raw in raws[: 4 * MAX_FORMATS]:
        one = choice_of(raw, duration_ms=duration_ms) if isinstance(raw, dict) else None
        if one is not None:
            found[one.format_id] = one
    ranked = sorted(found.values(), key=_rank, reverse=True)
    return ranked[:MAX_FORMATS]


def _rank(one: FormatChoice) -> tuple[float, ...]:
    return (
        one.kind != "audio",
        one.height or 0,
        not one.hdr,
        one.fps or 0,
        one.kind == "video+audio",
        _CODEC_RANK.get(one.video_codec, 0),
        one.bit_rate_kbps or 0,
        one.size_bytes or 0,
    )


def _best_audio(
    formats: Iterable[FormatChoice], *, partner: FormatChoice | None = None
) -> FormatChoice | None:
    def rank(one: FormatChoice) -> tuple[float, ...]:
        fits = partner is None or (one.container == "webm") == (
            partner.container == "webm"
        )
        return (
            one.language_preference,
            fits,
            _AUDIO_RANK.get(one.audio_codec, 0) if partner is None else 0,
            one.bit_rate_kbps or 0,
            one.size_bytes or 0,
        )

    sounds = [one for one in formats if one.kind == "audio"]
    return max(sounds, key=rank, default=None)


def complete(format_id: str, formats: list[FormatChoice]) -> str:
    """The choice with its sound: a picture alone is joined with the best sound."""
    chosen = next((one for one in formats if one.format_id == format_id), None)
    if chosen is None or chosen.kind != "video":
        return format_id
    sound = _best_audio(formats, partner=chosen)
    return f"{format_id}+{sound.format_id}" if sound else format_id


def parts_of(format_id: str, formats: list[FormatChoice]) -> list[FormatChoice]:
    """The formats that a choice names. Empty when one of them is not offered."""
    by_id = {one.format_id: one for one in formats}
    # Sites may have a + in their own ids.
    if format_id in by_id:
        return [by_id[format_id]]
    for cut in (i for i, char in enumerate(format_id) if char == "+"):
        first, second = format_id[:cut], format_id[cut + 1 :]
        if first in by_id and second in by_id:
            return [by_id[first], by_id[second]]
    return []


def _preset(
    name: PresetName, chosen: FormatChoice | None, formats: list[FormatChoice]
) -> Preset | None:
    if chosen is None:
        return None
    format_id = complete(chosen.format_id, formats)
    parts = parts_of(format_id, formats) or [chosen]
    sizes = [part.size_bytes for part in parts]
    known = [size for size in sizes if size is not None]
    return Preset(
        name=name,
        format_id=format_id,
        height=chosen.height,
        size_bytes=sum(known) if len(known) == len(sizes) else None,
        container=chosen.container,
        plays_as_is=all(part.plays_as_is for part in parts),
    )


def _at_most(formats: list[FormatChoice], height: int) -> FormatChoice | None:
    """The best picture up to a height, in what plays everywhere if there is one."""
    pictures = [one for one in formats if one.kind != "audio"]
    fitting = [one for one in pictures if (one.height or 0) <= height]
    if not fitting:
        return None
    tallest = max(one.height or 0 for one in fitting)

    def rank(one: FormatChoice) -> tuple[float, ...]:
        return (one.plays_as_is, *_rank(one))

    return max((one for one in fitting if (one.height or 0) == tallest), key=rank)


def presets_of(formats: list[FormatChoice]) -> list[Preset]:
    """best, 1080p, 720p, audio, smallest: those that the formats can serve."""
    pictures = [one for one in formats if one.kind != "audio"]
    sound = _best_audio(formats)

    def weight(one: FormatChoice) -> tuple[float, ...]:
        return (
            one.height or 0,
            one.size_bytes or float("inf"),
            one.kind == "video",
        )

    tall = max((one.height or 0 for one in pictures), default=0)
    wanted: list[tuple[PresetName, FormatChoice | None]] = [
        ("best", _at_most(pictures, tall) if pictures else sound),
        ("1080p", _at_most(pictures, 1080) if tall >= 1080 else None),
        ("720p", _at_most(pictures, 720) if tall >= 720 else None),
        ("audio", sound),
        ("smallest", min(pictures, key=weight, default=None)),
    ]
    made = [_preset(name, chosen, formats) for name, chosen in wanted]
    return [preset for preset in made if preset is not None]


def default_of(presets: list[Preset]) -> str:
    """1080p where there is more, or the best: good to watch and quick to process."""
    by_name = {preset.name: preset for preset in presets}
    chosen = by_name.get("1080p") or by_name.get("best") or by_name.get("audio")
    return chosen.format_id if chosen else ""


def _tracks(info: dict[str, Any]) -> list[SubtitleTrack]:
    found: list[SubtitleTrack] = []
    for field, automatic in (("subtitles", False), ("automatic_captions", True)):
        tracks = info.get(field)
        for language, files in (tracks or {}).items() if tracks else ():
            if not files or language == "live_chat" or len(found) >= MAX_TRACKS:
                continue
            name = files[0].get("name") if isinstance(files[0], dict) else ""
            found.append(
                SubtitleTrack(
                    language=text_of(language, 20),
                    name=text_of(name, 60),
                    automatic=automatic,
                )
            )
    return found


def chapters_of(info: dict[str, Any]) -> list[Chapter]:
    """Chapters in order, without those that end before they begin."""
    found = []
    for raw in (info.get("chapters") or [])[:MAX_CHAPTERS]:
        start, end = _ms(raw.get("start_time")), _ms(raw.get("end_time"))
        if start is not None and end is not None and end > start:
            title = text_of(raw.get("title"))
            found.append(Chapter(start_ms=start, end_ms=end, title=title))
    return sorted(found, key=lambda chapter: chapter.start_ms)


def _thumbnail(info: dict[str, Any]) -> str:
    """The picture that is nearest to 640 pixels wide from above."""
    pictures = [
        (number_of(one.get("width")) or 0, one["url"])
        for one in info.get("thumbnails") or []
        if isinstance(one, dict) and str(one.get("url", "")).startswith("http")
    ]
    wide = sorted(one for one in pictures if one[0] >= 320)
    if wide:
        return str(wide[0][1])
    single = info.get("thumbnail")
    return single if isinstance(single, str) and single.startswith("http") else ""


def video_of(info: dict[str, Any], *, video_id: str, url: str) -> Video:
    """A video from yt-dlp's info dictionary."""
    formats = formats_of(info)
    presets = presets_of(formats)
    day = text_of(info.get("upload_date"), 8)
    raws = info.get("formats") or []
    return Video(
        id=video_id,
        url=url,
        extractor=text_of(info.get("extractor_key") or info.get("extractor"), 40),
        site_id=text_of(info.get("id"), 64),
        title=text_of(info.get("title")),
        channel=text_of(info.get("channel") or info.get("uploader")),
        description=text_of(info.get("description"), MAX_DESCRIPTION),
        duration_ms=_ms(info.get("duration")),
        published_on=f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else "",
        view_count=_whole(info.get("view_count")),
        age_limit=_whole(info.get("age_limit")) or 0,
        thumbnail_url=_thumbnail(info),
        storyboard=any(
            isinstance(raw, dict) and raw.get("format_note") == "storyboard"
            for raw in raws
        ),
        formats=formats,
        presets=presets,
        default_format_id=default_of(presets),
        subtitles=_tracks(info),
        chapters=chapters_of(info),
    )


def playlist_of(info: dict[str, Any], *, video_id: str, url: str) -> Playlist:
    """A playlist or channel from yt-dlp's info dictionary."""
    entries = []
    for raw in (info.get("entries") or [])[:MAX_ENTRIES]:
        address = raw.get("webpage_url") or raw.get("url") if raw else None
        if not isinstance(address, str) or not address.startswith("http"):
            continue
        entries.append(
            Entry(
                id=text_of(raw.get("id"), 64),
                # yt-dlp hangs notes to itself on the end.
                url=address.partition("#__youtubedl_smuggle")[0],
                title=text_of(raw.get("title")),
                channel=text_of(raw.get("channel") or raw.get("uploader")),
                duration_ms=_ms(raw.get("duration")),
            )
        )
    return Playlist(
        id=video_id,
        url=url,
        extractor=text_of(info.get("extractor_key") or info.get("extractor"), 40),
        title=text_of(info.get("title")),
        channel=text_of(info.get("channel") or info.get("uploader")),
        entry_count=max(len(entries), _whole(info.get("playlist_count")) or 0),
        entries=entries,
    )
