"""Downloads over loopback: a whole job against the bare yt-dlp, after cuts, a queue of
a hundred, and the cache of look-ups.

python -m tests.benchmarks.downloads [MEBIBYTES] [RUNS]
"""

import hashlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

from tests.benchmarks.figures import header, row
from tests.benchmarks.server import Client
from tests.running_server import RunningServer, running_server

MEBIBYTE = 1024 * 1024
# The head of an MP4 whose media box holds all the rest: enough to be taken for one.
HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x01mdat" + b"\0\0\1" + bytes(5)
BLOCK = bytes(range(256)) * 4096
SLOTS = 3
QUEUED = 100
PRIORITIES = ("low", "normal", "high")
LOOKS = 200


class Site:
    """Files of one size at every path. `cuts` are shares of a file after which the
    connection ends, each once; `gate` holds the first answers back."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.cuts: list[float] = []
        self.sent_bytes = 0
        self.hits: Counter[str] = Counter()
        self.gate = threading.Event()
        self.gate.set()
        self.address = ""

    def digest(self) -> str:
        whole = hashlib.sha256(HEAD)
        for at in range(len(HEAD), self.size_bytes, len(BLOCK)):
            whole.update(BLOCK[: self.size_bytes - at])
        return whole.hexdigest()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Only the time counts."""

        def do_HEAD(self) -> None:
            self._head(0)

        def do_GET(self) -> None:
            site.hits[self.path] += 1
            site.gate.wait(120)
            wanted = self.headers.get("Range", "").removeprefix("bytes=")
            start = int(wanted.partition("-")[0] or 0)
            self._head(start)
            end = site.size_bytes
            if site.cuts:
                end = max(start, int(site.cuts.pop(0) * site.size_bytes))
                self.close_connection = True
            try:
                self._send(start, end)
            except OSError:
                self.close_connection = True

        def _send(self, at: int, end: int) -> None:
            while at < end:
                if at < len(HEAD):
                    piece = memoryview(HEAD)[at:end]
                else:
                    offset = (at - len(HEAD)) % len(BLOCK)
                    piece = memoryview(BLOCK)[offset : offset + end - at]
                self.wfile.write(piece)
                at += len(piece)
                site.sent_bytes += len(piece)

        def _head(self, start: int) -> None:
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("ETag", '"1"')
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(site.size_bytes - start))
            if start:
                last = site.size_bytes - 1
                shown = f"bytes {start}-{last}/{site.size_bytes}"
                self.send_header("Content-Range", shown)
            self.end_headers()

    return Handler


@contextmanager
def serving(size_bytes: int) -> Iterator[Site]:
    site = Site(size_bytes)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(site)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.address = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()


class Memory:
    """The peak of a worker and its children while the block runs, in MiB."""

    def __init__(self, worker: psutil.Process) -> None:
        self._worker = worker
        self._done = threading.Event()
        self.before_mib = self._now_mib()
        self.peak_mib = self.before_mib

    def _now_mib(self) -> float:
        total = 0
        for process in [self._worker, *self._worker.children(recursive=True)]:
            try:
                total += process.memory_full_info().uss
            except psutil.Error:
                continue
        return total / MEBIBYTE

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.peak_mib = max(self.peak_mib, self._now_mib())

    def __enter__(self) -> "Memory":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()


def worker_of(server: RunningServer) -> psutil.Process:
    """The process that fetches."""
    for process in psutil.Process(server.process.pid).children(recursive=True):
        if "network" in process.cmdline():
            return process
    raise RuntimeError("no worker fetches")


def fetched(client: Client, url: str) -> dict:
    """The download when it has ended; its asset goes again."""
    started = client.post("downloads/", {"url": url})
    while True:
        found = client.get(f"downloads/{started['id']}/")
        if found["state"] == "succeeded":
            return found
        if found["state"] in {"failed", "cancelled"}:
            raise RuntimeError(found["error"])
        time.sleep(0.02)


def digest_of(server: RunningServer, size_bytes: int) -> str:
    """Of the one file of this size that the library holds."""
    stored = (server.data_dir / "media").rglob("*")
    [path] = [each for each in stored if each.stat().st_size == size_bytes]
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def next_minute() -> None:
    """120 requests that start work are let through each minute."""
    time.sleep(60 - time.time() % 60 + 0.1)


def remove_file(client: Client, download: dict) -> None:
    client.post(f"downloads/{download['id']}/delete-file/", {})
    client.post("assets/bulk/", {"action": "purge", "ids": [download["asset"]]})


def by_ytdlp(site: Site, folder: Path) -> float:
    target = folder / "bare.mp4"
    command = [sys.executable, "-m", "yt_dlp", "--quiet", "--no-config"]
    started = time.perf_counter()
    subprocess.run([*command, "-o", str(target), f"{site.address}/b.mp4"], check=True)
    elapsed_s = time.perf_counter() - started
    if target.stat().st_size != site.size_bytes:
        raise RuntimeError("the file is not whole")
    target.unlink()
    return elapsed_s


