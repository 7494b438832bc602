"""A web site on loopback that behaves, or misbehaves, as its addresses say."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HALF = 2
CLAIMED_BYTES = 5 * 1024**3


class Site:
    """`content` is what its files hold; `hits` counts requests by path."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.hits: Counter[str] = Counter()
        self.leave = threading.Event()
        self.address = ""

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Nothing: tests look at `hits`."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.hits[path] += 1
            name = path.strip("/").partition("/")[0].partition(".")[0]
            getattr(self, f"answer_{name}", self.answer_video)()

        def _head(self, status: int, length: int, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            for header, value in headers.items():
                self.send_header(header.replace("_", "-"), value)
            self.end_headers()

        def answer_video(self) -> None:
            self._head(200, len(site.content), Content_Type="video/mp4")
            self.wfile.write(site.content)

        def answer_slow(self) -> None:
            """All of it, after a while."""
            site.leave.wait(2)
            self.answer_video()

        def answer_named(self) -> None:
            disposition = (
                "attachment; filename*=UTF-8''..%2F..%2FM%C3%B8te%20%F0%9F%8E%AC.mp4"
            )
            self._head(200, len(site.content), Content_Disposition=disposition)
            self.wfile.write(site.content)

        def answer_page(self) -> None:
            page = b"<!doctype html><title>No video here</title>" * 20
            self._head(200, len(page), Content_Type="text/html")
            self.wfile.write(page)

        def answer_empty(self) -> None:
            self._head(200, 0)

        def answer_missing(self) -> None:
            self._head(404, 0)

        def answer_busy(self) -> None:
            if site.hits["/busy.mp4"] > 1:
                self.answer_video()
            else:
                self._head(503, 0)

        def answer_later(self) -> None:
            self._head(429, 0, Retry_After="90")

        def answer_moved(self) -> None:
            self._head(302, 0, Location="/video.mp4")

        def answer_inside(self) -> None:
            self._head(302, 0, Location="http://169.254.169.254/latest/meta-data/")

        def answer_file(self) -> None:
            self._head(302, 0, Location="file:///etc/passwd")

        def answer_loop(self) -> None:
            self._head(302, 0, Location="/loop")

        def answer_huge(self) -> None:
            self._head(200, CLAIMED_BYTES)

        def answer_endless(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            while not site.leave.is_set():
                try:
                    self.wfile.write(bytes(65_536))
                except OSError:
                    return

        def answer_cut(self) -> None:
            """Half of it, the first two times."""
            self._head(200, len(site.content))
            if site.hits["/cut.mp4"] > HALF:
                self.wfile.write(site.content)
            else:
                self.wfile.write(site.content[: len(site.content) // 2])
                self.close_connection = True

        def answer_silent(self) -> None:
            """A little, and then nothing more."""
            self._head(200, len(site.content))
            self.wfile.write(site.content[:100])
            self.wfile.flush()
            site.leave.wait(60)
            self.close_connection = True

    return Handler


@contextmanager
def serving(content: bytes) -> Iterator[Site]:
    site = Site(content)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.leave.set()
        server.shutdown()
        server.server_close()
