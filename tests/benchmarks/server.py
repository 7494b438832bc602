"""Second start, idle memory, and how fast a render is accepted.

python -m tests.benchmarks.server
"""

import http.client
import json
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests import media
from tests.benchmarks.figures import header, row
from tests.running_server import RunningServer, running_server

STARTS = 3
REQUESTS = 60
MIB = 1024 * 1024


class Client:
    """A keep-alive connection with the CSRF token that unsafe requests need."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        self._origin = url
        self._connection.request("GET", "/projects/")
        answer = self._connection.getresponse()
        answer.read()
        cookies = answer.headers.get_all("Set-Cookie") or []
        pairs = [cookie.split(";")[0] for cookie in cookies]
        self._cookie = "; ".join(pairs)
        self._token = next(
            (pair.split("=")[1] for pair in pairs if pair.startswith("csrftoken=")), ""
        )

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str):
        self._connection.request(
            method,
            path,
            body,
            {
                "Cookie": self._cookie,
                "X-CSRFToken": self._token,
                "Origin": self._origin,
                **headers,
            },
        )
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, data: object) -> dict:
        status, body = self.send(
            "POST",
            f"/api/v1/{path}",
            json.dumps(data).encode(),
            **{"Content-Type": "application/json"},
        )
        assert status < 300, (status, body)
        return json.loads(body)

    def get(self, path: str) -> dict:
        return json.loads(self.send("GET", f"/api/v1/{path}")[1])


def _ready_asset(client: Client) -> str:
    path = media.video(duration_s=1)
    started = client.post(
        "uploads/",
        {
            "filename": "clip.mp4",
            "content_type": "video/mp4",
            "size_bytes": path.stat().st_size,
        },
    )
    target = started["urls"][0]
    status, body = client.send(
        target["method"], target["url"], path.read_bytes(), **target["headers"]
    )
    assert status < 300, body
    client.post(f"uploads/{started['id']}/complete/", {})
    for _ in range(300):
        asset = client.get(f"assets/{started['asset']}/")
        if asset["status"] == "ready":
            return str(asset["id"])
        time.sleep(0.1)
    raise AssertionError(asset)


def _accepting_ms(server: RunningServer) -> list[float]:
    client = Client(server.url)
    project = client.post(
        "video-projects/", {"name": "Benchmark", "asset": _ready_asset(client)}
    )
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        client.post(f"video-projects/{project['id']}/renders/", {})
        times.append((time.perf_counter() - started) * 1000)
    return times


def _memory(server: RunningServer) -> list[tuple[str, float]]:
    """Proportional set size in MiB of every process of the stack."""
    root = psutil.Process(server.process.pid)
    rows = []
    for process in [root, *root.children(recursive=True)]:
        words = process.cmdline()
        name = next((word for word in words if "manage.py" not in word), "?")
        label = " ".join([Path(name).name, *words[-3:]])[:42]
        rows.append((label, process.memory_full_info().pss / MIB))
    return rows


def main() -> None:
    starts = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_server(folder):
            pass
        for number in range(STARTS):
            with running_server(folder) as server:
                starts.append(server.ready_after_s)
                if number < STARTS - 1:
                    continue
                time.sleep(5)
                memory = _memory(server)
                accepting = _accepting_ms(server)
    print(header("The server"))
    print(row("second start to a green /readyz (limit 15)", starts, "s"))
    print(row("POST renders/ (median limit 50)", accepting, "ms"))
    print(f"\nIdle memory (PSS): {sum(size for _, size in memory):.0f} MiB")
    for label, size in memory:
        print(f"  {label:<44}{size:9.0f} MiB")


if __name__ == "__main__":
    main()
