"""MongoDB and Redis are killed while people work; nothing is lost or restarted."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import media
from tests.running_server import RunningServer, running_server

API = "/api/v1/"
PATIENCE_S = 90


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, server_seed: Path
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, seed=server_seed) as running:
        yield running


class Person:
    """Someone with a browser that tries again when it is told to."""

    def __init__(self, server: RunningServer) -> None:
        self._http = httpx.Client(base_url=server.url, trust_env=False, timeout=30)
        self._http.get("/")

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request. The server may say 503, but never anything worse."""
        headers = {"X-CSRFToken": self._http.cookies.get("csrftoken", "")}
        answer = self._http.request(method, path, headers=headers, **options)
        assert answer.status_code == 503 or answer.status_code < 500, answer.text
        if answer.status_code == 503:
            assert answer.json()["code"] == "database_unavailable"
            assert answer.headers["Retry-After"]
        return answer

    def get(self, path: str) -> Any:
        """What the server answers, at last."""
        found: list[httpx.Response] = []

        def answered() -> bool:
            found.append(self.ask("GET", API + path))
            return found[-1].status_code == 200

        wait_for(answered)
        return found[-1].json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.ask("POST", API + path, json=body or {})
        assert answer.is_success, answer.text
        return answer.json()

    def bring_in(self, path: Path) -> str:
        content = path.read_bytes()
        upload = self.post(
            "uploads/", {"filename": path.name, "size_bytes": len(content)}
        )
        target = upload["urls"][0]
        sent = self._http.put(target["url"], content=content, headers=target["headers"])
        assert sent.is_success, sent.text
        self.post(f"uploads/{upload['id']}/complete/")
        asset: str = upload["asset"]
        wait_for(lambda: self.get(f"assets/{asset}/")["status"] == "ready")
        return asset

    def project_of(self, asset: str, title: str) -> str:
        """Twenty seconds under a title: what was rendered of another is of no use."""
        made = self.post(
            "video-projects/",
            {
                "name": "A picture",
                "timeline": {
                    "clips": [{"asset": asset, "end_time": 20}],
                    "text_overlays": [{"text": title, "end_time": 20}],
                },
                "settings": {"resolution": {"width": 1920, "height": 1080}},
            },
        )
        return str(made["id"])

    def render(self, project: str) -> str:
        return str(self.post(f"video-projects/{project}/renders/")["id"])

    def state_of(self, render: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"renders/{render}/")
        return found

    def has_ended(self, render: str) -> bool:
        return self.state_of(render)["state"] not in ("queued", "running")


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.2)


def pid_of(server: RunningServer, name: str) -> int:
    record = json.loads((server.data_dir / "run" / f"{name}.pid").read_text())
    return int(record["pid"])


def kill(server: RunningServer, name: str) -> None:
    os.kill(pid_of(server, name), signal.SIGKILL)


def files_of(server: RunningServer, render: str) -> list[Path]:
    folder = server.data_dir / "media" / "renders" / render
    return list(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture(scope="module")
def person(server: RunningServer) -> Person:
    return Person(server)


@pytest.fixture(scope="module")
def asset(person: Person) -> str:
    return person.bring_in(media.image())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", ["mongodb", "redis"])
def test_killed_in_the_middle_of_a_render(
    server: RunningServer, person: Person, asset: str, service: str
) -> None:
    project = person.project_of(asset, f"Without {service}")
    processes = ("web", "worker-ffmpeg", "worker-io", "scheduler")
    before = {name: pid_of(server, name) for name in processes}
    running = person.render(project)
    wait_for(lambda: person.state_of(running)["percent"] > 8)
    assert person.state_of(running)["state"] == "running"
    killed = pid_of(server, service)
    kill(server, service)

    wait_for(lambda: person.ask("GET", f"{API}renders/{running}/").status_code == 200)
    # Asked for while the queue is away, or has just come back.
    waiting = person.render(project)
    for render in (running, waiting):
        wait_for(partial(person.has_ended, render))
        found = person.state_of(render)
        assert (found["state"], found["attempts"]) == ("succeeded", 1), found
        assert len(files_of(server, render)) == 1
    assert pid_of(server, service) != killed
    assert {name: pid_of(server, name) for name in processes} == before
    assert person.get(f"video-projects/{project}/")["status"] == "completed"
    assert list((server.data_dir / "workspaces").iterdir()) == []
