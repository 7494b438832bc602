"""What an operator may set, and what production refuses."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from streamfetch.env import ROOT, Environment

EXAMPLE = (ROOT / ".env.example").read_text("utf-8")

PRODUCTION = {
    "STREAMFETCH_PRODUCTION": "1",
    "SECRET_KEY": "k9Qz7-" * 10,
    "ALLOWED_HOSTS": "media.example.org",
    "STREAMFETCH_PUBLIC_URL": "https://media.example.org",
    "STREAMFETCH_TRUSTED_PROXIES": "1",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "MONGODB_URI", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env={**kept, "STREAMFETCH_DATA_DIR": str(Path(os.devnull)), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", Environment.model_fields)
def test_every_variable_stands_in_the_example_with_the_same_words(name: str) -> None:
    field = Environment.model_fields[name]
    comment = "\n".join(
        textwrap.wrap(
            field.description or "", 78, initial_indent="# ", subsequent_indent="# "
        )
    )
    assert f"{comment}\n# {field.alias}=" in EXAMPLE


def test_the_example_names_nothing_else() -> None:
    names = set(re.findall(r"^# ([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
    assert names == {field.alias for field in Environment.model_fields.values()}


def test_production_settings_pass_djangos_own_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"STREAMFETCH_AUTO_SIGN_IN": "1"}, "STREAMFETCH_AUTO_SIGN_IN"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"STREAMFETCH_PUBLIC_URL": "http://x.example"}, "STREAMFETCH_PUBLIC_URL"),
    ],
)
def test_production_refuses_development_defaults_in_one_line(
    change: dict[str, str], told: str
) -> None:
    done = manage("check", **{**PRODUCTION, **change})
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert told in lines[0]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PORT": "99999"}, "PORT"),
        ({"STORAGE_PROVIDER": "ftp"}, "STORAGE_PROVIDER"),
        ({"STORAGE_PROVIDER": "s3"}, "S3_BUCKET"),
        ({"STREAMFETCH_MAX_VIDEO_BYTES": "many"}, "STREAMFETCH_MAX_VIDEO_BYTES"),
    ],
)
def test_a_wrong_value_is_named(variables: dict[str, str], told: str) -> None:
    done = manage("check", **variables)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
