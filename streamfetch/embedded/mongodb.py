"""Runs one mongod as a one-node replica set, so that transactions work."""

import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from streamfetch.embedded.errors import EmbeddedError

REPLICA_SET = "streamfetch"
_NOT_YET_INITIALIZED = 94
_INVALID_REPLICA_SET_CONFIG = 93
_POLL_S = 0.05


def command(mongod: Path, *, data: Path, port: int) -> list[str | Path]:
    """The arguments of a small, quiet mongod on the loopback interface."""
    return [
        mongod,
        *("--dbpath", data, "--bind_ip", "127.0.0.1", "--port", str(port)),
        *("--replSet", REPLICA_SET, "--nounixsocket", "--quiet", "--noscripting"),
        *("--wiredTigerCacheSizeGB", "0.25"),
        # Megabytes. The default takes up to 5 % of the disk.
        *("--oplogSize", "128"),
        # The default journal takes 300 MB of disk before the first document.
        *("--wiredTigerEngineConfigString", "log=(file_max=16MB,prealloc=false)"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # There is no other member that could need this long to take over.
        *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
    ]


def uri(port: int, *, database: str) -> str:
    """The address of the database for drivers."""
    return f"mongodb://127.0.0.1:{port}/{database}?replicaSet={REPLICA_SET}"


def answers(port: int) -> bool:
    """Whether mongod takes commands, be it as primary or not."""
    client = _connect(port)
    try:
        client.admin.command("hello")
    except PyMongoError:
        return False
    finally:
        client.close()
    return True


def become_primary(port: int, *, timeout_s: float = 60.0) -> None:
    """Initiate the replica set, or move it to this port; wait for the primary.

    Does nothing to a set that already is as it should be. Raises EmbeddedError
    when no primary comes up in time.
    """
    client = _connect(port)
    deadline = time.monotonic() + timeout_s
    reason = "it stayed a secondary"
    try:
        while time.monotonic() < deadline:
            # While mongod looks for itself at the port of an earlier run, for
            # half a minute when a silent stranger listens there, it answers with
            # one passing error or another.
            try:
                _configure(client, member=f"127.0.0.1:{port}")
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
            except PyMongoError as error:
                reason = str(error)
            time.sleep(_POLL_S)
    finally:
        client.close()
    raise EmbeddedError(
        f"MongoDB did not become writable in {timeout_s:.0f} s ({reason[:200]}): see "
        "logs/mongodb.log in the data directory"
    )


def _configure(client: "MongoClient[dict[str, Any]]", *, member: str) -> None:
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIALIZED:
            client.admin.command(
                "replSetInitiate",
                {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]},
            )
            return
        if error.code != _INVALID_REPLICA_SET_CONFIG:
            raise
    config = client.admin.command("replSetGetConfig")["config"]
    if [known["host"] for known in config["members"]] != [member]:
        # The set still names the port of an earlier run, so it has no primary
        # that could agree to the change: force.
        config["members"] = [{"_id": 0, "host": member}]
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def _connect(port: int) -> "MongoClient[dict[str, Any]]":
    return MongoClient(
        "127.0.0.1",
        port,
        directConnection=True,
        serverSelectionTimeoutMS=500,
        socketTimeoutMS=10_000,
    )
