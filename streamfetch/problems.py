"""Problem documents (RFC 9457): the one shape of an error over HTTP."""

from typing import Any

from django.http import JsonResponse

from streamfetch.errors import DomainError

CONTENT_TYPE = "application/problem+json"

_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Cannot be processed",
    429: "Too many requests",
    500: "Server error",
    503: "Service unavailable",
    507: "Storage full",
}


def problem_document(
    *,
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    extra: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON of a problem: `code` is stable, `detail` says what to do next."""
    return {
        "type": f"/api/docs/#{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
        **(extra or {}),
    }


def document_of(error: DomainError) -> dict[str, Any]:
    return problem_document(
        status=error.http_status,
        code=error.code,
        detail=error.detail,
        errors=[
            {"field": each.field, "code": each.code, "message": each.message}
            for each in error.errors
        ],
        extra=error.extra,
    )


def problem(
    *,
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
) -> JsonResponse:
    """A problem as an HTTP response, for views outside the REST framework."""
    return JsonResponse(
        problem_document(status=status, code=code, detail=detail),
        status=status,
        content_type=CONTENT_TYPE,
        headers=headers,
    )
