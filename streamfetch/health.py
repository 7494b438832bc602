"""Is the process alive, is the product ready, and what does it measure."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypedDict

import redis
from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from streamfetch.accounts.local_owner import comes_from_this_machine
from streamfetch.accounts.models import User
from streamfetch.errors import DomainError
from streamfetch.ffmpeg import binary
from streamfetch.jobs.middleware import live_queues
from streamfetch.mongo.database import database
from streamfetch.storage import checks as storage_checks

logger = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 3.0
# Anybody may ask, and storage writes a file for each answer.
KEPT_S = 1.0
NEEDED_QUEUES = {
    "ffmpeg",
    "ffmpeg-high",
    "quick",
    "network",
    "webhooks",
    "dubbing",
}

_pool = ThreadPoolExecutor(max_workers=10, thread_name_prefix="readiness")


class Part(TypedDict):
    """One part of the product: whether it works, and what it says."""

    ok: bool
    detail: str


class NotReady(Exception):
    """A part that works, but not well enough, in words for the operator."""


def _mongodb() -> str:
    # Only a primary answers: the driver reads from nobody else.
    return f"MongoDB {database().command('buildInfo')['version']}"


def _redis() -> str:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )
    try:
        return f"Redis {client.info('server')['redis_version']}"
    finally:
        client.close()


def _storage() -> str:
    storage_checks.ping()
    return str(settings.STORAGE_PROVIDER)


def _ffmpeg() -> str:
    return f"FFmpeg {binary.version()}"


def _workers() -> str:
    missing = NEEDED_QUEUES - live_queues()
    if missing:
        raise NotReady(f"no worker serves: {', '.join(sorted(missing))}")
    return "all queues are served"


CHECKS: dict[str, Callable[[], str]] = {
    "mongodb": _mongodb,
    "redis": _redis,
    "storage": _storage,
    "ffmpeg": _ffmpeg,
    "workers": _workers,
}


def _failure(name: str, error: Exception) -> str:
    """Why a part is not ready, without the addresses and paths that errors carry."""
    if isinstance(error, FutureTimeout):
        return "no answer in time"
    if isinstance(error, PyMongoError | RedisError):
        return "cannot be reached"
    if isinstance(error, DomainError):
        return error.detail
    if isinstance(error, NotReady):
        return str(error)
    logger.error("%s is not ready", name, exc_info=error)
    return "failed; the server's log has the details"


def check_all() -> dict[str, Part]:
    """Every part's state, checked at the same time and never longer than 3 s."""
    started = time.monotonic()
    futures = {name: _pool.submit(check) for name, check in CHECKS.items()}
    report: dict[str, Part] = {}
    for name, future in futures.items():
        left_s = max(0.0, CHECK_TIMEOUT_S - (time.monotonic() - started))
        try:
            report[name] = {"ok": True, "detail": future.result(timeout=left_s)}
        except Exception as error:
            # Whatever a part raises, it is not ready; the page must still answer.
            report[name] = {"ok": False, "detail": _failure(name, error)}
    return report


class _Readiness:
    """The last report, for everybody who asks within `KEPT_S`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._report: dict[str, Part] = {}

    def report(self) -> dict[str, Part]:
        with self._lock:
            if time.monotonic() - self._made_at >= KEPT_S:
                self._report = check_all()
                self._made_at = time.monotonic()
            return self._report


_readiness = _Readiness()


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    report = _readiness.report()
    ready = all(part["ok"] for part in report.values())
    answer = JsonResponse(
        {"ready": ready, "parts": report}, status=200 if ready else 503
    )
    # Not being ready yet is no error of the server: keep Django from logging it.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


class HealthMiddleware:
    """Answers probes first of all: they ask by address, over plain HTTP."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return livez(request)
        if request.path == "/readyz":
            return readyz(request)
        return self.get_response(request)


def metrics(request: HttpRequest) -> HttpResponse:
    """For programs on this machine and for operators; nobody else learns of it."""
    if not comes_from_this_machine(request):
        user = request.user
        if not isinstance(user, User) or not user.is_staff or not user.is_active:
            raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
