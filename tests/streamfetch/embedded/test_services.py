"""Starts real services, alone and beside others."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pymongo
import pytest
import redis
from pymongo.client_session import ClientSession

from streamfetch.embedded import services
from streamfetch.embedded.errors import (
    AlreadyRunning,
    EmbeddedError,
    EmbeddedUnavailable,
)
from streamfetch.embedded.processes import RUN_MARK, started_at, stop_leftovers
from streamfetch.embedded.services import EmbeddedServices


def connect(uri: str) -> "pymongo.MongoClient[dict[str, Any]]":
    return pymongo.MongoClient(uri, serverSelectionTimeoutMS=5000)


def test_data_and_ports_survive_a_restart(tmp_path: Path) -> None:
    with EmbeddedServices(data_dir=tmp_path, environ={}) as first:
        with connect(first.mongodb_uri) as client:
            client.get_default_database()["notes"].insert_one({"text": "kept"})
        with redis.Redis.from_url(first.redis_url) as cache:
            cache.set("note", "kept")
    with EmbeddedServices(data_dir=tmp_path, environ={}) as second:
        assert (second.mongodb_uri, second.redis_url) == (
            first.mongodb_uri,
            first.redis_url,
        )
        with connect(second.mongodb_uri) as client:
            assert client.get_default_database()["notes"].count_documents({}) == 1
        with redis.Redis.from_url(second.redis_url) as cache:
            assert cache.get("note") == b"kept"
            assert cache.config_get("maxmemory-policy") == {
                "maxmemory-policy": "noeviction"
            }


def test_transactions_work_also_after_another_took_the_port(tmp_path: Path) -> None:
    with EmbeddedServices(data_dir=tmp_path, environ={}) as first:
        port = first.services[0].port
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        with (
            EmbeddedServices(data_dir=tmp_path, environ={}) as second,
            connect(second.mongodb_uri) as client,
        ):
            assert second.services[0].port != port
            notes = client.get_default_database()["notes"]

            def insert_two(session: ClientSession) -> None:
                notes.insert_one({"n": 1}, session=session)
                notes.insert_one({"n": 2}, session=session)

            with client.start_session() as session:
                session.with_transaction(insert_two)
            assert notes.count_documents({}) == 2


def test_killed_mongod_leaves_no_locked_directory(tmp_path: Path) -> None:
    with (
        EmbeddedServices(data_dir=tmp_path, environ={}) as first,
        connect(first.mongodb_uri) as client,
    ):
        client.get_default_database()["notes"].insert_one({"text": "kept"})
        for service in first.services:
            os.kill(service.process.pid or 0, signal.SIGKILL)
    assert (tmp_path / "mongodb" / "mongod.lock").read_text().strip()
    with (
        EmbeddedServices(data_dir=tmp_path, environ={}) as second,
        connect(second.mongodb_uri) as client,
    ):
        assert client.get_default_database()["notes"].count_documents({}) == 1


def test_configured_services_are_passed_on_and_not_started(tmp_path: Path) -> None:
    environ = {"MONGODB_URI": "mongodb://db/x", "REDIS_URL": "redis://cache/1"}
    with EmbeddedServices(data_dir=tmp_path, environ=environ) as embedded:
        assert embedded.mongodb_uri == environ["MONGODB_URI"]
        assert embedded.redis_url == environ["REDIS_URL"]
        assert embedded.services == []


def test_one_data_directory_has_one_owner(tmp_path: Path) -> None:
    environ = {"MONGODB_URI": "mongodb://db/x", "REDIS_URL": "redis://cache/1"}
    with (
        EmbeddedServices(data_dir=tmp_path, environ=environ),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"),
    ):
        EmbeddedServices(data_dir=tmp_path, environ=environ).__enter__()
    with EmbeddedServices(data_dir=tmp_path, environ=environ):
        pass


def test_a_process_that_took_over_the_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        record = {"pid": stranger.pid, "started": "boot:1", "run_mark": "m"}
        (tmp_path / "web.pid").write_text(json.dumps(record))
        (tmp_path / "broken.pid").write_text("{")
        assert stop_leftovers(tmp_path) == []
        assert started_at(stranger.pid)
        assert list(tmp_path.iterdir()) == []
    finally:
        stranger.kill()
        stranger.wait()


def test_what_an_ended_process_started_is_found_by_its_mark(tmp_path: Path) -> None:
    orphan = subprocess.Popen(["/bin/sleep", "60"], env={RUN_MARK: "mark-of-a-run"})
    try:
        record = {"pid": 2**22 - 1, "started": "", "run_mark": "mark-of-a-run"}
        (tmp_path / "worker.pid").write_text(json.dumps(record))
        stop_leftovers(tmp_path)
        assert orphan.wait(timeout=5) == -signal.SIGKILL
    finally:
        orphan.kill()
        orphan.wait()


def test_no_binary_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmbeddedUnavailable) as caught:
        EmbeddedServices(data_dir=tmp_path, environ={}).__enter__()
    assert str(caught.value) == (
        "No mongod for this platform: set MONGODB_URI or use docker compose"
    )


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("libmissing.so.4: cannot open", "libmissing.so.4: cannot open"),
        (
            r'{"s":"E","msg":"Failed","attr":{"error":"old files"}}\n{"s":"I"}\n7',
            "Failed: old files",
        ),
        ("", "it said nothing"),
    ],
)
def test_a_service_that_cannot_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, reason: str
) -> None:
    broken = tmp_path / "mongod"
    broken.write_text(f"#!/bin/sh\nprintf '{printed}'\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr(services, "find_mongod", lambda: broken)
    with pytest.raises(EmbeddedError) as caught:
        EmbeddedServices(data_dir=tmp_path / "data", environ={}).__enter__()
    assert f"mongodb stopped at once with code 127: {reason} (" in str(caught.value)
    # Nothing stays behind: Redis, which did start, has been stopped again.
    assert list((tmp_path / "data" / "run").glob("*.pid")) == []
