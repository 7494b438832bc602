"""`/media/` in front of a bucket: media bytes never pass, manifests do."""

import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from streamfetch.storage import keys, signing

MANIFEST = b"#EXTM3U\n360p/seg-1.m4s\n"
SEGMENT = b"0123456789"


@pytest.fixture
def prefix(bucket_storage, tmp_path: Path) -> str:
    asset = uuid4()
    for name, content in (
        ("master.m3u8", MANIFEST),
        ("360p/seg-1.m4s", SEGMENT),
        ("poster.jpg", SEGMENT),
    ):
        (tmp_path / "file").write_bytes(content)
        key = keys.asset_rendition(asset, "cmaf-1", name)
        bucket_storage.save_file(tmp_path / "file", key)
    return keys.asset_renditions(asset, "cmaf-1")


def test_a_player_goes_from_the_manifest_to_the_bucket(
    http, bucket_storage, prefix, bucket_server
) -> None:
    manifest = http.get(bucket_storage.playback_url(prefix, "master.m3u8").url)
    assert manifest.status_code == 200
    assert manifest.content == MANIFEST
    assert manifest.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert manifest.headers["cache-control"] == "private, no-cache"
    assert manifest.headers["x-content-type-options"] == "nosniff"
    etag = {"If-None-Match": manifest.headers["etag"]}
    assert http.get(str(manifest.url), headers=etag).status_code == 304

    segment = http.get(str(manifest.url.join("360p/seg-1.m4s")))
    assert segment.status_code == 302
    assert segment.content == b""
    assert segment.headers["cache-control"].startswith("private, max-age=")
    location = segment.headers["location"]
    assert location.startswith(bucket_server)
    answer = httpx.get(location, headers={"Range": "bytes=3-5"}, trust_env=False)
    assert answer.status_code == 206
    assert answer.content == b"345"
    assert answer.headers["content-type"] == "video/iso.segment"


def test_the_bucket_address_expires_with_the_link(http, bucket_storage, prefix) -> None:
    grant = signing.ReadGrant(prefix, int(time.time()) + 100)
    url = f"/media/{signing.read_token(grant)}/poster.jpg"
    location = http.get(url).headers["location"]
    expires = httpx.URL(location).params["X-Amz-Expires"]
    assert 90 <= int(expires) <= 100


def test_head_is_signed_as_head(http, bucket_storage, prefix) -> None:
    answer = http.head(bucket_storage.playback_url(prefix, "poster.jpg").url)
    assert answer.status_code == 302
    found = httpx.head(answer.headers["location"], trust_env=False)
    assert found.headers["content-length"] == "10"


def test_players_get_the_cdn(http, settings, bucket_storage, prefix) -> None:
    settings.CDN_URL = "https://cdn.example"
    url = bucket_storage.playback_url(prefix, "poster.jpg").url
    assert url.startswith("/media/")
    answer = http.get(url)
    assert answer.headers["location"] == f"https://cdn.example/{prefix}poster.jpg"
    # Only the bucket can be told a file name.
    named = bucket_storage.playback_url(f"{prefix}poster.jpg", download_name="ä.jpg")
    location = http.get(named.url).headers["location"]
    assert urlsplit(location).hostname == "127.0.0.1"
    answer = httpx.get(location, trust_env=False)
    assert "filename*=UTF-8''%C3%A4.jpg" in answer.headers["content-disposition"]


def test_a_missing_manifest(http, bucket_storage, prefix) -> None:
    answer = http.get(bucket_storage.playback_url(prefix, "other.m3u8").url)
    assert answer.status_code == 404
    assert answer.json()["code"] == "object_missing"


def test_no_upload_passes_this_server(http, bucket_storage, prefix) -> None:
    key = keys.quarantine(uuid4())
    grant = signing.WriteGrant(key, 5, int(time.time()) + 60)
    url = f"/media/{signing.write_token(grant)}/content"
    assert http.put(url, content=b"12345").status_code == 403
    assert bucket_storage.head(key) is None


def test_a_bucket_that_is_away(http, settings, bucket_storage, prefix) -> None:
    url = bucket_storage.playback_url(prefix, "master.m3u8").url
    default = settings.STORAGES["default"]
    from botocore.config import Config

    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            **default,
            "OPTIONS": {
                **default["OPTIONS"],
                "endpoint_url": "http://127.0.0.1:9",
                "client_config": Config(
                    signature_version="s3v4",
                    connect_timeout=1,
                    retries={"mode": "standard", "max_attempts": 1},
                ),
            },
        },
    }
    answer = http.get(url)
    assert answer.status_code == 503
    assert answer.json()["code"] == "storage_unavailable"