def transfer(server: RunningServer, folder: Path, size_mib: int, runs: int) -> None:
    client = Client(server.url)
    ours: list[float] = []
    bare: list[float] = []
    grown: list[float] = []
    with serving(size_mib * MEBIBYTE) as site:
        warm = fetched(client, f"{site.address}/warm.mp4")
        remove_file(client, warm)
        for run in range(runs):
            with Memory(worker_of(server)) as memory:
                started = time.perf_counter()
                done = fetched(client, f"{site.address}/{run}.mp4")
                ours.append(time.perf_counter() - started)
            grown.append(memory.peak_mib - memory.before_mib)
            remove_file(client, done)
            bare.append(by_ytdlp(site, folder))
    print(header(f"{size_mib} MiB over loopback"))
    print(row("ours, asked for until in the library", ours, "s"))
    print(row("bare yt-dlp command", bare, "s"))
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    print(row("ratio, pair by pair (limit 1.10)", ratios))
    print(row("the worker's memory grew by (limit 30)", grown, "MiB"))


def resent(server: RunningServer, size_mib: int) -> None:
    client = Client(server.url)
    extra: list[float] = []
    with serving(size_mib * MEBIBYTE) as site:
        digest = site.digest()
        for share in (0.1, 0.5, 0.9):
            site.cuts, site.sent_bytes = [share], 0
            done = fetched(client, f"{site.address}/cut-{share}.mp4")
            if digest_of(server, site.size_bytes) != digest:
                raise RuntimeError("the bytes differ after a cut")
            extra.append((site.sent_bytes - site.size_bytes) / MEBIBYTE)
            remove_file(client, done)
    print(header("Cut at 10, 50 and 90 %, hashes equal"))
    print(row("sent again (limit 1)", extra, "MiB"))


def queue(server: RunningServer) -> None:
    """A hundred in a line of three; the first three are held until all are there."""
    next_minute()
    client = Client(server.url)
    with serving(64 * 1024) as site:
        site.gate.clear()
        holding = [
            client.post("downloads/", {"url": f"{site.address}/hold-{n}.mp4"})["id"]
            for n in range(SLOTS)
        ]
        while sum(site.hits.values()) < SLOTS:
            time.sleep(0.05)
        asked = []
        for number in range(QUEUED):
            priority = PRIORITIES[number % 3]
            body = {"url": f"{site.address}/{number}.mp4", "priority": priority}
            asked.append((client.post("downloads/", body)["id"], priority))
        started = time.perf_counter()
        site.gate.set()
        found = _ended(client, [name for name, _priority in asked])
        elapsed_s = time.perf_counter() - started
        hits = [site.hits[f"/{number}.mp4"] for number in range(QUEUED)]
        _ended(client, holding)
    ranks = {"high": 0, "normal": 1, "low": 2}
    wanted = [
        name
        for _rank, _number, name in sorted(
            (ranks[priority], number, name)
            for number, (name, priority) in enumerate(asked)
        )
    ]
    begun = sorted(found, key=lambda name: found[name]["started_at"])
    off = sum(one != other for one, other in zip(begun, wanted, strict=True))
    states = Counter(each["state"] for each in found.values())
    print(header(f"{QUEUED} downloads with {SLOTS} slots"))
    print(f"ended: {dict(states)} in {elapsed_s:.1f} s")
    print(f"at the same time: {_most(found)} at most")
    print(f"fetched twice: {sum(count != 1 for count in hits)}; out of order: {off}")


def _ended(client: Client, names: list[str]) -> dict[str, dict]:
    found: dict[str, dict] = {}
    give_up = time.monotonic() + 240
    while len(found) < len(names):
        for name in names:
            if name in found:
                continue
            one = client.get(f"downloads/{name}/")
            if one["state"] in {"succeeded", "failed", "cancelled"}:
                found[name] = one
            else:
                break
        if time.monotonic() > give_up:
            raise RuntimeError(f"{len(names) - len(found)} downloads did not end")
        time.sleep(0.1)
    return found


def _most(found: dict[str, dict]) -> int:
    """How many ran at one moment."""
    moments = [(each["started_at"], 1) for each in found.values()]
    moments += [(each["finished_at"], -1) for each in found.values()]
    running = most = 0
    for _moment, change in sorted(moments):
        running += change
        most = max(most, running)
    return most


def looks(server: RunningServer) -> None:
    times = []
    next_minute()
    client = Client(server.url)
    with serving(MEBIBYTE) as site:
        url = f"{site.address}/looked-at.mp4"
        client.post("downloads/inspect/", {"url": url})
        for number in range(LOOKS):
            started = time.perf_counter()
            answer = client.post("downloads/inspect/", {"url": url})
            times.append((time.perf_counter() - started) * 1000)
            if answer["cache"] != "HIT":
                raise RuntimeError("not from the cache")
            if number % 100 == 99:
                next_minute()
                # The server has ended the idle connection.
                client = Client(server.url)
    print(header("Looking up what is in the cache"))
    print(row("POST downloads/inspect/ (median limit 15)", times, "ms"))
    print(f"95 of 100 within {statistics.quantiles(times, n=20)[-1]:.1f} ms")


def browsing() -> None:
    """In a process of its own, because it needs Django and its services."""
    command = [sys.executable, "-m", "tests.benchmarks.browsing"]
    subprocess.run(command, check=True)


def main() -> None:
    size_mib = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    environment = {
        "STREAMFETCH_MAX_VIDEO_BYTES": str(2 * size_mib * MEBIBYTE),
        "STREAMFETCH_DOWNLOADS_PER_USER": str(SLOTS),
        "STREAMFETCH_DOWNLOADS_PER_SITE": str(SLOTS),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_server(folder, environment=environment) as server:
            transfer(server, folder, size_mib, runs)
            resent(server, size_mib)
            looks(server)
            queue(server)
    browsing()


if __name__ == "__main__":
    main()
