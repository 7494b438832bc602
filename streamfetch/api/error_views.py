"""What is answered where no view answers: problems to programs, pages to people."""

import sys

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from streamfetch.api.exceptions import RETRY_AFTER_S, database_away
from streamfetch.mongo.outages import is_outage
from streamfetch.problems import problem


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return problem(
        status=400, code="bad_request", detail=_("The server cannot read this request.")
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return problem(
        status=403, code="permission_denied", detail=_("You may not do this.")
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return problem(
        status=404,
        code="not_found",
        detail=_("There is nothing at this address. All of them: /api/docs/"),
    )


def server_error(request: HttpRequest) -> HttpResponseBase:
    """A bug, or an outage that showed outside of any view."""
    error = sys.exception()
    if error is not None and is_outage(error):
        return unavailable(request)
    if not _is_api(request):
        return defaults.server_error(request)
    return problem(
        status=500,
        code="server_error",
        detail=_(
            "Something went wrong on the server; its log has the details. Try again, "
            "and tell the operator if it happens again."
        ),
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away. Must not need it, so no user and no messages."""
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    if _is_api(request):
        return problem(
            status=503,
            code="database_unavailable",
            detail=database_away(),
            headers=headers,
        )
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
