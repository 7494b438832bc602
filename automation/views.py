"""The pages of dubbing."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from automation.describing import describe
from automation.models import AutomationJob
from automation.services import jobs
from streamfetch.errors import NotFound
from uploads.services import assets

PAGE_SIZE = 60


@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    """Every dub; with `?asset=` or `?url=` the form for a new one."""
    if "asset" in request.GET or "url" in request.GET:
        return redirect(f"{reverse('automation:new')}?{request.GET.urlencode()}")
    found = AutomationJob.objects.owned_by(request.user).newest_first(PAGE_SIZE)
    described = [describe(each) for each in found]
    context: dict[str, Any] = {
        "jobs": described,
        "page_data": {"jobs": described, "posters": _posters(found)},
    }
    return render(request, "automation/list.html", context)


@login_required
def new_job(request: HttpRequest) -> HttpResponse:
    return render(request, "automation/new.html")


@login_required
def job_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    try:
        found = jobs.find(request.user, job_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    job = describe(found)
    context = {"job": job, "page_data": {"job": job, "posters": _posters([found])}}
    return render(request, "automation/job.html", context)


def _posters(found: list[AutomationJob]) -> dict[str, str]:
    """Signed addresses of pictures, by asset."""
    ids = {job.asset_id for job in found if job.asset_id}
    return {str(key): url for key, url in assets.poster_urls(ids).items()}
