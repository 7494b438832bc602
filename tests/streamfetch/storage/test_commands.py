"""The operator's commands, against a disk folder and buckets of a moto server."""

import json
from io import StringIO
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from django.core.management import CommandError, call_command

from streamfetch.storage import keys, orphans, owners, proving
from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import MediaStorage
from streamfetch.storage.local import LocalMediaStorage
from streamfetch.storage.object_storage import ObjectMediaStorage
from streamfetch.storage.owners import Collection

ORIGIN = "https://media.example.org"
ALL_STEPS = 12
LOCAL_STEPS = 9


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, no_color=True)
    return out.getvalue()


def run_failing(command: str, *arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command(command, *arguments, stdout=out, no_color=True)
    return f"{out.getvalue()}\n{raised.value}"


@pytest.fixture
def bucket(bucket_storage: MediaStorage) -> ObjectMediaStorage:
    return cast(ObjectMediaStorage, bucket_storage)


@pytest.fixture(autouse=True)
def _public(settings) -> None:
    settings.PUBLIC_URL = ORIGIN


def left_behind(storage: MediaStorage) -> list[str]:
    return [
        stored.key
        for collection in keys.COLLECTIONS
        for stored in storage.list_prefix(f"{collection}/")
    ]


# setupbucket ------------------------------------------------------------------


def test_setupbucket_sets_cors_and_lifecycle(bucket: ObjectMediaStorage) -> None:
    text = run("setupbucket")
    name = bucket.bucket_name
    (cors,) = bucket.client.get_bucket_cors(Bucket=name)["CORSRules"]
    assert cors["AllowedOrigins"] == [ORIGIN]
    assert "ETag" in cors["ExposeHeaders"]
    assert "PUT" in cors["AllowedMethods"]
    rules = {
        rule["ID"]: rule
        for rule in bucket.client.get_bucket_lifecycle_configuration(Bucket=name)[
            "Rules"
        ]
    }
    aborts = rules["streamfetch-incomplete-quarantine"]
    assert aborts["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7
    expiry = rules["streamfetch-quarantine-expiry"]
    assert expiry["Expiration"]["Days"] == 2
    assert expiry["Filter"]["Prefix"] == "quarantine/"
    assert "s3:PutObject" in text
    assert f"arn:aws:s3:::{name}/assets/*" in text


def test_setupbucket_keeps_the_rules_of_others(bucket: ObjectMediaStorage) -> None:
    name = bucket.bucket_name
    bucket.client.put_bucket_cors(
        Bucket=name,
        CORSConfiguration={
            "CORSRules": [
                {
                    "ID": "theirs",
                    "AllowedOrigins": ["https://other.example.org"],
                    "AllowedMethods": ["GET"],
                }
            ]
        },
    )
    bucket.client.put_bucket_lifecycle_configuration(
        Bucket=name,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "theirs",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "logs/"},
                    "Expiration": {"Days": 9},
                }
            ]
        },
    )
    run("setupbucket", "--origin", "https://one.example.org")
    run("setupbucket", "--origin", "https://two.example.org")
    cors = bucket.client.get_bucket_cors(Bucket=name)["CORSRules"]
    assert [rule["AllowedOrigins"] for rule in cors] == [
        ["https://two.example.org"],
        ["https://other.example.org"],
    ]
    rules = bucket.client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    names = [rule["ID"] for rule in rules]
    assert names.count("theirs") == 1
    assert len(names) == len(set(names))


def test_a_dry_run_changes_nothing(bucket: ObjectMediaStorage) -> None:
    assert "Nothing was changed" in run("setupbucket", "--dry-run")
    with pytest.raises(Exception, match="NoSuchCORSConfiguration"):
        bucket.client.get_bucket_cors(Bucket=bucket.bucket_name)


def test_setupbucket_says_what_is_wrong_with_the_bucket(
    bucket: ObjectMediaStorage,
) -> None:
    bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    text = run_failing("setupbucket")
    assert "NoSuchBucket" in text
    assert "S3_BUCKET" in text


def test_there_is_nothing_to_set_up_on_disk(local_storage: LocalMediaStorage) -> None:
    assert "nothing to set up" in run("setupbucket")


# checkstorage -----------------------------------------------------------------


def test_disk_works_without_a_server(local_storage: LocalMediaStorage) -> None:
    text = run("checkstorage")
    assert text.count("ok ") == LOCAL_STEPS
    assert "FAILED" not in text
    assert left_behind(local_storage) == []


def test_disk_works_through_a_running_server(
    local_storage: LocalMediaStorage, media_server: str
) -> None:
    text = run("checkstorage", "--server", media_server)
    assert text.count("ok ") == LOCAL_STEPS
    assert left_behind(local_storage) == []


