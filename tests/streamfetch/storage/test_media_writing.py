"""Uploads to local disk over real HTTP: lying clients, cut lines, two tabs."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psutil
import pytest

from streamfetch.storage import keys, signing
from streamfetch.storage.backends import LocalMediaStorage
from streamfetch.storage.contract import (
    MEBIBYTE,
    PartPlan,
    StoredObject,
    UploadTarget,
)
from streamfetch.storage.errors import PartMissing

PLAN = PartPlan(5 * 100_000, 200_000)
BODY = os.urandom(200_000)


@dataclass(frozen=True)
class Upload:
    """One upload in parts and one in a single PUT, of the same key."""

    storage: LocalMediaStorage
    key: str
    id: str
    root: Path

    def part(self, number: int = 1) -> UploadTarget:
        return self.storage.part_target(
            self.key, self.id, number, plan=PLAN, expires_s=60
        )

    @property
    def whole(self) -> UploadTarget:
        return self.storage.upload_target(
            self.key, content_type="video/mp4", size_bytes=len(BODY), expires_s=60
        )

    @property
    def both(self) -> list[UploadTarget]:
        return [self.part(), self.whole]

    def parts(self) -> list[int]:
        return [part.number for part in self.storage.list_parts(self.key, self.id)]

    def complete(self) -> StoredObject:
        return self.storage.complete_multipart(self.key, self.id, plan=PLAN)

    def read(self) -> bytes:
        return self.storage.read_range(self.key, 0, 2 * PLAN.size_bytes)

    def assert_nothing_came(self) -> None:
        """No part, no object, and soon no file of the attempt either."""
        incoming = self.root / ".incoming"
        deadline = time.monotonic() + 10
        while incoming.is_dir() and list(incoming.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert self.storage.head(self.key) is None
        assert self.parts() == []


@pytest.fixture
def upload(local_storage, settings) -> Upload:
    key = keys.quarantine(uuid4())
    upload_id = local_storage.create_multipart(key, content_type="video/mp4", plan=PLAN)
    return Upload(local_storage, key, upload_id, Path(settings.MEDIA_ROOT))


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["code"]


def blocks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 7000):
        yield body[start : start + 7000]


def connect(base_url: str, head: str, body: bytes) -> socket.socket:
    """A request that sends what it likes, whatever it announced."""
    address = urlsplit(base_url)
    line = socket.create_connection((address.hostname, address.port), 10)
    line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    return line


def announce(target: UploadTarget) -> str:
    return (
        f"PUT {target.url} HTTP/1.1\nHost: x\nContent-Type: video/mp4\n"
        f"Content-Length: {target.size_bytes}"
    )


def test_a_part_counts_once_it_is_whole(send, upload) -> None:
    answer = send(upload.part(), BODY)
    assert answer.status_code == 200
    [stored] = upload.storage.list_parts(upload.key, upload.id)
    assert (stored.number, stored.size_bytes) == (1, len(BODY))
    assert answer.headers["etag"] == stored.etag


@pytest.mark.parametrize("difference", [1, 10_000])
def test_too_much(send, upload, difference: int) -> None:
    for target in upload.both:
        answer = send(target, BODY + b"x" * difference)
        assert problem_of(answer) == (413, "too_large")
    upload.assert_nothing_came()


@pytest.mark.parametrize("length", [0, 1, len(BODY) - 1])
def test_too_little(send, upload, length: int) -> None:
    for target in upload.both:
        assert problem_of(send(target, BODY[:length])) == (400, "size_mismatch")
    upload.assert_nothing_came()


def test_a_body_of_unannounced_length(http, upload) -> None:
    url = upload.part().url
    short = http.put(url, content=blocks(BODY[:-1]))
    assert problem_of(short) == (400, "size_mismatch")
    upload.assert_nothing_came()
    assert http.put(url, content=blocks(BODY)).status_code == 200
    assert upload.parts() == [1]


def test_an_endless_body_is_not_kept(media_server, upload) -> None:
    """Chunks without an end: refused at the signed length."""
    head = f"PUT {upload.part().url} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked"
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    with connect(media_server, head, chunk * 4) as line:
        assert b"413" in line.recv(1000)
    upload.assert_nothing_came()


@pytest.mark.parametrize("sent", [0, 20_000, 100_000, 180_000])
def test_a_cut_line(media_server, upload, sent: int) -> None:
    for target in upload.both:
        connect(media_server, announce(target), BODY[:sent]).close()
    upload.assert_nothing_came()


def test_a_cut_resending_keeps_the_part(media_server, send, upload) -> None:
    send(upload.part(), BODY).raise_for_status()
    connect(media_server, announce(upload.part()), b"x" * 100_000).close()
    for number in (2, 3):
        target = upload.part(number)
        send(target, BODY[: target.size_bytes]).raise_for_status()
    upload.complete()
    assert upload.read()[: len(BODY)] == BODY


def test_two_tabs_send_the_same_part(http, upload) -> None:
    """Whoever is last wins, and no byte of the other is in it."""
    bodies = [bytes([value]) * len(BODY) for value in range(8)]
    url = upload.part().url
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(
            pool.map(lambda body: http.put(url, content=blocks(body)), bodies)
        )
    assert [answer.status_code for answer in answers] == [200] * len(bodies)
    assert upload.parts() == [1]
    data = upload.root / ".uploads" / upload.id / "data"
    assert data.read_bytes()[: len(BODY)] in bodies


def test_two_tabs_send_the_same_object(http, upload) -> None:
    bodies = [bytes([value]) * len(BODY) for value in range(8)]
    target = upload.whole
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(
            pool.map(
                lambda body: http.put(
                    target.url, content=blocks(body), headers=target.headers
                ),
                bodies,
            )
        )
    assert [answer.status_code for answer in answers] == [200] * len(bodies)
    assert upload.read() in bodies


def test_parts_that_come_while_the_upload_is_completed(http, send, upload) -> None:
    """A late copy of a part never lands in the finished, checked object."""
    for number in (1, 2, 3):
        target = upload.part(number)
        send(target, BODY[: target.size_bytes]).raise_for_status()
    url = upload.part().url
    with ThreadPoolExecutor(5) as pool:
        late = [pool.submit(http.put, url, content=b"x" * len(BODY)) for _n in range(4)]
        stored = None
        while stored is None:
            # A part that is being replaced does not count for that moment.
            with contextlib.suppress(PartMissing):
                stored = upload.complete()
        content = upload.read()
        statuses = {each.result().status_code for each in late}
    assert statuses <= {200, 404}
    assert content[: len(BODY)] in {BODY, b"x" * len(BODY)}
    assert upload.storage.head(upload.key) == stored
    assert upload.read() == content
    assert http.put(url, content=BODY).status_code == 404


# Who may not ------------------------------------------------------------------


def test_another_type_than_signed(send, upload) -> None:
    lying = replace(upload.whole, headers={"Content-Type": "text/html"})
    assert problem_of(send(lying, BODY)) == (400, "content_type_mismatch")
    upload.assert_nothing_came()


def test_an_expired_link(http, upload) -> None:
    grant = signing.WriteGrant(upload.key, 5, int(time.time()) - 1)
    url = f"/media/{signing.write_token(grant)}/content"
    assert problem_of(http.put(url, content=b"12345")) == (403, "link_expired")


def test_a_refusal_is_seen_by_those_who_are_still_sending(media_server, upload):
    """Browsers send the whole part before they look at the answer."""
    grant = signing.WriteGrant(upload.key, 10 * MEBIBYTE, int(time.time()) - 1)
    url = f"/media/{signing.write_token(grant)}/content"
    target = replace(upload.whole, url=url, size_bytes=10 * MEBIBYTE)
    with connect(media_server, announce(target), bytes(10 * MEBIBYTE)) as line:
        assert b"403" in line.recv(100)
    upload.assert_nothing_came()


def test_forged_links(http, upload) -> None:
    token = upload.whole.url.split("/")[2]
    body, _dot, mac = token.partition(".")
    for url in (
        f"/media/{body}x.{mac}/content",
        f"/media/{body}.{mac[:-1]}/content",
        f"/media/{body}/content",
        f"/media/{token}/other",
        f"/media/{token}/../content",
        upload.storage.playback_url(upload.key).url,
    ):
        assert http.put(url, content=BODY).status_code in {403, 404}
    upload.assert_nothing_came()


def test_after_the_upload_ended(send, upload) -> None:
    target = upload.part()
    upload.storage.abort_multipart(upload.key, upload.id)
    assert problem_of(send(target, BODY)) == (404, "upload_gone")


def test_a_full_disk_is_said_before_a_byte_is_sent(http, settings, upload) -> None:
    target = upload.whole
    default = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**default, "OPTIONS": {"reserve_bytes": 2**60}},
    }
    answer = http.put(target.url, content=BODY, headers=target.headers)
    assert problem_of(answer) == (507, "disk_full")


# A server of its own ----------------------------------------------------------

SERVER = """
import sys, resource
import django
from django.conf import settings
root, limit = sys.argv[1], int(sys.argv[2])
settings.configure(
    SECRET_KEY=sys.argv[3], MEDIA_ROOT=root, CDN_URL="", SIGNED_URL_TTL_S=3600,
    STORAGES={"default": {
        "BACKEND": "streamfetch.storage.backends.LocalMediaStorage"}},
)
django.setup()
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from streamfetch.storage.media_app import media_app
app = Starlette(routes=[Mount("/media", app=media_app)])
server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0,
                                       log_level="error"))
