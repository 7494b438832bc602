"""Runs one redis-server that keeps what it was told (AOF, no eviction)."""

import socket
from pathlib import Path


def command(redis_server: Path, *, data: Path, port: int) -> list[str | Path]:
    """The arguments of a redis-server on the loopback interface."""
    return [
        redis_server,
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", data),
        *("--daemonize", "no", "--save", ""),
        *("--appendonly", "yes", "--appendfsync", "everysec"),
        *("--maxmemory-policy", "noeviction"),
    ]


def url(port: int) -> str:
    """The address for clients."""
    return f"redis://127.0.0.1:{port}/0"


def answers(port: int) -> bool:
    """Whether Redis has loaded its data and takes commands."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
