"""A site on loopback with files, ranges and cuts, for sources without a database."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Shelf:
    """`files` by path: (content type, bytes). `cuts` are shares of a file after
    which the connection ends, each once. `asked` are the requests as they came.
    """

    files: dict[str, tuple[str, bytes]]
    cuts: list[float] = field(default_factory=list)
    has_ranges: bool = True
    etag: str = '"1"'
    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    lies_by_bytes: int = 0
    refusals: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


def _handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Nothing: tests look at `asked`."""

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            wanted = self.headers.get("Range", "")
            shelf.asked.append((path, wanted))
            shelf.cookies.append(self.headers.get("Cookie", ""))
            if path in shelf.refusals:
                status, headers = shelf.refusals[path]
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                return
            if path not in shelf.files:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            kind, content = shelf.files[path]
            start = 0
            found = re.match(r"bytes=(\d+)-", wanted)
            same = self.headers.get("If-Range", shelf.etag) == shelf.etag
            if found and shelf.has_ranges and same:
                start = int(found[1])
                self.send_response(206)
                end = len(content) - 1
                self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
            else:
                self.send_response(200)
            self.send_header("Content-Type", kind)
            if shelf.has_ranges:
                self.send_header("ETag", shelf.etag)
                self.send_header("Accept-Ranges", "bytes")
            rest = content[start:]
            self.send_header("Content-Length", str(len(rest) + shelf.lies_by_bytes))
            self.end_headers()
            if not with_body:
                return
            if shelf.cuts:
                rest = content[
                    start : max(start, int(shelf.cuts.pop(0) * len(content)))
                ]
                self.close_connection = True
            if shelf.lies_by_bytes:
                self.close_connection = True
            shelf.sent_bytes += len(rest)
            self.wfile.write(rest)

    return Handler


@contextmanager
def serving(files: dict[str, tuple[str, bytes]], **how: object) -> Iterator[Shelf]:
    shelf = Shelf(files, **how)  # type: ignore[arg-type]
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shelf))
    server.daemon_threads = True
    shelf.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