startup = server.startup
async def announce(sockets=None):
    await startup(sockets)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
server.startup = announce
server.run()
"""


@pytest.fixture
def start_server(settings) -> Iterator[object]:
    started: list[subprocess.Popen[str]] = []

    def start(*, largest_file_bytes: int = 0) -> tuple[psutil.Process, str]:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                SERVER,
                str(settings.MEDIA_ROOT),
                str(largest_file_bytes),
                settings.SECRET_KEY,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        port = int(process.stdout.readline())
        return psutil.Process(process.pid), f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_disk_that_fills_up_in_the_middle(start_server, upload) -> None:
    """The system refuses the write half-way; the server says so and lives on."""
    _process, base_url = start_server(largest_file_bytes=150_000)
    for _time in range(2):
        answer = httpx.put(base_url + upload.part().url, content=BODY, trust_env=False)
        assert problem_of(answer) == (507, "disk_full")
        upload.assert_nothing_came()


def peak_bytes(process: psutil.Process) -> int:
    """The most resident memory that a process ever had."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def zeros(size_bytes: int) -> Iterator[bytes]:
    block = bytes(MEBIBYTE)
    for _time in range(size_bytes // MEBIBYTE):
        yield block


def test_memory_stays_flat_with_large_files(start_server, local_storage) -> None:
    key = keys.quarantine(uuid4())
    size_bytes = 200 * MEBIBYTE
    process, base_url = start_server()
    target = local_storage.upload_target(
        key, content_type="video/mp4", size_bytes=size_bytes, expires_s=60
    )
    headers = {**target.headers, "Content-Length": str(size_bytes)}
    with httpx.Client(base_url=base_url, trust_env=False, timeout=60) as client:
        client.get("/media/x/y")
        before = peak_bytes(process)
        answer = client.put(target.url, content=zeros(size_bytes), headers=headers)
        assert answer.status_code == 200
        received = 0
        with client.stream("GET", local_storage.playback_url(key).url) as file:
            for block in file.iter_raw():
                received += len(block)
    assert received == size_bytes
    assert peak_bytes(process) - before < 20 * MEBIBYTE


def test_killed_in_the_middle_of_a_part(start_server, upload) -> None:
    process, base_url = start_server()
    incoming = upload.root / ".incoming"
    with connect(base_url, announce(upload.part()), BODY[:150_000]):
        deadline = time.monotonic() + 10
        while not (incoming.is_dir() and list(incoming.iterdir())):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert upload.parts() == []
    # What it left goes with the clean-up.
    assert upload.storage.abort_stale(older_than_s=-1) >= 1
    assert list(incoming.iterdir()) == []
