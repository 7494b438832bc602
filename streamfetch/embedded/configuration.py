"""What `script/server` reads from the environment and from `.env`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dotenv import dotenv_values

from streamfetch.embedded.errors import EmbeddedError

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass(frozen=True)
class ServerConfiguration:
    """Where to listen and where to keep things. Empty addresses: embedded."""

    host: str
    port: int
    data_dir: Path
    mongodb_uri: str
    redis_url: str
    # What /readyz is asked as: Django answers only to its allowed hosts.
    host_header: str

    @classmethod
    def read(cls, *, root: Path, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment, which goes before `<root>/.env`.

        Raises EmbeddedError when PORT is not a port.
        """
        environ = os.environ if environ is None else environ
        saved = dotenv_values(root / ".env")
        values = {
            name: (environ.get(name) or saved.get(name) or "").strip()
            for name in (
                *("HOST", "PORT", "STREAMFETCH_DATA_DIR", "ALLOWED_HOSTS"),
                *("MONGODB_URI", "REDIS_URL"),
            )
        }
        # A relative folder is seen from where its writer stands.
        base = Path.cwd() if environ.get("STREAMFETCH_DATA_DIR") else root
        data_dir = Path(values["STREAMFETCH_DATA_DIR"] or "data").expanduser()
        allowed = values["ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".")
        return cls(
            host=values["HOST"] or "127.0.0.1",
            port=_port(values["PORT"] or "8000"),
            data_dir=(base / data_dir).resolve(),
            mongodb_uri=values["MONGODB_URI"],
            redis_url=values["REDIS_URL"],
            host_header=allowed if allowed not in {"", "*"} else "localhost",
        )

    @property
    def visit_host(self) -> str:
        """The address this machine reaches the server by."""
        return _WILDCARDS.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The address to print."""
        host = f"[{self.visit_host}]" if ":" in self.visit_host else self.visit_host
        return f"http://{host}:{self.port}"


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    raise EmbeddedError(f"PORT={text} is not a port: use a number from 1 to 65535")
