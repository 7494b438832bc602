"""MongoDB or Redis is away: people are told, nothing is lost, it heals by itself."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.streamfetch.private_server import PrivateServer, wait_until

PROJECTS = "/api/v1/video-projects/"
LONGEST_S = 5.0

Ask = Callable[[], httpx.Response]


@pytest.fixture
def page(private_server: PrivateServer) -> Iterator[httpx.Client]:
    with private_server.browser("alice") as client:
        yield client


@pytest.fixture
def program(private_server: PrivateServer) -> Iterator[httpx.Client]:
    with private_server.program("alice") as client:
        yield client


def in_time(ask: Ask) -> httpx.Response:
    started = time.monotonic()
    answer = ask()
    assert time.monotonic() - started < LONGEST_S
    return answer


def at_once(*asks: Ask) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(in_time, asks))


def assert_the_database_is_said_to_be_away(
    page: httpx.Client, program: httpx.Client
) -> None:
    shown, *answers, alive, ready = at_once(
        lambda: page.get("/projects/"),
        lambda: program.get(PROJECTS),
        lambda: program.post(PROJECTS, json={"name": "Lost?"}),
        lambda: page.get("/livez"),
        lambda: page.get("/readyz"),
    )
    assert shown.status_code == 503
    assert shown.headers["Content-Type"].startswith("text/html")
    assert "Retry-After" in shown.headers
    assert "Nothing is lost" in shown.text
    assert "Traceback" not in shown.text
    assert "pymongo" not in shown.text
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "database_unavailable"
    assert alive.status_code == 200
    assert ready.status_code == 503
    assert not ready.json()["parts"]["mongodb"]["ok"]
    assert ready.json()["parts"]["redis"]["ok"]


@pytest.mark.parametrize("way", ["stops answering", "is killed"])
def test_mongodb(
    private_server: PrivateServer,
    page: httpx.Client,
    program: httpx.Client,
    way: str,
) -> None:
    kept = program.post(PROJECTS, json={"name": f"Before it {way}"}).json()
    if way == "is killed":
        private_server.kill("mongodb")
    else:
        private_server.freeze("mongodb")
    try:
        assert_the_database_is_said_to_be_away(page, program)
    finally:
        if way == "is killed":
            private_server.restart("mongodb")
        else:
            private_server.thaw("mongodb")
    wait_until(lambda: program.get(PROJECTS).status_code == 200)
    assert program.get(f"{PROJECTS}{kept['id']}/").json()["name"] == kept["name"]
    assert page.get("/projects/").status_code == 200
    assert program.post(PROJECTS, json={"name": "After"}).status_code == 201


@pytest.mark.parametrize("way", ["stops answering", "is killed"])
def test_redis(
    private_server: PrivateServer,
    page: httpx.Client,
    program: httpx.Client,
    way: str,
) -> None:
    project = program.post(PROJECTS, json={"name": "Before"}).json()
    address = f"{PROJECTS}{project['id']}/"
    assert program.get(address).json()["name"] == "Before"
    if way == "is killed":
        private_server.kill("redis")
    else:
        private_server.freeze("redis")
    try:
        assert in_time(lambda: page.get("/projects/")).status_code == 200
        made = in_time(lambda: program.post(PROJECTS, json={"name": "Meanwhile"}))
        assert made.status_code == 201
        change = {"name": "Changed", "revision": project["revision"]}
        edited = in_time(lambda: program.patch(address, json=change))
        assert edited.status_code == 200
        assert in_time(lambda: program.get(address)).json()["name"] == "Changed"
        with private_server.browser("charlie") as other:
            assert in_time(lambda: other.get("/projects/")).status_code == 200
            ready = in_time(lambda: page.get("/readyz")).json()
            assert not ready["parts"]["redis"]["ok"]
            assert ready["parts"]["mongodb"]["ok"]
            if way == "is killed":
                private_server.restart("redis")
            else:
                private_server.thaw("redis")
            wait_until(lambda: page.get("/readyz").json()["parts"]["redis"]["ok"])
            # What Redis still holds is older than the change it missed.
            time.sleep(2.1)
            for _each in range(3):
                assert program.get(address).json()["name"] == "Changed"
            assert page.get("/projects/").status_code == 200
            assert other.get("/projects/").status_code == 200
    finally:
        if way != "is killed":
            private_server.thaw("redis")


def test_work_that_is_started_without_redis_waits_for_it(
    private_server: PrivateServer, program: httpx.Client
) -> None:
    private_server.kill("redis")
    try:
        started = in_time(
            lambda: program.post(
                "/api/v1/downloads/", json={"url": "https://videos.example.org/a.mp4"}
            )
        )
    finally:
        private_server.restart("redis")
    assert started.status_code == 202
    job = program.get(f"/api/v1/downloads/{started.json()['id']}/").json()
    assert job["state"] == "queued"
