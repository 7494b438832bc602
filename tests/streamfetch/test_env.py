"""What operators may set, and how they are told what is wrong with it."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr, ValidationError

from streamfetch.env import ROOT, Environment
from streamfetch.storage.object_storage import ObjectMediaStorage

EXAMPLE = ROOT / ".env.example"
PRODUCTION: dict[str, Any] = {
    "production": True,
    "secret_key": "abcdefghij" * 5,
    "public_url": "https://media.example.org",
    "allowed_hosts": ["media.example.org"],
}


def environment(**values: Any) -> Environment:
    return Environment(_env_file=None, **values)


def shown_default(value: Any) -> str:
    """A default as a person would write it into `.env`."""
    if isinstance(value, SecretStr) or value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, Path):
        return f"./{value.relative_to(ROOT)}"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def test_the_example_explains_every_variable_with_its_default() -> None:
    explained = {}
    words: list[str] = []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        assignment = re.fullmatch(r"# ([A-Z0-9_]+)=(.*)", line)
        if assignment:
            explained[assignment[1]] = (" ".join(words), assignment[2])
        words = [*words, line.removeprefix("# ")] if line.startswith("#") else []
    expected = {
        field.alias: (field.description, shown_default(field.default))
        for field in Environment.model_fields.values()
    }
    assert explained == expected


def test_the_example_changes_nothing_when_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in Environment.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    copy = tmp_path / ".env"
    copy.write_text(EXAMPLE.read_text("utf-8"))
    assert Environment(_env_file=copy) == environment()
    # With the marks taken away: the same again.
    copy.write_text(re.sub(r"(?m)^# (?=[A-Z0-9_]+=)", "", EXAMPLE.read_text("utf-8")))
    uncommented = Environment(_env_file=copy)
    uncommented.data_dir = environment().data_dir
    assert uncommented == environment()


def test_variables_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , b.example,")
    monkeypatch.setenv("STREAMFETCH_MAX_SOURCE_HOURS", "1.5")
    monkeypatch.setenv("S3_REGION", "")
    found = Environment(_env_file=None)
    assert found.allowed_hosts == ["a.example", "b.example"]
    assert found.max_source_hours == 1.5
    assert found.s3_region == "auto"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("STORAGE_PROVIDER", "tape"),
        ("STREAMFETCH_SIGNED_URL_TTL_S", "7200"),
        ("STREAMFETCH_MAX_SOURCE_HOURS", "0"),
        ("STREAMFETCH_PRODUCTION", "perhaps"),
        ("STREAMFETCH_PUBLIC_URL", "media.example.org"),
        ("STREAMFETCH_PUBLIC_URL", "https://a.example/path"),
        ("STREAMFETCH_PUBLIC_URL", "https:///"),
        ("STREAMFETCH_PUBLIC_URL", "javascript:alert(1)"),
    ],
)
def test_wrong_values_name_their_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        environment()
    (problem,) = refused.value.errors()
    assert problem["loc"] == (name,)


def test_storage_in_a_bucket_names_what_it_lacks() -> None:
    with pytest.raises(ValidationError, match=r"needs S3_BUCKET, S3_ACCESS_KEY_ID"):
        environment(storage_provider="s3", s3_secret_access_key="s")
    with pytest.raises(ValidationError, match="S3_ENDPOINT_URL"):
        environment(
            storage_provider="r2",
            s3_bucket="b",
            s3_access_key_id="k",
            s3_secret_access_key="s",
        )


@pytest.mark.parametrize("region", ["", "auto", "us-east-1", "eu-west-3", "cn-north-1"])
@pytest.mark.parametrize("bucket", ["media", "my.media"])
@pytest.mark.parametrize("endpoint", ["", "https://one.r2.example:8443/path"])
def test_pages_may_reach_what_presigned_addresses_name(
    region: str, bucket: str, endpoint: str
) -> None:
    env = environment(
        storage_provider="s3",
        s3_bucket=bucket,
        s3_region=region,
        s3_endpoint_url=endpoint,
        s3_access_key_id="key",
        s3_secret_access_key="secret",
        cdn_url="https://cdn.example.org",
    )
    storage = ObjectMediaStorage(
        bucket_name=bucket,
        region_name=region,
        endpoint_url=endpoint,
        access_key="key",
        secret_key="secret",
    )
    url = urlsplit(
        storage.client.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": "a"}
        )
    )
    assert env.media_origins == ["https://cdn.example.org", f"https://{url.netloc}"]


def test_pages_reach_this_server_alone_with_a_disk() -> None:
    assert environment().media_origins == []


def test_production_starts_when_everything_is_set() -> None:
    found = environment(**{**PRODUCTION, "public_url": "https://media.example.org/"})
    assert found.public_url == "https://media.example.org"
    assert found.public_host == "media.example.org"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"secret_key": environment().secret_key}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "x" * 60}, "SECRET_KEY"),
        ({"auto_sign_in": True}, "STREAMFETCH_AUTO_SIGN_IN"),
        ({"allowed_hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"public_url": ""}, "STREAMFETCH_PUBLIC_URL"),
        ({"public_url": "http://media.example.org"}, "STREAMFETCH_PUBLIC_URL"),
    ],
)
def test_production_refuses_what_development_may(
    changes: dict[str, Any], name: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        environment(**{**PRODUCTION, **changes})
    (problem,) = refused.value.errors()
    assert problem["msg"].startswith(f"Value error, {name}: ")
    assert "\n" not in problem["msg"]
