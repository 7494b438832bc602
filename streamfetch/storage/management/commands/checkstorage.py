"""Proves every step of storage with real uploads through signed addresses."""

import asyncio
from argparse import ArgumentParser
from typing import Any

import httpx
from django.conf import settings
from django.core.management import BaseCommand, CommandError
from starlette.applications import Starlette
from starlette.routing import Mount

from streamfetch.storage.backends import media_storage
from streamfetch.storage.bucket_rules import server_origins
from streamfetch.storage.media_app import media_app
from streamfetch.storage.proving import prove

TIMEOUT_S = 60.0


class InProcess(httpx.BaseTransport):
    """Asks the media application in this process, so that no server has to run."""

    def __init__(self) -> None:
        application = Starlette(routes=[Mount("/media", app=media_app)])
        self._transport = httpx.ASGITransport(app=application)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=content
        )


class Command(BaseCommand):
    help = (
        "Upload, list, read, move and delete test files as browsers would, and say "
        "exactly what to set where a step fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--server",
            metavar="URL",
            help="The running server to go through when files are on its disk, such "
            "as https://media.example.org. Without it no server is needed.",
        )
        parser.add_argument(
            "--origin",
            metavar="URL",
            help="Origin of the pages that upload. Default: STREAMFETCH_PUBLIC_URL, "
            "else the address the server listens on.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        storage = media_storage()
        server: str | None = options["server"]
        origin = options["origin"] or server_origins()[0]
        transport = None if server else self._transport()
        failed = 0
        with httpx.Client(
            base_url=server or origin, transport=transport, timeout=TIMEOUT_S
        ) as client:
            for outcome in prove(storage, client=client, origin=origin):
                mark = self.style.SUCCESS("ok") if outcome.works else "FAILED"
                self.stdout.write(f"{mark:<8}{outcome.name} ({outcome.elapsed_ms} ms)")
                if not outcome.works:
                    failed += 1
                    self.stdout.write(f"        {outcome.problem}\n")
                    self.stdout.write(f"        To do: {outcome.advice}\n")
        if failed:
            raise CommandError(f"Storage does not work yet: {failed} failed.")
        self.stdout.write(
            self.style.SUCCESS(
                f"Storage ({settings.STORAGE_PROVIDER}) does all that is needed."
            )
        )

    @staticmethod
    def _transport() -> httpx.BaseTransport | None:
        return InProcess() if settings.STORAGE_PROVIDER == "local" else None
