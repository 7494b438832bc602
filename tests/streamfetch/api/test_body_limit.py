"""Bodies that are too large are refused before anything is read or written."""

from collections.abc import Iterator

import httpx
from django.conf import settings

from tests.streamfetch.private_server import PrivateServer

URL = "/api/v1/uploads/"
MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
JSON = {"Content-Type": "application/json"}


def assert_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 413, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "too_large"
    assert "8 MB" in answer.json()["detail"]


def test_announced(private_server: PrivateServer) -> None:
    with private_server.program("alice") as alice:
        assert_refused(alice.post(URL, content=b" " * (MOST + 1), headers=JSON))
        # As large as allowed: read, and found to be no upload.
        answer = alice.post(URL, content=b" " * (MOST - 2) + b"{}", headers=JSON)
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid"


def test_not_announced(private_server: PrivateServer) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MOST // 65_536 + 2):
            yield b" " * 65_536

    known = len(private_server.log())
    with private_server.program("alice") as alice:
        assert_refused(alice.post(URL, content=endless(), headers=JSON))
    assert "Traceback" not in private_server.log()[known:]


def test_forms_too(private_server: PrivateServer) -> None:
    with httpx.Client(base_url=private_server.url) as client:
        answer = client.post("/login/", data={"username": "x" * (MOST + 1)})
    assert_refused(answer)
