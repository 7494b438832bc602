"""Pages of the library."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from streamfetch.api.pagination import encode_cursor
from streamfetch.errors import NotFound
from uploads.describing import describe_all, describe_one, playback
from uploads.services import assets
from uploads.services.listing import filtered_assets

PAGE_SIZE = 60


@login_required
def library(request: HttpRequest) -> HttpResponse:
    found = filtered_assets(request.user, {}).newest_first(PAGE_SIZE + 1)
    page = found[:PAGE_SIZE]
    described = describe_all(page)
    context: dict[str, Any] = {
        "assets": described,
        "next_cursor": encode_cursor(page[-1]) if len(found) > PAGE_SIZE else None,
        "page_data": {"assets": described},
    }
    return render(request, "uploads/library.html", context)


@login_required
def asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    try:
        found = assets.find(request.user, asset_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    described = describe_one(found)
    addresses = playback(found)
    context = {
        "asset": described,
        "playback": addresses,
        "page_data": {"asset": described, "playback": addresses},
    }
    return render(request, "uploads/asset_detail.html", context)
