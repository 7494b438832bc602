"""Turns every error of an endpoint into a problem document."""

import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from streamfetch.errors import DomainError
from streamfetch.mongo.outages import OUTAGE_ERRORS, is_outage
from streamfetch.problems import CONTENT_TYPE, document_of, problem_document

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested error details as a list of {field, code, message}."""
    if isinstance(detail, dict):
        found = []
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            joined = f"{path}.{name}" if path and name else path or name
            found += flatten(value, joined)
        return found
    if isinstance(detail, list):
        found = []
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            found += flatten(value, f"{path}[{index}]" if nested else path)
        return found
    code = getattr(detail, "code", "invalid")
    return [{"field": path, "code": str(code), "message": str(detail)}]


def _from_rest_framework(error: exceptions.APIException) -> Response:
    headers = {}
    # The framework sets both from outside.
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait_s := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait_s))
    if isinstance(error, exceptions.ValidationError):
        errors = flatten(error.detail)
        first = errors[0] if errors else {"field": "", "message": str(error)}
        prefix = f"{first['field']}: " if first["field"] else ""
        body = problem_document(
            status=400,
            code="invalid",
            detail=f"{prefix}{first['message']}",
            errors=errors,
        )
    else:
        codes = error.get_codes()
        body = problem_document(
            status=error.status_code,
            code=codes if isinstance(codes, str) else str(error.default_code),
            detail=str(
                error.detail.get("detail", error.default_detail)
                if isinstance(error.detail, dict)
                else error.detail
            ),
        )
    return Response(
        body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE
    )


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The REST framework's exception handler. None lets a bug become a 500."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, DomainError):
        set_rollback()
        return Response(
            document_of(error),
            status=error.http_status,
            headers=_wait_of(error),
            content_type=CONTENT_TYPE,
        )
    if isinstance(error, exceptions.APIException):
        return _from_rest_framework(error)
    if isinstance(error, OUTAGE_ERRORS) and is_outage(error):
        logger.warning("The database is away: %s", error)
        return Response(
            problem_document(
                status=503, code="database_unavailable", detail=database_away()
            ),
            status=503,
            headers={"Retry-After": str(RETRY_AFTER_S)},
            content_type=CONTENT_TYPE,
        )
    return None


def _wait_of(error: DomainError) -> dict[str, str] | None:
    """What another server asked us to wait is passed on."""
    if not error.recoverable:
        return None
    wait_s = error.extra.get("retry_after_seconds") or RETRY_AFTER_S
    return {"Retry-After": str(math.ceil(wait_s))}


def database_away() -> str:
    return _(
        "The database cannot be reached at the moment. Nothing is lost; try again in "
        "a few seconds."
    )
