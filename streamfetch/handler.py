"""Django's ASGI handler with the work of a request in one thread.

Django's own goes back and forth between the event loop and a thread made for each
request: for its signals, its middleware, the view, and closing the answer. Ours reads
the body in the loop, so that slow senders hold no thread, does everything else in one
of a fixed number of threads, and sends from the loop. Measured in docs/adr/0012.
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.urls import set_script_prefix


class ThreadedHandler(ASGIHandler):
    """Answers at most `threads` requests at a time; the others wait in a queue.

    A request whose client has gone is answered to the end all the same: what it
    started must not stop halfway.
    """

    def __init__(self, *, threads: int) -> None:
        # Not that of ASGIHandler, which loads the middleware for the event loop.
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    # Django's and the server's stubs describe scope, receive and send differently.
    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        # Async views find the context of their request, as in Django's handler.
        context = contextvars.copy_context()
        response = await asyncio.get_running_loop().run_in_executor(
            self._threads, context.run, self._answer, scope, body
        )
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    def _answer(self, scope: Any, body: IO[bytes]) -> Any:
        with body:
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=type(self), scope=scope)
            response: Any
            request, response = self.create_request(scope, body)
            if request is not None:
                response = self.get_response(request)
                response._handler_class = type(self)
            if not response.streaming:
                # What is in memory can be sent after it was closed.
                response.close()
            return response

    async def _stream(self, response: Any, receive: Any, send: Any) -> None:
        """Send until the answer ends or its reader hangs up."""
        sending = asyncio.create_task(self.send_response(response, send))
        hung_up = asyncio.create_task(receive())
        try:
            await asyncio.wait([sending, hung_up], return_when=asyncio.FIRST_COMPLETED)
        finally:
            hung_up.cancel()
            sending.cancel()
            await asyncio.wait([sending])
            await asyncio.get_running_loop().run_in_executor(
                self._threads, response.close
            )
        if not sending.cancelled():
            sending.result()
