"""Answers with a file: which bytes, and headers that keep users' media harmless."""

import os
import time
from collections.abc import AsyncIterator
from email.utils import formatdate

from anyio import to_thread
from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from streamfetch.storage import keys
from streamfetch.storage.contract import StoredObject
from streamfetch.storage.disk import disk_errors
from streamfetch.storage.disposition import attachment
from streamfetch.storage.http_ranges import (
    Slice,
    Unsatisfiable,
    asked_slice,
    is_unchanged,
    range_applies,
)
from streamfetch.storage.local import LocalMediaStorage
from streamfetch.storage.signing import ReadGrant

# Large enough that the hop to a thread is cheap, small enough for 1,000 viewers.
BLOCK_BYTES = 512 * 1024


class FileSliceResponse(StreamingResponse):
    """Some bytes of an open file; closes it whatever happens to the client."""

    def __init__(
        self, descriptor: int, part: Slice, *, status: int, headers: dict[str, str]
    ) -> None:
        super().__init__(self._blocks(part), status_code=status, headers=headers)
        self._descriptor = descriptor

    async def _blocks(self, part: Slice) -> AsyncIterator[bytes]:
        position = part.start
        while position < part.end:
            block = await to_thread.run_sync(
                os.pread,
                self._descriptor,
                min(BLOCK_BYTES, part.end - position),
                position,
            )
            if not block:
                # Shorter than a moment ago: the connection is cut, so that the
                # client sees that something is missing.
                raise OSError("the file ended early")
            position += len(block)
            yield block

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._descriptor)


def file_response(
    request: Request, grant: ReadGrant, storage: LocalMediaStorage, key: str
) -> Response:
    """The file under `key`, or the part of it that is asked for.

    Reads the disk: call it from a worker thread. Raises `ObjectMissing`.
    """
    descriptor, stored = storage.open_object(key)
    try:
        with disk_errors():
            answer = _answer(request, grant, descriptor=descriptor, stored=stored)
    except BaseException:
        os.close(descriptor)
        raise
    if not isinstance(answer, FileSliceResponse):
        os.close(descriptor)
    return answer


def _answer(
    request: Request, grant: ReadGrant, *, descriptor: int, stored: StoredObject
) -> Response:
    modified_s = int(os.fstat(descriptor).st_mtime)
    headers = _headers(stored, download_name=grant.download_name) | {
        "Accept-Ranges": "bytes",
        "Last-Modified": formatdate(modified_s, usegmt=True),
        "Cache-Control": _cache_control(stored.key, expires_at_s=grant.expires_at_s),
    }
    asked = request.headers
    if is_unchanged(
        if_none_match=asked.get("if-none-match"),
        if_modified_since=asked.get("if-modified-since"),
        etag=stored.etag,
        modified_s=modified_s,
    ):
        return Response(status_code=304, headers=headers)
    part: Slice | None = None
    if range_applies(asked.get("if-range"), etag=stored.etag, modified_s=modified_s):
        try:
            part = asked_slice(asked.get("range"), size_bytes=stored.size_bytes)
        except Unsatisfiable:
            headers["Content-Range"] = f"bytes */{stored.size_bytes}"
            return Response(status_code=416, headers=headers)
    status = 200
    if part is not None:
        status = 206
        headers["Content-Range"] = (
            f"bytes {part.start}-{part.end - 1}/{stored.size_bytes}"
        )
    chosen = part or Slice(0, stored.size_bytes)
    headers["Content-Length"] = str(chosen.length)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    if chosen.length > BLOCK_BYTES:
        return FileSliceResponse(descriptor, chosen, status=status, headers=headers)
    # Most segments and pictures: one visit to a thread instead of three.
    content = os.pread(descriptor, chosen.length, chosen.start)
    return Response(content, status_code=status, headers=headers)


def manifest_response(
    request: Request, *, stored: StoredObject, content: bytes
) -> Response:
    """A manifest that came from the bucket; always asked for anew, as it grows."""
    headers = _headers(stored, download_name=None) | {
        "Cache-Control": "private, no-cache"
    }
    if is_unchanged(
        if_none_match=request.headers.get("if-none-match"),
        if_modified_since=None,
        etag=stored.etag,
        modified_s=0,
    ):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers)


def _headers(stored: StoredObject, *, download_name: str | None) -> dict[str, str]:
    headers = {
        "Content-Type": keys.file_type(stored.key).content_type,
        "ETag": stored.etag,
        # A person's file may claim to be a page: it never runs as one of ours.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
    }
    if settings.CDN_URL:
        # Pages fetch it from the CDN's origin; the token is the only key to it.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers["Access-Control-Allow-Origin"] = "*"
    if download_name is not None:
        headers["Content-Disposition"] = attachment(download_name)
    return headers


def _cache_control(key: str, *, expires_at_s: int) -> str:
    # A CDN in front may keep what the address alone gives access to.
    audience = "public" if settings.CDN_URL else "private"
    if keys.file_type(key).grows:
        return f"{audience}, no-cache"
    left_s = max(0, expires_at_s - int(time.time()))
    return f"{audience}, max-age={left_s}, immutable"
