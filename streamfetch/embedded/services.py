"""Starts the services that nobody configured, and says where they are."""

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from streamfetch.embedded import mongodb, redis
from streamfetch.embedded.binaries import find_mongod, find_redis_server
from streamfetch.embedded.directory import DataDirectory
from streamfetch.embedded.errors import EmbeddedError
from streamfetch.embedded.ports import RememberedPorts, is_free
from streamfetch.embedded.processes import ChildProcess, stop_leftovers

DATABASE = "streamfetch"

# A full journal or append-only file is read before the first answer.
_READY_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 15.0
_POLL_S = 0.02
_PORT_ATTEMPTS = 5


class Service:
    """One running service: its process, and how to know that it answers."""

    def __init__(
        self,
        process: ChildProcess,
        *,
        port: int,
        answers: Callable[[int], bool],
        directory: DataDirectory,
    ) -> None:
        self.process = process
        self.port = port
        self._answers = answers
        self._directory = directory
        self._log_path = directory.log_path(process.name)
        self._log_start = 0

    @property
    def name(self) -> str:
        return self.process.name

    def start(self) -> None:
        """Start the process; also again, on the same port, after it died."""
        self._directory.rotate_log(self.name)
        with self._log_path.open("ab") as log:
            self._log_start = log.tell()
            self.process.start(output=log)

    def wait_until_ready(self) -> bool:
        """Wait for the first answer; False when another took the port.

        Raises EmbeddedError when the process ends or stays silent.
        """
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while time.monotonic() < deadline:
            code = self.process.poll()
            if code is not None:
                self.process.forget()
                if not is_free(self.port):
                    return False
                raise EmbeddedError(
                    f"{self.name} stopped at once with code {code}: "
                    f"{self._last_words()} (all of it: {self._log_path})"
                )
            if self._answers(self.port):
                return True
            time.sleep(_POLL_S)
        raise EmbeddedError(
            f"{self.name} did not answer within {_READY_TIMEOUT_S:.0f} s: "
            f"see {self._log_path}"
        )

    def _last_words(self) -> str:
        with self._log_path.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").strip().splitlines()
        return _reason(lines)[:300]


def _reason(lines: list[str]) -> str:
    """Why a service ended: mongod's last error, else the last line."""
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        # mongod writes one JSON object a line; s is the severity.
        if (
            isinstance(entry, dict)
            and entry.get("s") in {"E", "F"}
            and "error" in entry.get("attr", {})
        ):
            return f"{entry['msg']}: {entry['attr']['error']}"
    return lines[-1] if lines else "it said nothing"


class EmbeddedServices:
    """MongoDB and Redis for as long as the `with` block lasts.

    A service whose variable (MONGODB_URI, REDIS_URL) is set in `environ` is not
    started; its address is passed on. Enter it from a thread that lives as long
    as the block: see ChildProcess.

    Raises AlreadyRunning when another server uses `data_dir`, EmbeddedUnavailable
    without a binary, EmbeddedError when a service does not come up.
    """

    def __init__(
        self,
        *,
        data_dir: Path | str,
        environ: Mapping[str, str] | None = None,
        database: str = DATABASE,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        environ = os.environ if environ is None else environ
        self.directory = DataDirectory(Path(data_dir).expanduser().resolve())
        self.mongodb_uri = environ.get("MONGODB_URI", "").strip()
        self.redis_url = environ.get("REDIS_URL", "").strip()
        self.run_mark = secrets.token_hex(16)
        self.services: list[Service] = []
        self._database = database
        self._say = say
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exit_stack:
            exit_stack.enter_context(self.directory.locked())
            for name in stop_leftovers(self.directory.run):
                self._say(f"Stopped {name}, left behind by an earlier run")
            exit_stack.callback(self.stop)
            self._start_missing()
            self._exit = exit_stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exit.close()

    def stop(self) -> None:
        """Stop both; what takes longer than 15 s is killed. May be repeated."""
        for service in self.services:
            service.process.terminate()
        for service in self.services:
            service.process.wait_or_kill(timeout_s=_STOP_TIMEOUT_S)

    def _start_missing(self) -> None:
        ports = RememberedPorts(self.directory.run / "ports.json")
        makers: list[Callable[[RememberedPorts], Service]] = []
        if not self.mongodb_uri:
            makers.append(self._mongodb)
        if not self.redis_url:
            makers.append(self._redis)
        # Both are started before the first is waited for.
        self.services = [make(ports) for make in makers]
        for service in self.services:
            service.start()
        for index, make in enumerate(makers):
            self._wait(index, make=make, ports=ports)
        for service in self.services:
            if service.name == "mongodb":
                mongodb.become_primary(service.port)
                self.mongodb_uri = mongodb.uri(service.port, database=self._database)
            else:
                self.redis_url = redis.url(service.port)

    def _wait(
        self,
        index: int,
        *,
        make: Callable[[RememberedPorts], Service],
        ports: RememberedPorts,
    ) -> None:
        for _ in range(_PORT_ATTEMPTS):
            if self.services[index].wait_until_ready():
                return
            self.services[index] = make(ports)
            self.services[index].start()
        raise EmbeddedError(
            f"{self.services[index].name} found no port: others take them as fast "
            "as they are chosen; try again"
        )

    def _mongodb(self, ports: RememberedPorts) -> Service:
        port = ports.take("mongodb")
        argv = mongodb.command(find_mongod(), data=self.directory.mongodb, port=port)
        return self._service("mongodb", argv=argv, port=port, answers=mongodb.answers)

    def _redis(self, ports: RememberedPorts) -> Service:
        port = ports.take("redis")
        argv = redis.command(find_redis_server(), data=self.directory.redis, port=port)
        return self._service("redis", argv=argv, port=port, answers=redis.answers)

    def _service(
        self,
        name: str,
        *,
        argv: list[str | Path],
        port: int,
        answers: Callable[[int], bool],
    ) -> Service:
        process = ChildProcess(
            name, argv=argv, run_dir=self.directory.run, run_mark=self.run_mark
        )
        return Service(
            process,
            port=port,
            answers=answers,
            directory=self.directory,
        )
