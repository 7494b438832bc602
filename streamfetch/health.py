"""Is the process alive, is the product ready, and what does it measure."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError

from streamfetch.ffmpeg import binary
from streamfetch.jobs.middleware import live_queues
from streamfetch.mongo.database import database
from streamfetch.storage import checks as storage_checks

CHECK_TIMEOUT_S = 3.0
NEEDED_QUEUES = {"ffmpeg", "quick", "network"}

_pool = ThreadPoolExecutor(max_workers=10, thread_name_prefix="readiness")


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
        raise RuntimeError(f"no worker serves: {', '.join(sorted(missing))}")
    return "all queues are served"


CHECKS: dict[str, Callable[[], str]] = {
    "mongodb": _mongodb,
    "redis": _redis,
    "storage": _storage,
    "ffmpeg": _ffmpeg,
    "workers": _workers,
}


def check_all() -> dict[str, dict[str, Any]]:
    """Every part's state, checked at the same time and never longer than 3 s."""
    started = time.monotonic()
    futures = {name: _pool.submit(check) for name, check in CHECKS.items()}
    report: dict[str, dict[str, Any]] = {}
    for name, future in futures.items():
        left_s = max(0.0, CHECK_TIMEOUT_S - (time.monotonic() - started))
        try:
            report[name] = {"ok": True, "detail": future.result(timeout=left_s)}
        except FutureTimeout:
            report[name] = {"ok": False, "detail": "no answer in time"}
        except PyMongoError:
            report[name] = {"ok": False, "detail": "cannot be reached"}
        except Exception as error:
            # Whatever a part raises, it is not ready; the page must still answer.
            report[name] = {"ok": False, "detail": str(error)[:200]}
    return report


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    report = check_all()
    ready = all(part["ok"] for part in report.values())
    response = JsonResponse(
        {"ready": ready, "parts": report}, status=200 if ready else 503
    )
    # Not being ready is an answer, not an error to log at every question.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
