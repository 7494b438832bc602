"""A thousand people at once: how fast the API answers, and the database.

Each has a library and projects of their own, listens to live events, and asks for
something every 30 s on average (exponential, so that requests come in bursts).

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.load
"""

import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command
from rest_framework_simplejwt.tokens import AccessToken

from projects.models import VideoProject
from streamfetch.accounts.models import User
from tests.running_server import free_port
from uploads.models import Asset

PEOPLE, THINK_S = 1_000, 30.0
ASSETS_EACH, PROJECTS_EACH = 20, 3
WARM_UP_S, MEASURED_S = 30.0, 90.0
ANSWER_WITHIN_S = 30.0
# What people look at, by how often of a hundred times.
MIX = {
    "assets/": 30,
    "assets/{asset}/": 20,
    "assets/?search=holiday": 5,
    "video-projects/": 15,
    "video-projects/{project}/": 15,
    "jobs/": 15,
}


@dataclass(frozen=True)
class Person:
    token: str
    asset: str
    project: str


@dataclass
class Answers:
    milliseconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def people() -> list[Person]:
    """Everybody, with what they own in the database."""
    users = User.objects.bulk_create(
        [User(username=f"person-{number}") for number in range(PEOPLE)]
    )
    assets = Asset.objects.bulk_create(
        [
            Asset(
                owner=user,
                title=f"Holiday {number}",
                status=Asset.Status.READY,
                size_bytes=10_000_000,
                duration_ms=60_000,
            )
            for user in users
            for number in range(ASSETS_EACH)
        ]
    )
    projects = VideoProject.objects.bulk_create(
        [
            VideoProject(owner=user, name=f"Cut {number}")
            for user in users
            for number in range(PROJECTS_EACH)
        ]
    )
    return [
        Person(
            token=str(AccessToken.for_user(user)),
            asset=str(assets[ASSETS_EACH * number].pk),
            project=str(projects[PROJECTS_EACH * number].pk),
        )
        for number, user in enumerate(users)
    ]


class Connection:
    """HTTP/1.1 over one connection; as little work as a client can be."""

    def __init__(self, netloc: str, token: str) -> None:
        self._netloc, self._token = netloc, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self, path: str) -> tuple[int, asyncio.StreamReader, int]:
        """Status, the stream behind the headers, and the length of the body."""
        if self._streams is None:
            host, port = self._netloc.split(":")
            self._streams = await asyncio.open_connection(host, int(port))
        reader, writer = self._streams
        writer.write(
            f"GET /api/v1/{path} HTTP/1.1\r\nHost: {self._netloc}\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        return int(head.split(" ", 2)[1]), reader, int(length[1]) if length else 0

    async def get(self, path: str) -> int:
        status, reader, length = await self.open(path)
        await reader.readexactly(length)
        return status

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def listen(netloc: str, person: Person, until: float) -> None:
    """Holds the person's event stream open, as a page does."""
    connection = Connection(netloc, person.token)
    _status, reader, _length = await connection.open("events/")
    try:
        async with asyncio.timeout_at(until):
            while await reader.read(4096):
                pass
    except TimeoutError:
        pass
    finally:
        connection.close()


async def browse(
    netloc: str, person: Person, answers: Answers, *, measured_from: float, until: float
) -> None:
    loop, choose = asyncio.get_running_loop(), random.Random(person.asset)
    while True:
        # A connection waits shorter than a person thinks: browsers open a new one.
        thinks_s = choose.expovariate(1 / THINK_S)
        await asyncio.sleep(min(thinks_s, until - loop.time()))
        if loop.time() >= until:
            return
        [path] = choose.choices(list(MIX), weights=list(MIX.values()))
        path = path.format(asset=person.asset, project=person.project)
        connection, started = Connection(netloc, person.token), loop.time()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                status = await connection.get(path)
            problem = "" if status == 200 else str(status)
        except (OSError, EOFError, TimeoutError) as error:
            problem = type(error).__name__
        connection.close()
        if started >= measured_from:
            answers.milliseconds.append((loop.time() - started) * 1000)
            if problem:
                answers.failures.append(f"{path}: {problem}")


async def crowd(netloc: str, everybody: list[Person]) -> Answers:
    answers = Answers()
    begins = asyncio.get_running_loop().time()
    measured_from, until = begins + WARM_UP_S, begins + WARM_UP_S + MEASURED_S
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(everybody):
            if number % 50 == 0:
                await asyncio.sleep(0.5)
            group.create_task(listen(netloc, person, until))
            group.create_task(
                browse(
                    netloc, person, answers, measured_from=measured_from, until=until
                )
            )
    return answers


def query_times(url: str) -> tuple[float, float]:
    """Seconds and number of all database operations so far."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310
        text = answer.read().decode()
    totals = [
        sum(
            float(value)
            for value in re.findall(
                rf"^streamfetch_database_seconds_{kind}{{.*}} (\S+)$", text, re.M
            )
        )
        for kind in ("sum", "count")
    ]
    return totals[0], totals[1]


def until_ready(url: str) -> None:
    for _attempt in range(300):
        try:
            urllib.request.urlopen(f"{url}/livez", timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def main() -> None:
    call_command("migrate", verbosity=0)
    everybody = people()
    url = f"http://127.0.0.1:{free_port()}"
    netloc = urlsplit(url).netloc
    port = netloc.split(":")[1]
    uvicorn = [sys.executable, "-m", "uvicorn", "streamfetch.asgi:application"]
    server = subprocess.Popen(
        [*uvicorn, "--port", port, "--no-access-log", "--log-level", "error"]
    )
    try:
        until_ready(url)
        before = psutil.Process(server.pid).cpu_times()
        answers = asyncio.run(crowd(netloc, everybody))
        after = psutil.Process(server.pid).cpu_times()
        seconds, operations = query_times(url)
    finally:
        server.terminate()
        server.wait(20)
    busy_s = after.user + after.system - before.user - before.system
    cuts = statistics.quantiles(answers.milliseconds, n=100)
    failed = 100 * len(answers.failures) / len(answers.milliseconds)
    print(f"\n{PEOPLE} people with live events, {len(answers.milliseconds)} requests")
    print(f"  median {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms (limit 200),")
    print(f"  p99 {cuts[98]:.0f} ms, failed {failed:.2f} % {answers.failures[:3]}")
    print(f"  server busy {100 * busy_s / (WARM_UP_S + MEASURED_S):.0f} % of a core")
    print(f"  database operation {1000 * seconds / operations:.1f} ms (limit 50)")


if __name__ == "__main__":
    main()
