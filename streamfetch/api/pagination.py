"""Cursor pages, newest first, sorted by the collection's index."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from streamfetch.errors import Invalid

Cursor = tuple[datetime, UUID]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
PAGE_SIZE_PATTERN = re.compile(r"[0-9]{1,4}")


def encode_cursor(document: Any) -> str:
    """The position after `document`, safe in a URL."""
    # Whole numbers: a float's rounding would skip or repeat documents.
    micros = (document.created_at - EPOCH) // MICROSECOND
    raw = f"{micros}.{document.pk.hex}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """Raises `Invalid` naming the field when somebody made the cursor up."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        micros, _dot, pk = raw.partition(".")
        return EPOCH + int(micros) * MICROSECOND, UUID(hex=pk)
    except (ValueError, OverflowError):
        raise Invalid(
            _("This page address is broken. Start again from the first page."),
            field="cursor",
        ) from None


def page_size(
    request: Request, *, default: int = PAGE_SIZE, most: int = MAX_PAGE_SIZE
) -> int:
    text = request.query_params.get("page_size", str(default))
    if not PAGE_SIZE_PATTERN.fullmatch(text) or not 1 <= int(text) <= most:
        raise Invalid(
            _("page_size is a number from 1 to %(most)d.") % {"most": most},
            field="page_size",
        )
    return int(text)


class NewestFirst(BasePagination):
    """`{next, previous, results}`; `previous` leads back to the first page.

    Subclasses of `DocumentQuerySet` are asked for one document more than a page
    holds, which tells whether there is a next page without counting.
    """

    default_size = PAGE_SIZE
    max_size = MAX_PAGE_SIZE
    next_url: str | None = None
    first_url: str | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any]:
        size = page_size(request, default=self.default_size, most=self.max_size)
        cursor = request.query_params.get("cursor")
        before = decode_cursor(cursor) if cursor else None
        found = self.fetch(queryset, size + 1, before)
        page = found[:size]
        url = request.build_absolute_uri()
        if len(found) > size:
            self.next_url = replace_query_param(url, "cursor", encode_cursor(page[-1]))
        if cursor:
            self.first_url = replace_query_param(url, "cursor", "")
        return page

    def fetch(self, queryset: Any, limit: int, before: Cursor | None) -> list[Any]:
        found: list[Any] = queryset.newest_first(limit, before=before)
        return found

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"next": self.next_url, "previous": self.first_url, "results": data}
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        # An example for each, or the schema shows a page's items without the page.
        url = {
            "type": ["string", "null"],
            "format": "uri",
            "example": "https://media.example.org/api/v1/…/?cursor=MTc2Mz…",
        }
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": url, "previous": url, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Taken from `next`; never made by hand.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": self.max_size},
            },
        ]
