"""The page of the log."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from streamfetch.activity.models import ActivityEntry
from streamfetch.activity.services.reading import entries
from streamfetch.api.pagination import decode_cursor, encode_cursor
from streamfetch.errors import Invalid

PAGE_SIZE = 50


@login_required
def activity(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    cursor = request.GET.get("cursor", "")
    try:
        before = decode_cursor(cursor) if cursor else None
        found = entries(request.user, status=status).newest_first(
            PAGE_SIZE + 1, before=before
        )
    except Invalid as error:
        raise Http404(error.detail) from error
    page = found[:PAGE_SIZE]
    older = ""
    if len(found) > PAGE_SIZE:
        older = "?" + urlencode({"status": status, "cursor": encode_cursor(page[-1])})
    context = {
        "entries": page,
        "older": older,
        "status": status,
        "is_first": not cursor,
        "statuses": ActivityEntry.Status.choices,
    }
    return render(request, "activity/activity.html", context)
