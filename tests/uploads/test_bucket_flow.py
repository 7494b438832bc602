"""Files in a bucket: what comes in, is processed, plays and is cut, and how little
of it passes through this server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests import media
from tests.uploads.conftest import _use_bucket
from tests.uploads.pipeline import playing
from tests.uploads.sending import Browser

pytestmark = pytest.mark.django_db

# Lists of names, which hold addresses that keep their token; nothing anybody sees.
TEXTS = {"m3u8", "mpd", "vtt", "json"}


class Player:
    """Fetches as a player does, and counts whose bytes they are, by extension."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self.from_server: dict[str, int] = {}
        self.from_bucket: dict[str, int] = {}

    def get(self, url: str) -> bytes:
        kind = url.partition("?")[0].rpartition(".")[2]
        answer = self._http.get(url, follow_redirects=False)
        self.from_server[kind] = self.from_server.get(kind, 0) + len(answer.content)
        if answer.status_code == 200:
            return answer.content
        assert answer.status_code == 302, (url, answer.status_code)
        stored = httpx.get(answer.headers["location"], trust_env=False)
        assert stored.status_code == 200
        self.from_bucket[kind] = self.from_bucket.get(kind, 0) + len(stored.content)
        return stored.content

    def keep(self, base: str, names: Iterator[str], folder: Path) -> None:
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.get(urljoin(base, name)))


def watch(player: Player, playback: dict[str, Any], folder: Path) -> None:
    """Play all of it, by both manifests, with thumbnails, poster and waveform."""
    base = playback["hls"]
    player.keep(base, iter(["master.m3u8", "manifest.mpd", "thumbnails.vtt"]), folder)
    lists = {variant.address for variant in playing.variants(folder)}
    lists.add("audio/index.m3u8")
    player.keep(base, iter(lists), folder)
    by_dash = {
        str(path.relative_to(folder))
        for track in playing.dash(folder).values()
        for path in [track["init"], *track["segments"]]
    }
    by_hls = {
        str(path.relative_to(folder))
        for name in lists
        for listed in [playing.playlist(folder / name)]
        for path in [listed.init, *listed.segments]
    }
    assert by_dash == by_hls
    player.keep(base, iter(by_dash), folder)
    player.keep(base, iter(["thumbnails/sheet-001.jpg"]), folder)
    for url in (playback["poster"], playback["progressive"], playback["peaks"]["url"]):
        player.get(url)


@pytest.fixture
def _bucket(settings, own_folders: Path, bucket_server: str) -> None:
    _use_bucket(settings, bucket_server, region="us-east-1")


@pytest.mark.usefixtures("_bucket")
def test_no_byte_of_media_passes_through_the_server(
    browser: Browser,
    work: Callable[[], None],
    http: httpx.Client,
    bucket_server: str,
    tmp_path: Path,
) -> None:
    film = media.video(duration_s=9, width=1280, height=720, gop=250)
    content = film.read_bytes()
    upload = browser.start(film.name, len(content))
    assert all(row["url"].startswith(bucket_server) for row in upload["urls"])
    browser.send_parts(upload, content)
    assert browser.complete(upload).status_code == 202
    work()
    api = browser.api
    asset = api.get(f"/api/v1/assets/{upload['asset']}/").json()
    assert asset["status"] == "ready", asset["last_error"]

    player = Player(http)
    playback = api.get(f"/api/v1/assets/{asset['id']}/playback/").json()
    watch(player, playback, tmp_path / "film")
    seen = {kind for kind, size in player.from_server.items() if size}
    assert seen <= TEXTS
    assert sum(player.from_bucket.values()) > 100_000
    for rung in ("360p", "720p"):
        listed = playing.playlist(tmp_path / "film" / rung / "index.m3u8")
        whole = playing.joined(listed, tmp_path / f"{rung}.mp4")
        assert len(playing.frame_times(whole)) == 225

    original = api.get(f"/api/v1/assets/{asset['id']}/file/").headers["location"]
    assert player.get(original) == content
    assert not player.from_server.get("mp4")

    body = {"start_ms": 2000, "end_ms": 5000, "title": "Piece"}
    made = api.post(f"/api/v1/assets/{asset['id']}/clips/", body)
    work()
    clip = api.get(f"/api/v1/assets/{made.data['asset']['id']}/").json()
    assert clip["status"] == "ready", clip["last_error"]
    playback = api.get(f"/api/v1/assets/{clip['id']}/playback/").json()
    watch(player, playback, tmp_path / "clip")
    assert sum(playing.dash(tmp_path / "clip")["360p"]["lengths"]) == 3
    assert {kind for kind, size in player.from_server.items() if size} <= TEXTS
