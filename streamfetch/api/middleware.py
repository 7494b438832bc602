"""Request timing, and a plain page instead of a stack trace in an outage."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from streamfetch.api.error_views import unavailable
from streamfetch.metrics import REQUEST_SECONDS
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage

GetResponse = Callable[[HttpRequest], HttpResponseBase]

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class ServiceUnavailableMiddleware:
    """Answers 503 when a view finds MongoDB away; see also `server_error`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if isinstance(error, OUTAGE_ERRORS) and is_outage(error):
            return unavailable(request)
        return None


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
            # A caller may invent methods, and every label costs memory for good.
            method=request.method if request.method in METHODS else "other",
            status=response.status_code,
        ).observe(time.perf_counter() - started)
        return response
