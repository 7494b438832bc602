"""Takes the body of one upload request to disk as it comes, at its signed size."""

import contextlib

from anyio import CancelScope, fail_after, to_thread
from django.utils.translation import gettext as _
from starlette.requests import ClientDisconnect, Request

from streamfetch.errors import TooLarge
from streamfetch.storage.contract import MEBIBYTE
from streamfetch.storage.disk import Incoming, disk_errors
from streamfetch.storage.errors import UploadRefused
from streamfetch.storage.local import LocalMediaStorage
from streamfetch.storage.signing import WriteGrant

# Collected before a thread writes it: the most that one request keeps in memory.
WRITE_BYTES = MEBIBYTE
# Without a byte for that long the sender is gone, whatever TCP thinks.
IDLE_S = 60.0
# A refused part is read to its end, within these bounds.
FINISH_BYTES = 16 * MEBIBYTE
FINISH_S = 30.0
FINISH_IDLE_S = 1.0


async def receive(
    request: Request, grant: WriteGrant, *, storage: LocalMediaStorage
) -> str:
    """Store the body under the grant; returns its ETag.

    Nothing counts before exactly the signed number of bytes is on disk. Raises
    `TooLarge`, `UploadRefused`, `DiskFull`, `UploadGone`, and `ClientDisconnect`
    when the connection is cut.
    """
    _check_headers(request, grant)
    incoming = await to_thread.run_sync(storage.begin_write, grant)
    try:
        await _stream(request, grant, incoming=incoming)
        return await to_thread.run_sync(storage.finish_write, grant, incoming)
    finally:
        # Also when the server is stopping; freeing a large file takes a while.
        with CancelScope(shield=True):
            await to_thread.run_sync(incoming.close)


async def let_finish(request: Request) -> None:
    """Read on for a moment after a refusal, and forget what comes.

    Closing on somebody who is still sending resets the connection, and a browser
    then reports a network failure instead of showing the answer.
    """
    left = FINISH_BYTES
    chunks = request.stream()
    with (
        contextlib.suppress(ClientDisconnect, RuntimeError, TimeoutError),
        fail_after(FINISH_S),
    ):
        while left > 0:
            with fail_after(FINISH_IDLE_S):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            left -= len(chunk)


def _check_headers(request: Request, grant: WriteGrant) -> None:
    length = request.headers.get("content-length")
    if length is not None and length.isdecimal():
        _check_length(int(length), grant, is_whole=True)
    content_type = request.headers.get("content-type", "")
    if grant.content_type is not None and content_type != grant.content_type:
        raise UploadRefused(
            _("This address takes %(type)s only. Send it with that Content-Type.")
            % {"type": grant.content_type},
            code="content_type_mismatch",
        )


def _check_length(size_bytes: int, grant: WriteGrant, *, is_whole: bool) -> None:
    wanted = {"expected": grant.size_bytes, "actual": size_bytes}
    if size_bytes > grant.size_bytes:
        raise TooLarge(
            _("This address takes exactly %(expected)d bytes; more were sent.") % wanted
        )
    if is_whole and size_bytes < grant.size_bytes:
        raise UploadRefused(
            _("%(expected)d bytes were expected and %(actual)d came. Send it again.")
            % wanted,
            code="size_mismatch",
        )


async def _stream(request: Request, grant: WriteGrant, *, incoming: Incoming) -> None:
    received = 0
    blocks: list[bytes] = []
    waiting = 0
    chunks = request.stream()
    while True:
        try:
            with fail_after(IDLE_S):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise UploadRefused(
                _("No data came for a minute. Send it again."), code="upload_timeout"
            ) from None
        if chunk is None:
            break
        received += len(chunk)
        _check_length(received, grant, is_whole=False)
        blocks.append(chunk)
        waiting += len(chunk)
        if waiting >= WRITE_BYTES:
            await to_thread.run_sync(_write, incoming, blocks)
            blocks, waiting = [], 0
    _check_length(received, grant, is_whole=True)
    await to_thread.run_sync(_write, incoming, blocks)


def _write(incoming: Incoming, blocks: list[bytes]) -> None:
    with disk_errors():
        incoming.write(blocks)
