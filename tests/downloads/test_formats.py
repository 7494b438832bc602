"""Info dictionaries as yt-dlp documents them become our shapes. No network."""

from typing import Any

import pytest

from downloads.sources import formats, segments
from downloads.sources.failures import KINDS, failure_of
from downloads.sources.identity import canonical, site_of, video_id_of
from downloads.sources.segments import Segment
from downloads.sources.video import MAX_ENTRIES, Chapter
from streamfetch.egress.url import parse_public_url

SOUND = {"vcodec": "none", "ext": "m4a", "acodec": "mp4a.40.2", "protocol": "https"}
PICTURE = {"acodec": "none", "protocol": "https", "fps": 30}


def youtube(**changes: Any) -> dict[str, Any]:
    """A video of ten minutes as the YouTube extractor describes it."""
    return {
        "id": "dQw4w9WgXcQ",
        "extractor_key": "Youtube",
        "title": "A walk\nin the  hills 🎬",
        "channel": "Hills",
        "duration": 600,
        "upload_date": "20260314",
        "view_count": 12345,
        "age_limit": 0,
        "thumbnails": [
            {"url": "https://i.test/120.jpg", "width": 120},
            {"url": "https://i.test/640.jpg", "width": 640},
            {"url": "https://i.test/1280.jpg", "width": 1280},
        ],
        "formats": [
            {"format_id": "sb0", "vcodec": "none", "acodec": "none", "ext": "mhtml",
             "format_note": "storyboard"},
            {**SOUND, "format_id": "139", "abr": 48, "filesize": 3_600_000},
            {**SOUND, "format_id": "140", "abr": 129, "filesize": 9_700_000,
             "format_note": "medium, original"},
            {"vcodec": "none", "ext": "webm", "acodec": "opus", "protocol": "https",
             "format_id": "251", "abr": 135, "filesize": 10_100_000},
            {**PICTURE, "format_id": "160", "ext": "mp4", "vcodec": "avc1.4d400c",
             "height": 144, "width": 256, "filesize": 5_000_000},
            {**PICTURE, "format_id": "136", "ext": "mp4", "vcodec": "avc1.64001f",
             "height": 720, "width": 1280, "filesize": 60_000_000},
            {**PICTURE, "format_id": "137", "ext": "mp4", "vcodec": "avc1.640028",
             "height": 1080, "width": 1920, "filesize": 130_000_000},
            {**PICTURE, "format_id": "248", "ext": "webm", "vcodec": "vp09.00.40",
             "height": 1080, "width": 1920, "filesize": 90_000_000},
            {**PICTURE, "format_id": "701", "ext": "mp4", "vcodec": "av01.0.13M.10",
             "height": 2160, "width": 3840, "fps": 60, "dynamic_range": "HDR10",
             "tbr": 12_000},
            {"format_id": "18", "ext": "mp4", "vcodec": "avc1.42001E",
             "acodec": "mp4a.40.2", "height": 360, "width": 640, "fps": 30,
             "filesize_approx": 20_000_000, "language": "en", "protocol": "https"},
            {**PICTURE, "format_id": "drm", "ext": "mp4", "vcodec": "avc1.640028",
             "height": 1080, "has_drm": True},
        ],
        "subtitles": {"en": [{"ext": "vtt", "name": "English"}], "live_chat": [{}]},
        "automatic_captions": {"de": [{"ext": "vtt", "name": "German"}]},
        "chapters": [
            {"start_time": 0, "end_time": 60.5, "title": "Up"},
            {"start_time": 60.5, "end_time": 60.5, "title": "nothing"},
            {"start_time": 60.5, "end_time": 600, "title": "Down"},
        ],
        **changes,
    }  # fmt: skip


def test_a_youtube_video() -> None:
    video = formats.video_of(youtube(), video_id="v", url="https://x.test/")
    assert video.title == "A walk in the hills 🎬"
    assert (video.duration_ms, video.published_on) == (600_000, "2026-03-14")
    assert video.thumbnail_url == "https://i.test/640.jpg"
    assert video.storyboard
    assert [one.format_id for one in video.formats] == [
        "701", "137", "248", "136", "18", "160", "251", "140", "139",
    ]  # fmt: skip
    by_id = {one.format_id: one for one in video.formats}
    assert by_id["701"].hdr == "HDR10"
    # 12,000 kbit/s for 600 s.
    assert by_id["701"].size_bytes == 900_000_000
    assert by_id["701"].size_is_estimate
    assert by_id["18"].kind == "video+audio"
    assert by_id["18"].audio_language == "en"
    assert [one.format_id for one in video.formats if one.plays_as_is] == [
        "137", "136", "18", "160", "140", "139",
    ]  # fmt: skip
    assert {each.name: each.format_id for each in video.presets} == {
        "best": "701+140",
        "1080p": "137+140",
        "720p": "136+140",
        "audio": "140",
        "smallest": "160+140",
    }
    assert video.default_format_id == "137+140"
    assert [(t.language, t.automatic) for t in video.subtitles] == [
        ("en", False),
        ("de", True),
    ]
    assert [c.title for c in video.chapters] == ["Up", "Down"]


@pytest.mark.parametrize(
    "changes",
    [
        {"formats": None, "url": None},
        {"formats": ["x", None, 7]},
        {"formats": [{"format_id": None}, {"format_id": "a" * 500}]},
        {"duration": float("nan"), "chapters": None, "thumbnails": None},
        {"duration": -1, "title": None, "subtitles": None},
        {"title": {"x": 1}, "view_count": "many", "upload_date": 7},
        {"formats": [{"format_id": str(n), "height": 1} for n in range(5000)]},
    ],
)
def test_strange_dictionaries_break_nothing(changes: dict[str, Any]) -> None:
    video = formats.video_of(youtube(**changes), video_id="v", url="https://x.test/")
    assert len(video.formats) <= 300
    assert video.duration_ms is None or video.duration_ms >= 0


