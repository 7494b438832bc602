"""What `script/server` runs: services, database, web, workers, scheduler."""

import argparse
import errno
import http.client
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from streamfetch.embedded import ports
from streamfetch.embedded.configuration import ServerConfiguration
from streamfetch.embedded.console import Console
from streamfetch.embedded.errors import EmbeddedError
from streamfetch.embedded.prepare import Preparation
from streamfetch.embedded.processes import ChildProcess, stop_leftovers
from streamfetch.embedded.services import EmbeddedServices
from streamfetch.embedded.supervisor import Supervisor, stop_signals

ROOT = Path(__file__).resolve().parents[2]
_NEEDED_BYTES = 500 * 1024 * 1024
_PATIENCE_S = 60.0
ASK_EVERY_S = 0.5
_OPEN_FILES = 65_536
# Lower stages stop first.
_WEB, _WORKERS, _SCHEDULER, _REDIS, _MONGODB = range(5)


def main() -> int:
    """Serve until a signal; return the exit code."""
    parser = argparse.ArgumentParser(prog="script/server", description=__doc__)
    parser.add_argument(
        "--verbose", action="store_true", help="show all that the processes print"
    )
    verbose = parser.parse_args().verbose
    console = Console()
    # Until the supervisor takes over, each of them unwinds what was started.
    for number in stop_signals():
        signal.signal(number, _interrupt)
    try:
        _serve(ServerConfiguration.read(root=ROOT), console=console, verbose=verbose)
    except EmbeddedError as error:
        console.problem(str(error))
        return 1
    except KeyboardInterrupt:
        console.say("Stopped")
        return 130
    return 0


def _serve(
    configuration: ServerConfiguration, *, console: Console, verbose: bool
) -> None:
    services = EmbeddedServices(
        data_dir=configuration.data_dir,
        environ={
            "MONGODB_URI": configuration.mongodb_uri,
            "REDIS_URL": configuration.redis_url,
        },
        say=console.say,
    )
    directory = services.directory
    with directory.locked():
        # Before the port is looked at: one of them may still hold it.
        for name in stop_leftovers(directory.run):
            console.say(f"Stopped {name}, left behind by an earlier run")
        check_disk(configuration.data_dir)
        _check_port(configuration)
    _allow_open_files()
    started_s = time.monotonic()
    console.say(f"Data directory: {configuration.data_dir}")
    console.say("Starting MongoDB and Redis")
    with services:
        env = _child_environment(configuration, services=services)
        preparation = Preparation(
            root=ROOT,
            stamps_path=directory.run / "prepared.json",
            env=env,
            console=console,
        )
        preparation.migrate()
        preparation.collect_static(target=configuration.data_dir / "static")
        console.say("Starting the web server, the workers and the scheduler")
        supervisor = Supervisor(directory=directory, console=console, verbose=verbose)
        for service in services.services:
            stage = _MONGODB if service.name == "mongodb" else _REDIS
            supervisor.watch(service, stop_stage=stage)
        for name, argv, stage, timeout_s in _programs(configuration):
            process = ChildProcess(
                name,
                argv=argv,
                run_dir=directory.run,
                run_mark=services.run_mark,
                env=env,
                cwd=ROOT,
            )
            supervisor.add(process, stop_stage=stage, stop_timeout_s=timeout_s)
        greeting = Greeting(configuration, console=console, started_s=started_s)
        supervisor.run(on_tick=greeting.on_tick)
    console.say("Stopped")


def _programs(
    configuration: ServerConfiguration,
) -> list[tuple[str, list[str | Path], int, float]]:
    """Name, command, stop stage and stop timeout in seconds of each process."""
    manage: list[str | Path] = [sys.executable, ROOT / "manage.py"]
    # One process each: dramatiq's master stops all workers when one dies.
    worker = [*manage, "rundramatiq", "--skip-checks", "--processes", "1"]
    worker += ["--worker-shutdown-timeout", "8000"]
    web: list[str | Path] = [sys.executable, "-m", "uvicorn"]
    web += ["streamfetch.asgi:application", "--no-server-header"]
    web += ["--host", configuration.host, "--port", str(configuration.port)]
    web += ["--timeout-graceful-shutdown", "3"]
    return [
        ("web", web, _WEB, 6),
        (
            "worker-ffmpeg",
            [*worker, "--threads", "1", "--queues", "ffmpeg-high", "ffmpeg"],
            _WORKERS,
            12,
        ),
        (
            "worker-io",
            [
                *worker,
                *("--threads", "6", "--queues", "quick", "network", "webhooks"),
            ],
            _WORKERS,
            12,
        ),
        (
            "worker-dubbing",
            [*worker, "--threads", "2", "--queues", "dubbing"],
            _WORKERS,
            12,
        ),
        ("scheduler", [*manage, "crontab", "--skip-checks"], _SCHEDULER, 5),
    ]


