"""What only buckets have: signed scopes, large copies, answers that fail."""

import os
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from botocore.config import Config
from pytest_httpserver import HTTPServer

from streamfetch.storage import keys, object_storage
from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import MEBIBYTE, PartPlan
from streamfetch.storage.errors import SizeMismatch, StorageUnavailable
from streamfetch.storage.object_storage import ObjectMediaStorage

PLAN = PartPlan(12 * MEBIBYTE, 5 * MEBIBYTE)


@pytest.fixture
def key() -> str:
    return keys.quarantine(uuid4())


def scope_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def storage_at(endpoint_url: str) -> ObjectMediaStorage:
    return ObjectMediaStorage(
        bucket_name="media",
        endpoint_url=endpoint_url,
        region_name="auto",
        access_key="key",
        secret_key="secret",
        client_config=Config(
            signature_version="s3v4",
            connect_timeout=1,
            read_timeout=1,
            retries={"mode": "standard", "max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )


def test_a_put_is_signed_for_one_key_length_and_type(bucket_storage, key) -> None:
    target = bucket_storage.upload_target(
        key, content_type="video/mp4", size_bytes=4321, expires_s=900
    )
    scope = scope_of(target.url)
    assert urlsplit(target.url).path.endswith(f"/{key}")
    assert scope["X-Amz-SignedHeaders"] == "content-length;content-type;host"
    assert scope["X-Amz-Expires"] == "900"
    assert target.headers == {"Content-Type": "video/mp4"}
    assert 890 < target.expires_at.timestamp() - time.time() <= 900
    # No checksum was promised that a browser would have to compute.
    assert not [name for name in scope if "checksum" in name.lower()]


def test_a_part_is_signed_for_its_number_and_length(bucket_storage, key) -> None:
    upload_id = bucket_storage.create_multipart(
        key, content_type="video/mp4", plan=PLAN
    )
    target = bucket_storage.part_target(key, upload_id, 3, plan=PLAN, expires_s=900)
    scope = scope_of(target.url)
    assert scope["partNumber"] == "3"
    assert scope["uploadId"] == upload_id
    assert scope["X-Amz-SignedHeaders"] == "content-length;host"
    assert target.size_bytes == 2 * MEBIBYTE
    assert not [name for name in scope if "checksum" in name.lower()]


def test_the_type_that_was_signed_is_stored(bucket_storage, key, send) -> None:
    target = bucket_storage.upload_target(
        key, content_type="video/quicktime", size_bytes=3, expires_s=60
    )
    send(target, b"abc").raise_for_status()
    assert bucket_storage.head(key).content_type == "video/quicktime"


def test_objects_beyond_the_copy_limit_move_in_parts(
    bucket_storage, key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "COPY_LIMIT_BYTES", 6 * MEBIBYTE)
    monkeypatch.setattr(object_storage, "COPY_PART_BYTES", 5 * MEBIBYTE)
    content = os.urandom(11 * MEBIBYTE + 5)
    (tmp_path / "large").write_bytes(content)
    bucket_storage.save_file(tmp_path / "large", key)
    target = keys.asset_source(uuid4(), "webm")
    moved = bucket_storage.move(key, target)
    assert moved.content_type == "video/webm"
    assert bucket_storage.head(key) is None
    bucket_storage.fetch_to(target, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content


def test_deleting_goes_past_one_request(
    bucket_storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "DELETE_BATCH", 4)
    asset = uuid4()
    for number in range(10):
        bucket_storage.client.put_object(
            Bucket=bucket_storage.bucket_name,
            Key=keys.asset_rendition(asset, "cmaf-1", f"seg-{number}.m4s"),
            Body=b"",
        )
    assert bucket_storage.delete_prefix(keys.asset(asset)) == 10
    assert list(bucket_storage.list_prefix("assets/")) == []


def test_reads_are_presigned_and_named(bucket_storage, tmp_path) -> None:
    key = keys.asset_source(uuid4(), "mp4")
    (tmp_path / "file").write_bytes(b"0123456789")
    bucket_storage.save_file(tmp_path / "file", key)
    url = bucket_storage.redirect_url(
        key, method="GET", expires_s=600, download_name='My "film" 🎬.mp4'
    )
    answer = httpx.get(url, headers={"Range": "bytes=2-4"}, trust_env=False)
    assert answer.status_code == 206
    assert answer.content == b"234"
    assert answer.headers["content-type"] == "video/mp4"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "%F0%9F%8E%AC" in disposition
    url = bucket_storage.redirect_url(
        key, method="HEAD", expires_s=600, download_name=None
    )
    answer = httpx.head(url, trust_env=False)
    assert answer.headers["content-length"] == "10"


def test_outside_of_aws_the_bucket_is_in_the_path(key) -> None:
    url = storage_at("https://account.r2.example").redirect_url(
        key, method="GET", expires_s=60, download_name=None
    )
    assert url.startswith(f"https://account.r2.example/media/{key}?")


@pytest.mark.parametrize(
    ("asked", "region"),
    [("auto", "us-east-1"), ("us-east-1", "us-east-1"), ("eu-west-1", "eu-west-1")],
)
def test_without_an_endpoint_it_is_aws(key, asked: str, region: str) -> None:
    storage = ObjectMediaStorage(
        bucket_name="media", region_name=asked, access_key="a", secret_key="b"
    )
    url = storage.redirect_url(key, method="GET", expires_s=60, download_name=None)
    assert urlsplit(url).hostname == f"media.s3.{region}.amazonaws.com"


def test_no_answer_is_said_so(key) -> None:
    storage = storage_at("http://127.0.0.1:9")
    plan = PartPlan(10, 10)
    for call in [
        lambda: storage.head(key),
        lambda: storage.read_range(key, 0, 1),
        lambda: list(storage.list_prefix("assets/")),
        lambda: storage.create_multipart(key, content_type="video/mp4", plan=plan),
    ]:
        with pytest.raises(StorageUnavailable) as away:
            call()
        assert away.value.http_status == 503
        assert away.value.recoverable


def test_saving_where_nobody_answers_keeps_the_file(key, tmp_path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    with pytest.raises(StorageUnavailable):
        storage_at("http://127.0.0.1:9").save_file(path, key, consume=True)
    assert path.read_bytes() == b"content"


def test_server_errors_are_an_outage(httpserver: HTTPServer, key, tmp_path) -> None:
    httpserver.expect_request("/media/" + key).respond_with_data("", status=500)
    storage = storage_at(httpserver.url_for(""))
    (tmp_path / "file").write_bytes(b"content")
    with pytest.raises(StorageUnavailable):
        storage.head(key)
    with pytest.raises(StorageUnavailable):
        storage.save_file(tmp_path / "file", key)


def test_a_cut_download_is_not_taken_for_the_file(
    httpserver: HTTPServer, key, tmp_path
) -> None:
    """The bucket announces ten bytes and sends four."""
    httpserver.expect_request("/media/" + key, method="HEAD").respond_with_data(
        "0123456789", headers={"ETag": '"1"'}
    )
    httpserver.expect_request("/media/" + key, method="GET").respond_with_data(
        "0123", headers={"ETag": '"1"'}
    )
    path = tmp_path / "out"
    with pytest.raises(SizeMismatch):
        storage_at(httpserver.url_for("")).fetch_to(key, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDenied"), (404, "NoSuchBucket")]
)
def test_a_refusal_says_which_settings_to_check(
    httpserver: HTTPServer, key, status, code
) -> None:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    httpserver.expect_request("/media/" + key).respond_with_data(body, status=status)
    with pytest.raises(StorageUnavailable, match="S3_BUCKET"):
        storage_at(httpserver.url_for("")).read_range(key, 0, 1)


def test_clients_are_made_once(bucket_storage) -> None:
    assert media_storage().client is bucket_storage.client
