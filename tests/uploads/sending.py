"""Sends files the way the browser does: announce, PUT the parts, complete."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from rest_framework.test import APIClient

from streamfetch.storage.backends import media_storage

UPLOADS = "/api/v1/uploads/"
COLLECTIONS = ("quarantine/", "assets/")


class Browser:
    """One person's browser; bytes go to storage over real HTTP."""

    def __init__(self, api: APIClient, http: httpx.Client, media_server: str) -> None:
        self.api = api
        self._http = http
        self._media_server = media_server

    def start(self, name: str, size_bytes: int, **values: Any) -> dict[str, Any]:
        body = {"filename": name, "content_type": "video/mp4", "size_bytes": size_bytes}
        answer = self.api.post(UPLOADS, body | values)
        assert answer.status_code == 201, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def put(self, row: dict[str, Any], body: bytes) -> httpx.Response:
        return self._http.request(
            row["method"],
            urljoin(self._media_server, row["url"]),
            content=body,
            headers=row["headers"],
        )

    def send_parts(
        self,
        upload: dict[str, Any],
        content: bytes,
        *,
        rows: Iterable[dict[str, Any]] | None = None,
        but: int = 0,
    ) -> None:
        """Send the parts that `rows` have addresses for, without number `but`."""
        size = upload["part_size"]
        for row in upload["urls"] if rows is None else rows:
            if row["number"] == but:
                continue
            start = (row["number"] - 1) * size
            sent = self.put(row, content[start : start + size])
            assert sent.is_success, sent.text

    def complete(self, upload: dict[str, Any]) -> Any:
        return self.api.post(f"{UPLOADS}{upload['id']}/complete/")

    def upload(self, path: Path, name: str = "") -> Any:
        """The whole of it; returns the answer to `complete`."""
        content = path.read_bytes()
        upload = self.start(name or path.name, len(content))
        self.send_parts(upload, content)
        return self.complete(upload)


def stored_keys() -> list[str]:
    """Keys of everything that uploads and assets have in storage."""
    storage = media_storage()
    return [
        stored.key for prefix in COLLECTIONS for stored in storage.list_prefix(prefix)
    ]
