"""Kills the supervisor and what it supervises, in every way that happens."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymongo
import redis

from streamfetch.embedded import mongodb
from streamfetch.embedded.directory import DataDirectory
from streamfetch.embedded.ports import RememberedPorts
from streamfetch.embedded.processes import stop_leftovers
from streamfetch.embedded.supervisor import BackOff

ROOT = Path(__file__).resolve().parents[3]


def port_of(server: Any, name: str) -> int:
    saved = (server.data_dir / "run" / "ports.json").read_text()
    return int(saved.split(f'"{name}": ')[1].split(",")[0].rstrip("}"))


def refused(**environ: str) -> str:
    """The only line of a `script/server` that refuses to start."""
    done = subprocess.run(
        [sys.executable, "-m", "streamfetch.embedded.server"],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    return line


def test_ctrl_c_stops_all_in_order_and_leaves_nothing(server: Any) -> None:
    below = server.descendants()
    server.signal(signal.SIGINT)
    assert server.end() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in below)
    assert server.said("stubborn did not stop within 1 s: killed")
    assert server.lines[-1] == "end"
    assert list((server.data_dir / "run").glob("*.pid")) == []


def test_second_ctrl_c_kills_at_once(server: Any) -> None:
    below = server.descendants()
    os.kill(server.pid_of("worker"), signal.SIGSTOP)
    server.signal(signal.SIGINT)
    server.wait_for("Stopping")
    server.signal(signal.SIGINT)
    server.end()
    assert not server.said("did not stop")
    server.wait_all_gone(below)


def test_a_killed_supervisor_leaves_nothing_for_the_next_one(
    server: Any, start_server: Callable[[], Any]
) -> None:
    below = server.descendants()
    well_behaved = {server.pid_of(name) for name in ("web", "mongodb", "redis")}
    server.signal(signal.SIGKILL)
    server.end()
    # The kernel asks every child to stop at once.
    server.wait_all_gone(well_behaved | {server.pid_of("worker")})
    # What does not listen is found by its record, the rest by the run's mark.
    assert stop_leftovers(server.data_dir / "run", timeout_s=0.5) == ["stubborn"]
    server.wait_all_gone(below)
    second = start_server()
    second.wait_for("ready")


def test_a_killed_child_comes_back_and_its_orphans_do_not_stay(server: Any) -> None:
    web, orphans = server.pid_of("web"), server.descendants(of="web")
    assert len(orphans) == 1
    os.kill(web, signal.SIGKILL)
    server.wait_for("web was killed by SIGKILL; starting it again in 0.5 s")
    server.wait_all_gone(orphans)
    server.wait_until(lambda: len(server.descendants()) == 7, why="web is back")
    assert server.pid_of("web") != web


def test_killed_mongod_and_redis_come_back_with_their_data(server: Any) -> None:
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        mongodb.uri(port_of(server, "mongodb"), database="t"),
        serverSelectionTimeoutMS=15_000,
    )
    cache = redis.Redis(port=port_of(server, "redis"))
    with client, cache:
        client["t"]["notes"].with_options(
            write_concern=pymongo.WriteConcern("majority")
        ).insert_one({"text": "kept"})
        cache.set("note", "kept")
        killed = {server.pid_of("mongodb"), server.pid_of("redis")}
        # everysec: the last second may be lost, so wait for it to be written.
        server.wait_until(
            lambda: (server.data_dir / "redis/appendonly.aof").stat().st_size > 0,
            why="append-only file",
        )
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        server.wait_all_gone(killed)
        assert client["t"]["notes"].find_one({}, {"_id": 0}) == {"text": "kept"}
        server.wait_until(lambda: _get(cache, "note") == b"kept", why="redis is back")
    assert server.said("mongodb was killed by SIGKILL; starting it again in 0.5 s")


def _get(cache: "redis.Redis", key: str) -> object:
    try:
        return cache.get(key)
    except redis.ConnectionError:
        return None


def test_second_server_on_one_data_directory_names_the_first(tmp_path: Path) -> None:
    with DataDirectory(tmp_path).locked():
        line = refused(STREAMFETCH_DATA_DIR=str(tmp_path))
    assert line == (
        f"StreamFetch already runs on {tmp_path} (process {os.getpid()}): "
        "stop it, or set STREAMFETCH_DATA_DIR to another folder"
    )


def test_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    port = RememberedPorts(tmp_path / "ports.json").take("web")
    with socket.create_server(("127.0.0.1", port)):
        line = refused(STREAMFETCH_DATA_DIR=str(tmp_path / "data"), PORT=str(port))
    assert line.startswith(f"Port {port} is taken: run PORT=")
    assert line.endswith(" script/server")


def test_wrong_configuration_is_one_line(tmp_path: Path) -> None:
    data_dir = str(tmp_path / "data")
    assert refused(STREAMFETCH_DATA_DIR=data_dir, PORT="80k") == (
        "PORT=80k is not a port: use a number from 1 to 65535"
    )
    assert "set HOST and PORT" in refused(
        STREAMFETCH_DATA_DIR=data_dir, HOST="192.0.2.1", PORT="20999"
    )
    assert "set STREAMFETCH_DATA_DIR to a folder of yours" in refused(
        STREAMFETCH_DATA_DIR="/proc/nowhere"
    )


def test_back_off_doubles_to_half_a_minute_and_forgets_after_health() -> None:
    back_off = BackOff()
    delays = [back_off.next_delay_s(lived_s=1) for _ in range(8)]
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert back_off.next_delay_s(lived_s=61) == 0.5
