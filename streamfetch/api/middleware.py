"""Request timing, and a plain page instead of a stack trace in an outage."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from streamfetch.api.exceptions import RETRY_AFTER_S, database_away
from streamfetch.metrics import REQUEST_SECONDS
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage
from streamfetch.problems import problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


class ServiceUnavailableMiddleware:
    """Answers 503 when MongoDB is away, wherever in the request that shows."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        except OUTAGE_ERRORS as error:
            # Raised by middleware below, such as the session's.
            response = self.process_exception(request, error)
            if response is None:
                raise
            return response

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if not isinstance(error, OUTAGE_ERRORS) or not is_outage(error):
            return None
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        if _is_api(request):
            return problem(
                status=503,
                code="database_unavailable",
                detail=database_away(),
                headers=headers,
            )
        return HttpResponse(
            render_to_string("503.html", {"detail": database_away()}),
            status=503,
            headers=headers,
        )


class RequestMetricsMiddleware:
    """Observes every request under its route, never under its raw path."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        REQUEST_SECONDS.labels(
            route=match.route if match else "unmatched",
            method=request.method or "",
            status=response.status_code,
        ).observe(time.perf_counter() - started)
        return response