def _child_environment(
    configuration: ServerConfiguration, *, services: EmbeddedServices
) -> Mapping[str, str]:
    return {
        **os.environ,
        "HOST": configuration.host,
        "PORT": str(configuration.port),
        "MONGODB_URI": services.mongodb_uri,
        "REDIS_URL": services.redis_url,
        "STREAMFETCH_DATA_DIR": str(configuration.data_dir),
        # Visitors may be signed in by themselves only on a database of our own.
        "STREAMFETCH_EMBEDDED": "0" if configuration.mongodb_uri else "1",
        "DJANGO_SETTINGS_MODULE": "streamfetch.settings",
        "PYTHONUNBUFFERED": "1",
        # A worker must not hold back jobs that another could begin.
        "dramatiq_queue_prefetch": "1",
    }


class Greeting:
    """Asks /readyz until it is green, then prints the address, once."""

    def __init__(
        self, configuration: ServerConfiguration, *, console: Console, started_s: float
    ) -> None:
        self._configuration = configuration
        self._console = console
        self._started_s = started_s
        self._ready = False
        self._asked_s = 0.0
        self._complained = False

    def on_tick(self) -> None:
        """Ask once, waiting at most a second."""
        now_s = time.monotonic()
        if self._ready or now_s - self._asked_s < ASK_EVERY_S:
            return
        self._asked_s = now_s
        missing = self._missing()
        waited_s = now_s - self._started_s
        if not missing:
            self._ready = True
            self._console.strong(
                f"\n  StreamFetch is ready: {self._configuration.url}\n"
            )
            self._console.say("Ctrl-C stops it.")
        elif waited_s > _PATIENCE_S and not self._complained:
            self._complained = True
            self._console.problem(
                f"Not ready after {waited_s:.0f} s ({missing}): see "
                f"{self._configuration.data_dir / 'logs'}; still trying"
            )

    def _missing(self) -> str:
        """What is not ready yet, in words; empty when all is."""
        connection = http.client.HTTPConnection(
            self._configuration.visit_host, self._configuration.port, timeout=1
        )
        try:
            connection.request(
                "GET", "/readyz", headers={"Host": self._configuration.host_header}
            )
            answer = connection.getresponse()
            body = answer.read(64 * 1024)
        except (OSError, http.client.HTTPException):
            return "the web server does not answer"
        finally:
            connection.close()
        if answer.status == http.client.OK:
            return ""
        return f"/readyz says {answer.status} {_compact(body)}".strip()


def _compact(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body))[:500]
    except ValueError:
        return ""


def check_disk(data_dir: Path) -> None:
    """Raises EmbeddedError when there is too little room to start."""
    free_bytes = shutil.disk_usage(data_dir).free
    if free_bytes < _NEEDED_BYTES:
        raise EmbeddedError(
            f"Only {free_bytes // 1024**2} MB free in {data_dir}: make room for at "
            "least 500 MB, or set STREAMFETCH_DATA_DIR to another disk"
        )


def _check_port(configuration: ServerConfiguration) -> None:
    host, port = configuration.host, configuration.port
    error = ports.bind_error(port, host=host)
    if error is None:
        return
    if error.errno != errno.EADDRINUSE:
        raise EmbeddedError(
            f"Cannot listen on {host} port {port} ({error.strerror}): set HOST and "
            "PORT to an address of this machine"
        )
    nearby = range(port + 1, min(port + 50, 65_536))
    free = [p for p in nearby if ports.bind_error(p, host=host) is None]
    raise EmbeddedError(
        f"Port {port} is taken: run PORT={free[0] if free else '…'} script/server"
    )


def _allow_open_files() -> None:
    # The usual soft limit of 1,024 is less than 1,000 listeners and mongod need.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
