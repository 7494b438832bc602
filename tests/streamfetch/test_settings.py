"""Starting the product, from outside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEPT = {"PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT"}
PRODUCTION = {
    "STREAMFETCH_PRODUCTION": "1",
    "SECRET_KEY": "c2f8-9aQe" * 8,
    "STREAMFETCH_PUBLIC_URL": "https://media.example.org",
    "ALLOWED_HOSTS": "media.example.org",
    "STREAMFETCH_TRUSTED_PROXIES": "1",
}


def run(
    *arguments: str, tmp_path: Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    """A process of the product with only these variables."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name in KEPT},
            "STREAMFETCH_DATA_DIR": str(tmp_path),
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_deployment_checks_are_clean_in_production(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    done = run(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        tmp_path=tmp_path,
        **PRODUCTION,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_on_development_defaults_says_everything_at_once(
    tmp_path: Path,
) -> None:
    done = run(
        *("manage.py", "check"),
        tmp_path=tmp_path,
        STREAMFETCH_PRODUCTION="1",
        STREAMFETCH_AUTO_SIGN_IN="1",
        ALLOWED_HOSTS="*",
    )
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "SECRET_KEY",
        "STREAMFETCH_AUTO_SIGN_IN",
        "ALLOWED_HOSTS",
        "STREAMFETCH_PUBLIC_URL",
    ]
    assert all(line.startswith("Configuration: ") for line in lines)


def test_wrong_values_are_one_line_each_and_never_shown(tmp_path: Path) -> None:
    done = run(
        *("manage.py", "check"),
        tmp_path=tmp_path,
        PORT="99999",
        LOG_LEVEL="hunter2",
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
    assert "Configuration: PORT: " in done.stderr
    assert "Configuration: LOG_LEVEL: " in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


WITHOUT_REDIS = """
import django
django.setup()
from django.test import Client
visit = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
assert Client().get("/livez").status_code == 200
assert Client().get("/", **visit).status_code == 302
assert Client().get("/login/", **visit).status_code == 200
ready = Client().get("/readyz")
assert ready.status_code == 503
assert not ready.json()["parts"]["redis"]["ok"]
assert ready.json()["parts"]["mongodb"]["ok"], ready.json()
"""


@pytest.mark.django_db
def test_it_starts_without_redis(tmp_path: Path) -> None:
    done = run(
        *("-c", WITHOUT_REDIS),
        tmp_path=tmp_path,
        DJANGO_SETTINGS_MODULE="tests.settings",
        STREAMFETCH_TEST_DIR=str(tmp_path),
        MONGODB_URI=os.environ["MONGODB_URI"],
        REDIS_URL="redis://127.0.0.1:9/0",
    )
    assert done.returncode == 0, done.stderr
