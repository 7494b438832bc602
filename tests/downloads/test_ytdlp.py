"""yt-dlp in its child process, against sites on loopback that behave like sites."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from downloads.sources.base import Means, Received, Wanted, WantedTrack
from downloads.sources.failures import SourceFailure
from downloads.sources.video import Playlist, Video
from downloads.sources.ytdlp import Stopped, YtDlpSource
from streamfetch.ffmpeg.probe import probe
from tests import media
from tests.downloads.shelf import Shelf, serving

WEBVTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello there\n"
HLS, VTT, HTML = "application/vnd.apple.mpegurl", "text/vtt", "text/html"


def _media_list(name: str) -> bytes:
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:2", "#EXT-X-PLAYLIST-TYPE:VOD"]
    return "\n".join([*lines, "#EXTINF:2,", name, "#EXT-X-ENDLIST", ""]).encode()


@pytest.fixture(scope="module")
def files() -> dict[str, tuple[str, bytes]]:
    large = media.video(duration_s=2, width=640, height=360, container="ts")
    small = media.video(duration_s=2, width=320, height=180, container="ts")
    master = (
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",'
        'LANGUAGE="en",URI="en.m3u8"\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,"
        'CODECS="avc1.64001e,mp4a.40.2",SUBTITLES="s"\nlarge.m3u8\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=320x180,"
        'CODECS="avc1.64001e,mp4a.40.2",SUBTITLES="s"\nsmall.m3u8\n'
    )
    page = (
        "<!doctype html><title>x</title>"
        '<meta property="og:title" content="A talk"/>'
        '<script type="application/ld+json">{"@context":"https://schema.org",'
        '"@type":"VideoObject","name":"A talk","contentUrl":"/hls/master.m3u8",'
        '"duration":"PT2S"}</script>'
    )
    items = "".join(
        f"<item><title>Part {n}</title><link>/watch/{n}</link></item>"
        for n in range(1, 4)
    )
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>A feed</title>'
        f"{items}</channel></rss>"
    )
    return {
        "/hls/master.m3u8": (HLS, master.encode()),
        "/hls/large.m3u8": (HLS, _media_list("large.ts")),
        "/hls/small.m3u8": (HLS, _media_list("small.ts")),
        "/hls/en.m3u8": (HLS, _media_list("en.vtt")),
        "/hls/en.vtt": (VTT, WEBVTT),
        "/hls/large.ts": ("video/mp2t", large.read_bytes()),
        "/hls/small.ts": ("video/mp2t", small.read_bytes()),
        "/talk": (HTML, page.encode()),
        "/feed.xml": ("application/rss+xml", feed.encode()),
        "/nothing": (HTML, b"<!doctype html><title>Nothing here</title><p>x"),
    }


@pytest.fixture(scope="module")
def shelf(files: dict[str, tuple[str, bytes]]) -> Iterator[Shelf]:
    with serving(files) as shelf:
        absolute = {
            path: (kind, body.replace(b'"/hls', f'"{shelf.address}/hls'.encode()))
            for path, (kind, body) in files.items()
        }
        kind, feed = absolute["/feed.xml"]
        watch = f"<link>{shelf.address}/watch".encode()
        absolute["/feed.xml"] = (kind, feed.replace(b"<link>/watch", watch))
        shelf.files = absolute
        yield shelf


def test_the_formats_of_a_stream_and_one_of_them(
    ytdlp: YtDlpSource, tools: Means, shelf: Shelf
) -> None:
    url = shelf.url("/talk")
    found, raw = ytdlp.inspect_raw(url, video_id="v", means=tools)
    assert isinstance(found, Video)
    assert found.title == "A talk"
    assert [(one.height, one.video_codec) for one in found.formats] == [
        (360, "h264"),
        (180, "h264"),
    ]
    assert [preset.name for preset in found.presets] == ["best", "smallest"]
    assert [(t.language, t.automatic) for t in found.subtitles] == [("en", False)]
    assert len(raw["formats"]) == 2

    told: list[Received] = []
    fetched = ytdlp.fetch(
        Wanted(
            url=url,
            format_id=found.formats[1].format_id,
            video=found,
            tracks=(WantedTrack("en"), WantedTrack("xx")),
        ),
        means=tools,
        on_received=told.append,
        on_found=lambda _found: None,
    )
    assert fetched is not None
    assert probe(fetched.paths[0]).video.height == 180  # type: ignore[union-attr]
    assert told[-1].bytes_downloaded == fetched.size_bytes
    assert [track.language for track in fetched.tracks] == ["en"]
    assert "Hello there" in fetched.tracks[0].path.read_text()
    # No orders, no cookies, nothing but the file and the words.
    names = {path.suffix for path in tools.directory.iterdir() if path.is_file()}
    assert names == {".media", ".text"}


def test_formats_that_are_known_need_no_new_look(
    ytdlp: YtDlpSource, tools: Means, shelf: Shelf
) -> None:
    url = shelf.url("/talk")
    found, raw = ytdlp.inspect_raw(url, video_id="v", means=tools)
    assert isinstance(found, Video)
    one = found.formats[1].format_id
    ready = {
        **{name: raw[name] for name in ("id", "title", "ext")},
        "formats": [each for each in raw["formats"] if each["format_id"] == one],
    }
    shelf.asked.clear()
    fetched = ytdlp.fetch(
        Wanted(url=url, format_id=one, video=found, ready=ready),
        means=tools,
        on_received=lambda _received: None,
        on_found=lambda _found: None,
    )
    assert fetched is not None
    assert {path for path, _range in shelf.asked} == {
        "/hls/small.m3u8",
        "/hls/small.ts",
    }


def test_a_feed_is_a_list(ytdlp: YtDlpSource, tools: Means, shelf: Shelf) -> None:
    found = ytdlp.inspect(shelf.url("/feed.xml"), video_id="f", means=tools)
    assert isinstance(found, Playlist)
    assert found.title == "A feed"
    assert [entry.title for entry in found.entries] == ["Part 1", "Part 2", "Part 3"]


def test_pages_without_a_video(ytdlp: YtDlpSource, tools: Means, shelf: Shelf) -> None:
    for path, code in (("/nothing", "unsupported"), ("/missing", "removed")):
        with pytest.raises(SourceFailure) as raised:
            ytdlp.inspect(shelf.url(path), video_id="v", means=tools)
        assert raised.value.code == code
        assert not raised.value.recoverable


def test_a_site_that_is_asked_too_often(ytdlp: YtDlpSource, tools: Means) -> None:
    with (
        serving({}, refusals={"/v": (429, {"Retry-After": "120"})}) as shelf,
        pytest.raises(SourceFailure) as raised,
    ):
        ytdlp.inspect(shelf.url("/v"), video_id="v", means=tools)
    assert (raised.value.code, raised.value.retry_after_s) == ("rate_limited", 120.0)


def test_a_child_ends_when_nobody_wants_its_answer(
    ytdlp: YtDlpSource, tools: Means
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        wants = threading.Event()
        threading.Timer(1.5, wants.set).start()
        started = time.monotonic()
        with pytest.raises(Stopped):
            ytdlp.inspect(
                f"http://127.0.0.1:{port}/v",
                video_id="v",
                means=replace(tools, should_stop=wants.is_set),
            )
        assert time.monotonic() - started < 6
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children.split()]
    assert not [each for each in commands if "ytdlp_child" in each]


def test_cookies_reach_their_site_and_leave_no_file(
    ytdlp: YtDlpSource, tools: Means, shelf: Shelf
) -> None:
    text = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t1999999999\tk\tv\n"
    ytdlp.inspect(shelf.url("/talk"), video_id="v", means=replace(tools, cookies=text))
    assert "k=v" in shelf.cookies
    assert not list(tools.directory.glob("cookies*"))
