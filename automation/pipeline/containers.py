"""What the files of results hold: which pictures fit, and how others are encoded."""

from automation.documents import DubConfig
from streamfetch.ffmpeg.command import Value

# What each container takes as it is.
COPIED = {
    "mp4": frozenset({"h264", "hevc", "av1", "mpeg4", "vp9"}),
    "webm": frozenset({"vp8", "vp9", "av1"}),
}
HEIGHTS = {"1080p": 1080, "720p": 720}
# ISO 639-2 codes, which are what MP4 has room for.
THREE_LETTERS = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu",
    "el": "ell", "en": "eng", "es": "spa", "fi": "fin", "fr": "fra", "gl": "glg",
    "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn",
    "ko": "kor", "ms": "msa", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por",
    "ro": "ron", "ru": "rus", "sk": "slk", "sv": "swe", "ta": "tam", "tr": "tur",
    "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip


def is_copied(config: DubConfig, *, codec: str, width: int, height: int) -> bool:
    """Whether the result has the very picture of the source (sizes as shown)."""
    if config.use_watermark or codec not in COPIED[config.output_format]:
        return False
    return min(width, height) <= HEIGHTS[config.video_quality]


def size_of(config: DubConfig, *, width: int, height: int) -> tuple[int, int]:
    """Even width and height of an encoded picture, no larger than asked for."""
    scale = min(1.0, HEIGHTS[config.video_quality] / max(1, min(width, height)))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def picture_options(container: str) -> dict[str, Value | None]:
    if container == "webm":
        return {
            "c:v": "libvpx-vp9",
            "b:v": 0,
            "crf": 34,
            "deadline": "realtime",
            "cpu-used": 7,
            "row-mt": 1,
            "fps_mode": "passthrough",
        }
    return {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 21,
        "fps_mode": "passthrough",
    }


def sound_options(container: str, channels: int) -> dict[str, Value | None]:
    if container == "webm":
        return {"c:a": "libopus", "b:a": f"{64 * channels}k", "ar": 48_000}
    return {"c:a": "aac", "b:a": f"{96 * channels}k", "ar": 48_000}
