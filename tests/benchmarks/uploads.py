"""Sending a large file to a bucket: the page's own code against a bare loop over the
same parts, the memory of the server meanwhile, and what a cut at 50 % costs.

python -m tests.benchmarks.uploads [MIB]
"""

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import psutil

from tests import media
from tests.benchmarks.figures import header, row
from tests.cut_link import CutLink
from tests.running_server import ROOT, RunningServer, running_server

MIB = 1024 * 1024
BUCKET = "library"
PAIRS = 2
PART_BYTES = 10 * MIB
LANES = 4


@contextmanager
def bucket() -> Iterator[CutLink]:
    """A moto server in a process of its own, behind a link."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    moto = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/").close()
                break
            except OSError:
                time.sleep(0.1)
        with CutLink(("127.0.0.1", port)) as link:
            boto3.client(
                "s3",
                endpoint_url=f"http://127.0.0.1:{link.port}",
                region_name="us-east-1",
                aws_access_key_id="key",
                aws_secret_access_key="secret",
            ).create_bucket(Bucket=BUCKET)
            yield link
    finally:
        moto.terminate()
        moto.wait(30)


def large_file(path: Path, *, size_bytes: int, mark: int) -> Path:
    """A second of video and a hole that players skip; `mark` makes each another."""
    video = media.video(duration_s=1).read_bytes()
    room = size_bytes - len(video)
    with path.open("wb") as file:
        file.write(video)
        # A box with its size in 64 bits (ISO/IEC 14496-12, 4.2).
        file.write(b"\0\0\0\1free" + room.to_bytes(8, "big") + mark.to_bytes(8, "big"))
        file.truncate(size_bytes)
    return path


def send(how: str, server: RunningServer, path: Path) -> float:
    """Seconds, as the client counts them."""
    script = ROOT / "tests/benchmarks/upload_client.js"
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [str(node), str(script), how, server.url, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds: float = json.loads(done.stdout)["seconds"]
    return seconds


class Memory:
    """The resident memory of the web process, watched while the block runs."""

    def __init__(self, server: RunningServer) -> None:
        children = psutil.Process(server.process.pid).children(recursive=True)
        self._web = next(each for each in children if "uvicorn" in each.cmdline())
        self.before = self._web.memory_info().rss
        self.most = self.before
        self._done = threading.Event()

    def __enter__(self) -> "Memory":
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.most = max(self.most, self._web.memory_info().rss)


def main() -> None:
    size_mib = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    size_bytes = size_mib * MIB
    ratios, grown = [], []
    with tempfile.TemporaryDirectory() as name, bucket() as link:
        folder = Path(name)
        settings = {
            "STORAGE_PROVIDER": "s3",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{link.port}",
            "S3_BUCKET": BUCKET,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY_ID": "key",
            "S3_SECRET_ACCESS_KEY": "secret",
            "STREAMFETCH_MAX_VIDEO_BYTES": str(size_bytes),
        }
        with running_server(folder, environment=settings) as server:
            path = folder / "large.mp4"
            send("page", server, large_file(path, size_bytes=PART_BYTES, mark=0))
            for pair in range(PAIRS):
                large_file(path, size_bytes=size_bytes, mark=2 * pair + 1)
                bare = send("bare", server, path)
                large_file(path, size_bytes=size_bytes, mark=2 * pair + 2)
                with Memory(server) as memory:
                    ours = send("page", server, path)
                ratios.append(bare / ours)
                grown.append((memory.most - memory.before) / MIB)
            large_file(path, size_bytes=size_bytes, mark=99)
            before = link.sent_bytes
            sending = threading.Thread(target=send, args=("page", server, path))
            sending.start()
            while link.sent_bytes - before < size_bytes / 2:
                time.sleep(0.01)
            link.cut()
            sending.join()
            again = (link.sent_bytes - before - size_bytes) / PART_BYTES
    print(header(f"{size_mib} MiB to a bucket, {PAIRS} pairs"))
    print(row("speed of the bare loop's (limit 0.8)", ratios))
    print(row("memory of the server (limit +20)", grown, "MiB"))
    print(row(f"parts sent again after a cut (limit {LANES})", [again]))


if __name__ == "__main__":
    main()
