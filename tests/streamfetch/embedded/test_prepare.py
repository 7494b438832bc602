"""The steps before the server starts, with a small stand-in for manage.py."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest

from streamfetch.embedded.console import Console
from streamfetch.embedded.errors import EmbeddedError
from streamfetch.embedded.prepare import Preparation
from streamfetch.embedded.services import EmbeddedServices

MANAGE = """
import os, pathlib, sys
import pymongo
pathlib.Path("calls.txt").open("a").write(sys.argv[1] + "\\n")
if os.environ.get("BROKEN"):
    sys.exit("ImproperlyConfigured: no such thing")
if sys.argv[1] == "migrate":
    with pymongo.MongoClient(os.environ["MONGODB_URI"]) as client:
        done = client.get_default_database()["django_migrations"]
        if not done.count_documents({}):
            done.insert_one({"app": "uploads", "name": "0001_initial"})
            print("  Applying uploads.0001_initial... OK")
else:
    pathlib.Path(os.environ["TARGET"]).mkdir(exist_ok=True)
"""


class Checkout:
    """A checkout with one app, and what was run in it."""

    def __init__(self, root: Path, *, mongodb_uri: str) -> None:
        self.root = root
        self.env = {"MONGODB_URI": mongodb_uri, "TARGET": str(root / "collected")}
        self.said = io.StringIO()
        for name in ("uploads", "streamfetch", "requirements", "static/dist"):
            (root / name).mkdir(parents=True)
        (root / "manage.py").write_text(MANAGE)
        (root / "uploads" / "__init__.py").touch()
        (root / "streamfetch" / "settings.py").touch()
        (root / "static" / "dist" / "app.js").write_text("1")

    def prepare(self, **env: str) -> list[str]:
        """Run both steps; the manage.py commands that were started for them."""
        calls = self.root / "calls.txt"
        calls.unlink(missing_ok=True)
        preparation = Preparation(
            root=self.root,
            stamps_path=self.root / "prepared.json",
            env={**self.env, **env},
            console=Console(stream=self.said),
        )
        preparation.migrate()
        preparation.collect_static(target=self.root / "collected")
        return calls.read_text().split() if calls.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    environ = {"REDIS_URL": "redis://unused"}
    with EmbeddedServices(data_dir=tmp_path / "data", environ=environ) as services:
        (tmp_path / "checkout").mkdir()
        yield Checkout(tmp_path / "checkout", mongodb_uri=services.mongodb_uri)


def test_steps_run_once_and_again_only_after_a_change(checkout: Checkout) -> None:
    assert checkout.prepare() == ["migrate", "collectstatic"]
    assert "1 migrations applied" in checkout.said.getvalue()
    assert checkout.prepare() == []
    (checkout.root / "uploads" / "models.py").write_text("changed = True\n")
    assert checkout.prepare() == ["migrate"]
    (checkout.root / "static" / "dist" / "app.js").write_text("22")
    assert checkout.prepare() == ["collectstatic"]
    client: pymongo.MongoClient[dict[str, Any]]
    with pymongo.MongoClient(checkout.env["MONGODB_URI"]) as client:
        client.drop_database("streamfetch")
    assert checkout.prepare() == ["migrate"]


def test_failure_shows_the_reason_and_is_tried_again(checkout: Checkout) -> None:
    with pytest.raises(EmbeddedError, match=r"manage\.py migrate failed"):
        checkout.prepare(BROKEN="1")
    assert "ImproperlyConfigured: no such thing" in checkout.said.getvalue()
    assert checkout.prepare() == ["migrate", "collectstatic"]
