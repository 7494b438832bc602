"""The page of downloads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from downloads.models import Download
from downloads.services import downloads

PAGE_SIZE = 60


@login_required
def download_list(request: HttpRequest) -> HttpResponse:
    found = Download.objects.owned_by(request.user).newest_first(PAGE_SIZE)
    described = [downloads.describe(each) for each in found]
    context = {"downloads": described, "page_data": {"downloads": described}}
    return render(request, "downloads/downloads.html", context)
