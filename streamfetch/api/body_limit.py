"""Refuses request bodies that are too large before anything reads them.

Files never come this way (see streamfetch.storage), so a body is a form or JSON.
Django would first write all of it into a temporary file.
"""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streamfetch.problems import CONTENT_TYPE, problem_document


class _TooLarge(Exception):
    """More bytes came than may come."""


class BodyLimit:
    """ASGI middleware: answers 413 beyond `max_bytes`, announced or not."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced[:20]) > self._max_bytes:
            await self._refuse(scope, receive, send)
            return
        received_bytes = 0

        async def receive_some() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._max_bytes:
                raise _TooLarge
            return message

        try:
            await self._app(scope, receive_some, send)
        except _TooLarge:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        document = problem_document(
            status=413,
            code="too_large",
            detail=(
                f"This request is larger than {self._max_bytes // 1024**2} MB. Send "
                "files through an upload."
            ),
        )
        answer = JSONResponse(document, status_code=413, media_type=CONTENT_TYPE)
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)
