"""Reading from `/media/` over real HTTP, files on local disk."""

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from streamfetch.storage import keys, signing

CONTENT = os.urandom(1_500_000)


@pytest.fixture
def asset_id():
    return uuid4()


@pytest.fixture
def prefix(local_storage, asset_id, tmp_path: Path) -> str:
    """A rendition with a manifest, a segment and a picture, beside the source."""
    (tmp_path / "file").write_bytes(CONTENT)
    for name in ("master.m3u8", "360p/seg-1.m4s", "poster.jpg"):
        key = keys.asset_rendition(asset_id, "cmaf-1", name)
        local_storage.save_file(tmp_path / "file", key)
    local_storage.save_file(tmp_path / "file", keys.asset_source(asset_id, "mp4"))
    return keys.asset_renditions(asset_id, "cmaf-1")


@pytest.fixture
def url(local_storage, prefix) -> str:
    return local_storage.playback_url(prefix, "360p/seg-1.m4s").url


def raw_get(media_server: str, target: str, *, method: str = "GET") -> bytes:
    """A request whose path no client library has tidied up."""
    address = urlsplit(media_server)
    request = f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b""
        while block := connection.recv(65536):
            answer += block
    return answer


def test_a_manifest_and_its_neighbours(http, local_storage, prefix) -> None:
    playback = local_storage.playback_url(prefix, "master.m3u8")
    manifest = http.get(playback.url)
    assert manifest.status_code == 200
    assert manifest.content == CONTENT
    assert manifest.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert manifest.headers["cache-control"] == "private, no-cache"
    segment = http.get(str(manifest.url.join("360p/seg-1.m4s")))
    assert segment.status_code == 200
    assert segment.content == CONTENT
    assert segment.headers["content-type"] == "video/iso.segment"
    assert segment.headers["content-length"] == str(len(CONTENT))
    assert segment.headers["cache-control"].startswith("private, max-age=")
    assert segment.headers["cache-control"].endswith(", immutable")
    assert 1700 < playback.expires_at.timestamp() - time.time() <= 3601


def test_headers_that_keep_a_users_file_harmless(http, url) -> None:
    headers = http.get(url).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "content-disposition" not in headers


def test_behind_a_cdn(http, settings, local_storage, prefix) -> None:
    settings.CDN_URL = "https://cdn.example/"
    url = local_storage.playback_url(prefix, "poster.jpg").url
    assert url.startswith("https://cdn.example/media/")
    headers = http.get(urlsplit(url).path).headers
    assert headers["cache-control"].startswith("public, max-age=")
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["access-control-allow-origin"] == "*"


def test_a_download_has_its_name(http, local_storage, asset_id, prefix) -> None:
    key = keys.asset_source(asset_id, "mp4")
    named = local_storage.playback_url(key, download_name='../My "film" 🎬.mp4')
    answer = http.get(named.url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"_My _film_ _.mp4\"; filename*=UTF-8''"
        "_My%20%22film%22%20%F0%9F%8E%AC.mp4"
    )


def test_head_has_no_body(http, url) -> None:
    answer = http.head(url)
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == b""


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, len(CONTENT)),
        ("bytes=0-0", 0, 1),
        ("bytes=600000-1200000", 600_000, 1_200_001),
        ("bytes=-7", len(CONTENT) - 7, len(CONTENT)),
        ("bytes=1499999-9999999", 1_499_999, len(CONTENT)),
    ],
)
def test_a_range(http, url, asked: str, start: int, end: int) -> None:
    answer = http.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(end - start)