def test_a_playlist_is_bounded_and_holds_addresses_only() -> None:
    entries: list[Any] = [
        None,
        {"url": "javascript:alert(1)"},
        {"url": "file:///etc/passwd"},
        {"id": "1", "url": "https://x.test/1#__youtubedl_smuggle=x", "title": "One"},
    ]
    many = [{"id": str(n), "url": f"https://x.test/{n}"} for n in range(20_000)]
    found = formats.playlist_of(
        {"title": "All", "entries": entries + many}, video_id="p", url="https://x.test"
    )
    assert found.entries[0].url == "https://x.test/1"
    assert len(found.entries) <= MAX_ENTRIES


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=5s", "youtube-dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", "youtube-dQw4w9WgXcQ"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "youtube-dQw4w9WgXcQ"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "youtube-dQw4w9WgXcQ"),
    ],
)
def test_all_forms_of_an_address_are_one_video(address: str, name: str) -> None:
    url = parse_public_url(address)
    assert video_id_of(url) == name
    assert site_of(url) == "youtube.com"


def test_where_a_link_was_shared_does_not_matter() -> None:
    plain = parse_public_url("https://x.test/v?id=7&a=%2F")
    shared = parse_public_url("https://x.test/v?id=7&a=%2F&utm_source=mail")
    assert canonical(plain) == str(plain)
    assert video_id_of(plain) == video_id_of(shared)
    assert video_id_of(plain) != video_id_of(parse_public_url("https://x.test/v?id=8"))
    assert not video_id_of(
        parse_public_url("https://youtube.com.evil.test/watch?v=dQw4w9WgXcQ")
    ).startswith("youtube")


@pytest.mark.parametrize(
    ("kind", "message", "status", "code"),
    [
        (
            "ExtractorError",
            "Private video. Sign in if you may",
            None,
            "private",
        ),
        ("ExtractorError", "Sign in to confirm your age", None, "age_limited"),
        ("ExtractorError", "Sign in to confirm you are not a bot", None, "bot_check"),
        ("GeoRestrictedError", "anything", None, "geo_blocked"),
        ("ExtractorError", "not available in your country", None, "geo_blocked"),
        ("ExtractorError", "Video unavailable", None, "removed"),
        ("ExtractorError", "This live event will begin in 3 hours", None, "live"),
        ("ExtractorError", "This video is DRM protected", None, "drm"),
        ("ExtractorError", "Join this channel to get access", None, "login_required"),
        ("UnsupportedError", "Unsupported URL: x", None, "unsupported"),
        ("HTTPError", "HTTP Error 429: Too Many Requests", 429, "rate_limited"),
        ("HTTPError", "HTTP Error 403: Forbidden", 403, "forbidden"),
        ("HTTPError", "HTTP Error 404: Not Found", 404, "removed"),
        ("TransportError", "The read operation timed out", None, "network"),
        ("RegexNotFoundError", "Unable to extract title", None, "extractor_broken"),
        ("ValueError", "requested format is not available", None, "format_gone"),
        ("KeyError", "whatever", None, "extractor_broken"),
    ],
)
def test_what_yt_dlp_says_becomes_a_code(
    kind: str, message: str, status: int | None, code: str
) -> None:
    failure = failure_of(kind=kind, message=message, status=status)
    assert failure.code == code
    assert failure.detail == KINDS[code].words
    assert message not in failure.detail


CHAPTERS = [
    Chapter(start_ms=0, end_ms=60_000, title="One"),
    Chapter(start_ms=60_000, end_ms=100_000, title="Two"),
]
SPONSOR = Segment(50_000, 70_000, "Sponsor")


def test_sponsored_parts_are_marked_or_cut() -> None:
    marked = segments.marked(CHAPTERS, [SPONSOR], duration_ms=100_000)
    assert [(c.start_ms, c.end_ms, c.title) for c in marked] == [
        (0, 50_000, "One"),
        (50_000, 70_000, "Sponsor"),
        (70_000, 100_000, "Two"),
    ]
    assert segments.kept_ranges(100_000, [SPONSOR]) == [(0, 50_000), (70_000, 100_000)]
    assert [(c.start_ms, c.end_ms) for c in segments.shifted(CHAPTERS, [SPONSOR])] == [
        (0, 50_000),
        (50_000, 80_000),
    ]


def test_sponsorblock_answers_for_other_videos_are_left_out() -> None:
    answer = [
        {"videoID": "other", "segments": [{"segment": [0, 9], "category": "sponsor"}]},
        {
            "videoID": "mine",
            "segments": [
                {"segment": [5, 9.5], "category": "sponsor"},
                {"segment": [9, 12], "category": "selfpromo"},
                {"segment": [20, 10], "category": "sponsor"},
                {"segment": [20, 30], "category": "filler"},
                {"segment": "x", "category": "sponsor"},
            ],
        },
    ]
    assert segments.segments_in(answer, site_id="mine") == [
        Segment(5000, 12_000, "Sponsor")
    ]
    assert segments.segments_in({"x": 1}, site_id="mine") == []


def test_chapter_titles_cannot_break_out_of_the_metadata() -> None:
    chapter = Chapter(start_ms=0, end_ms=5, title="a=b;c#d\\e")
    text = segments.metadata_text([chapter])
    assert text.count("[CHAPTER]") == 1
    assert "title=a\\=b\\;c\\#d\\\\e" in text
