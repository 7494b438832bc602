"""Downloads over loopback: against the bare yt-dlp, after cuts, and the cache.

python -m tests.benchmarks.downloads [MEBIBYTES] [RUNS]
"""

import hashlib
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from downloads.sources.base import Means, Wanted
from downloads.sources.direct import DirectSource
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import EgressProxy
from tests.benchmarks.figures import header, row

MEBIBYTE = 1024 * 1024
BLOCK = bytes(range(256)) * 4096


class Site:
    """One large file; `cut_at` ends the connection after so many bytes, once."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.cut_at = 0
        self.sent_bytes = 0
        self.url = ""


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Only the time counts."""

        def do_HEAD(self) -> None:
            self._head(0)

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "").removeprefix("bytes=")
            start = int(wanted.partition("-")[0] or 0)
            self._head(start)
            end = site.size_bytes
            if site.cut_at:
                end, site.cut_at = site.cut_at, 0
                self.close_connection = True
            at = start
            while at < end:
                offset = at % len(BLOCK)
                piece = memoryview(BLOCK)[offset : offset + end - at]
                try:
                    self.wfile.write(piece)
                except OSError:
                    return
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
        site.url = f"http://127.0.0.1:{server.server_port}/large.mp4"
        yield site
        server.shutdown()


def by_us(site: Site, folder: Path) -> Path:
    limits = EgressLimits(max_bytes=2 * site.size_bytes)
    with EgressProxy(AllowedHosts.parse("127.0.0.1"), limits=limits) as proxy:
        fetched = DirectSource().fetch(
            Wanted(url=site.url),
            means=Means(
                directory=folder,
                proxy=proxy,
                max_bytes=2 * site.size_bytes,
                deadline_s=3600,
            ),
            on_received=lambda _received: None,
            on_found=lambda _found: None,
        )
    if fetched is None:
        raise RuntimeError("the file was not taken for a file")
    return fetched.paths[0]


def by_ytdlp(site: Site, folder: Path) -> Path:
    target = folder / "bare.mp4"
    command = [sys.executable, "-m", "yt_dlp", "--quiet", "--no-config"]
    subprocess.run([*command, "-o", str(target), site.url], check=True)
    return target


def timed(site: Site, fetch: Callable[[Site, Path], Path]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        path = fetch(site, Path(folder))
        elapsed_s = time.perf_counter() - started
        if path.stat().st_size != site.size_bytes:
            raise RuntimeError("the file is not whole")
    return elapsed_s


def main() -> None:
    size_mib = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with serving(size_mib * MEBIBYTE) as site:
        before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours: list[float] = []
        bare: list[float] = []
        for _run in range(runs):
            ours.append(timed(site, by_us))
            bare.append(timed(site, by_ytdlp))
        after_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(header(f"{size_mib} MiB over loopback, seconds"))
        print(row("ours, through the proxy", ours, "s"))
        print(row("bare yt-dlp", bare, "s"))
        ratios = [one / other for one, other in zip(ours, bare, strict=True)]
        print(row("ratio, pair by pair", ratios))
        grown_mib = (after_kib - before_kib) / 1024
        print(f"peak memory of this process grew by {grown_mib:.1f} MiB")
        resent(site)


def resent(site: Site) -> None:
    whole = hashlib.sha256()
    for start in range(0, site.size_bytes, len(BLOCK)):
        whole.update(BLOCK[: site.size_bytes - start])
    extra = []
    for share in (0.1, 0.5, 0.9):
        site.cut_at, site.sent_bytes = int(share * site.size_bytes), 0
        with tempfile.TemporaryDirectory() as folder:
            path = by_us(site, Path(folder))
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").digest() == whole.digest()
        if not same:
            raise RuntimeError("the bytes differ after a cut")
        extra.append((site.sent_bytes - site.size_bytes) / MEBIBYTE)
    print(f"sent again after cuts at 10, 50, 90 %: {max(extra):.3f} MiB at most")
    print(f"median {statistics.median(extra):.3f} MiB; hashes equal")


if __name__ == "__main__":
    main()