def test_a_range_outside(http, url) -> None:
    answer = http.get(url, headers={"Range": "bytes=1500000-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */1500000"
    assert answer.content == b""


def test_conditional_requests(http, url) -> None:
    first = http.get(url)
    etag = first.headers["etag"]
    same = http.get(url, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == etag
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert http.get(url, headers=since).status_code == 304
    ranged = {"Range": "bytes=0-9", "If-Range": etag}
    assert http.get(url, headers=ranged).status_code == 206
    stale = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert http.get(url, headers=stale).content == CONTENT


def test_an_empty_file(http, local_storage, tmp_path) -> None:
    key = keys.asset_rendition(uuid4(), "poster", "poster.jpg")
    (tmp_path / "empty").touch()
    local_storage.save_file(tmp_path / "empty", key)
    url = local_storage.playback_url(key).url
    assert (http.get(url).status_code, http.get(url).content) == (200, b"")
    assert http.get(url, headers={"Range": "bytes=0-"}).status_code == 416


# Who may not ------------------------------------------------------------------


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["detail"]
    return answer.status_code, document["code"]


def test_what_is_not_there(http, local_storage, prefix) -> None:
    url = local_storage.playback_url(prefix, "720p/seg-1.m4s").url
    assert problem_of(http.get(url)) == (404, "object_missing")


def test_an_expired_link(http, prefix) -> None:
    token = signing.read_token(signing.ReadGrant(prefix, int(time.time()) - 1))
    answer = http.get(f"/media/{token}/master.m3u8")
    assert problem_of(answer) == (403, "link_expired")


@pytest.mark.parametrize("token", ["x", "x.y", "." * 50, "ü", "a" * 5000])
def test_a_forged_link(http, token: str) -> None:
    answer = http.get(f"/media/{token}/master.m3u8")
    assert problem_of(answer) == (403, "link_invalid")


def test_a_link_of_one_asset_does_not_open_another(http, url, local_storage) -> None:
    token = urlsplit(url).path.split("/")[2]
    other = keys.asset_rendition(uuid4(), "cmaf-1", "poster.jpg")
    answer = http.get(f"/media/{token}/{other}")
    assert answer.status_code in {403, 404}
    mine, theirs = (
        signing.read_token(signing.ReadGrant(each, int(time.time()) + 60))
        for each in (keys.asset(uuid4()), "assets/")
    )
    swapped = theirs.partition(".")[0] + "." + mine.partition(".")[2]
    assert problem_of(http.get(f"/media/{swapped}/x.mp4")) == (403, "link_invalid")


def test_a_link_to_write_does_not_read(http, local_storage, prefix) -> None:
    target = local_storage.upload_target(
        f"{prefix}poster.jpg", content_type="image/jpeg", size_bytes=5, expires_s=60
    )
    assert problem_of(http.get(target.url)) == (403, "link_invalid")


@pytest.mark.parametrize(
    "path",
    [
        "../../source.mp4",
        "..%2f..%2fsource.mp4",
        "%2e%2e/%2e%2e/source.mp4",
        "%2e%2e%2f%2e%2e%2fsource.mp4",
        "%252e%252e/source.mp4",
        "360p/../../../source.mp4",
        "..\\..\\source.mp4",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "//etc/passwd",
        "./master.m3u8",
        "master.m3u8%00",
        "master.m3u8/",
        "360p",
        "360p/",
        "",
        "%c0%ae%c0%ae/source.mp4",
        ".uploads/x/data",
    ],
)
def test_no_path_leads_out_of_the_prefix(media_server, url, path: str) -> None:
    token = urlsplit(url).path.split("/")[2]
    answer = raw_get(media_server, f"/media/{token}/{path}")
    status = int(answer.split(b" ", 2)[1])
    assert status in {400, 403, 404}
    assert CONTENT[:100] not in answer
    assert b"root:" not in answer


def test_links_on_disk_are_not_followed(http, settings, local_storage, prefix) -> None:
    target = Path(settings.MEDIA_ROOT) / prefix / "link.jpg"
    target.symlink_to("/etc/passwd")
    answer = http.get(local_storage.playback_url(prefix, "link.jpg").url)
    assert problem_of(answer) == (404, "object_missing")


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
def test_other_methods(http, url, method: str) -> None:
    assert problem_of(http.request(method, url)) == (405, "method_not_allowed")


def test_other_paths(http) -> None:
    assert problem_of(http.get("/media/"))[0] == 404
    assert problem_of(http.get("/media/token"))[0] == 404


# Many at once -----------------------------------------------------------------


def test_many_readers_at_once(http, url) -> None:
    def fetch(number: int) -> bool:
        start = number * 1000
        ranged = {"Range": f"bytes={start}-{start + 200_000}"}
        return http.get(url, headers=ranged).content == CONTENT[start : start + 200_001]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(fetch, range(100)))


def test_readers_that_leave_leave_no_open_files(media_server, url) -> None:
    address = urlsplit(media_server)
    before = len(os.listdir("/proc/self/fd"))
    for _time in range(20):
        connection = socket.create_connection((address.hostname, address.port), 10)
        connection.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.recv(1000)
        connection.close()
    deadline = time.monotonic() + 10
    while len(os.listdir("/proc/self/fd")) > before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_file_that_is_deleted_while_it_is_sent_arrives_whole(
    media_server, url, local_storage, prefix
) -> None:
    with httpx.stream("GET", media_server + url, trust_env=False) as answer:
        local_storage.delete_prefix(prefix)
        assert answer.read() == CONTENT