def test_a_server_that_is_not_there(local_storage: LocalMediaStorage) -> None:
    text = run_failing("checkstorage", "--server", "http://127.0.0.1:9")
    assert "cannot be reached" in text
    assert "reverse proxy" in text


def test_a_bucket_that_was_set_up_works(bucket: ObjectMediaStorage) -> None:
    run("setupbucket")
    text = run("checkstorage")
    assert text.count("ok ") == ALL_STEPS
    assert left_behind(bucket) == []
    uploads = bucket.client.list_multipart_uploads(Bucket=bucket.bucket_name)
    assert uploads.get("Uploads", []) == []


def test_a_bucket_without_cors_says_exactly_what_to_set(
    bucket: ObjectMediaStorage,
) -> None:
    text = run_failing("checkstorage")
    assert "Pages cannot read the ETag" in text
    assert "manage.py setupbucket" in text
    rules = json.loads(text.split("CORS rules: ")[1].splitlines()[0])
    bucket.client.put_bucket_cors(
        Bucket=bucket.bucket_name, CORSConfiguration={"CORSRules": rules}
    )
    assert "FAILED" not in run("checkstorage")


def test_cors_for_another_site_is_noticed(bucket: ObjectMediaStorage) -> None:
    run("setupbucket", "--origin", "https://other.example.org")
    text = run_failing("checkstorage")
    assert "FAILED  CORS lets pages upload" in text
    assert ORIGIN in text
    # What does not depend on it is proved all the same.
    assert "ok      Files are deleted" in text


def test_a_missing_bucket_stops_at_the_first_step(bucket: ObjectMediaStorage) -> None:
    bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    text = run_failing("checkstorage")
    assert "S3_BUCKET" in text
    assert text.count("FAILED") == 1


def test_a_cdn_that_does_not_serve_the_bucket(
    bucket: ObjectMediaStorage, settings, media_server: str
) -> None:
    run("setupbucket")
    settings.CDN_URL = media_server
    text = run_failing("checkstorage")
    assert "CDN_URL must serve" in text
    assert left_behind(bucket) == []


class _Tampering(httpx.BaseTransport):
    """Answers like a proxy in between that ruins one thing."""

    def __init__(self, ruin: Any) -> None:
        self._inner = httpx.HTTPTransport()
        self._ruin = ruin

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        answer.read()
        return cast(httpx.Response, self._ruin(request, answer))


def _drop_ranges(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if "range" in request.headers and answer.status_code == 206:
        return httpx.Response(200, content=answer.content)
    return answer


def _too_small(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(413) if request.method == "PUT" else answer


def _swallow_etag(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    answer.headers.pop("etag", None)
    return answer


@pytest.mark.parametrize(
    ("ruin", "step", "advice"),
    [
        (_drop_ranges, "A range of it is read from a signed address", "/media/"),
        (_too_small, "A file goes to a signed address", "client_max_body_size"),
        (_swallow_etag, "Parts go to signed addresses", "let it through"),
    ],
)
def test_proxies_that_ruin_something_are_found_out(
    local_storage: LocalMediaStorage,
    media_server: str,
    ruin: Any,
    step: str,
    advice: str,
) -> None:
    with httpx.Client(base_url=media_server, transport=_Tampering(ruin)) as client:
        outcomes = list(proving.prove(local_storage, client=client, origin=ORIGIN))
    (failed,) = [outcome for outcome in outcomes if not outcome.works]
    assert failed.name == step
    assert advice in failed.advice
    assert left_behind(local_storage) == []


# checkorphans; what the library owns is in tests/uploads/test_orphans.py --------


@pytest.fixture
def only_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    probes = Collection("probes", existing=lambda _ids: set(), wanted=lambda: iter(()))
    owners.collections()
    monkeypatch.setattr(owners, "_collections", {"probes": probes})


@pytest.mark.usefixtures("only_probes")
def test_orphans_go_when_they_are_old_enough(
    storage: MediaStorage, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.probe(uuid4())
    (tmp_path / "file").write_bytes(b"forgotten")
    storage.save_file(tmp_path / "file", key)
    text = run("checkorphans", "--delete")
    assert "younger than a day" in text
    assert storage.head(key) is not None
    monkeypatch.setattr(orphans, "DELETABLE_AFTER", -orphans.DELETABLE_AFTER)
    assert "1 files without a document" in run_failing("checkorphans")
    assert storage.head(key) is not None
    text = run("checkorphans", "--delete")
    assert "Freed 9 bytes" in text
    assert media_storage().head(key) is None
    assert "agree" in run("checkorphans")
