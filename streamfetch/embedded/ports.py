"""Chooses loopback ports and remembers them between runs."""

import contextlib
import json
import random
import socket
from pathlib import Path

from streamfetch.embedded.errors import EmbeddedError

# Below the range that kernels hand out to outgoing connections, so that a port
# stays ours while its server is being restarted.
_FIRST_PORT, _LAST_PORT = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    return bind_error(port, host="127.0.0.1") is None


def bind_error(port: int, *, host: str) -> OSError | None:
    """Why a server could not listen there now; None when it could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Servers set it too: connections in TIME_WAIT are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None


def choose() -> int:
    """A free loopback port. Raises EmbeddedError when none is found."""
    for port in random.sample(range(_FIRST_PORT, _LAST_PORT), 200):
        if is_free(port):
            return port
    raise EmbeddedError("No free loopback port: stop some servers and try again")


class RememberedPorts:
    """The ports of the last run, kept in one JSON file `{name: port}`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = {}
        with contextlib.suppress(OSError, ValueError):
            saved = json.loads(path.read_text())
            if isinstance(saved, dict):
                self._ports = {
                    name: port
                    for name, port in saved.items()
                    if isinstance(port, int) and 0 < port < 65_536
                }

    def recall(self, name: str) -> int:
        """The port that a running service has. Raises EmbeddedError when unknown."""
        try:
            return self._ports[name]
        except KeyError:
            raise EmbeddedError(
                f"The running server has not started {name} yet: try again in a moment"
            ) from None

    def take(self, name: str) -> int:
        """The port of the last run while it is free, else a new one."""
        port = self._ports.get(name)
        if port is None or not is_free(port):
            port = choose()
        self._ports[name] = port
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self._ports))
        temporary.replace(self._path)
        return port
