"""Pages of the library, in the order a person chose."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from streamfetch.api.pagination import NewestFirst, page_size
from streamfetch.errors import Invalid
from uploads.services.listing import ORDERS, sort_of

MAX_OFFSET = 1_000_000


class AssetPages(NewestFirst):
    """Newest first by position in time; other orders by position in the list."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any]:
        sort = sort_of(request.query_params)
        if sort == "newest":
            return super().paginate_queryset(queryset, request, view)
        size = page_size(request)
        offset = _offset(request.query_params.get("cursor") or "0")
        found = list(queryset.order_by(*ORDERS[sort])[offset : offset + size + 1])
        url = request.build_absolute_uri()
        if len(found) > size:
            self.next_url = replace_query_param(url, "cursor", str(offset + size))
        if offset:
            self.first_url = replace_query_param(url, "cursor", "")
        return found[:size]


def _offset(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= MAX_OFFSET:
        return int(text)
    raise Invalid(
        _("This page address is broken. Start again from the first page."),
        field="cursor",
    )
