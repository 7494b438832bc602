"""The pages of dubbing."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from automation.describing import describe
from automation.models import AutomationJob
from automation.services import jobs
from streamfetch.errors import NotFound

PAGE_SIZE = 60


@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    found = AutomationJob.objects.owned_by(request.user).newest_first(PAGE_SIZE)
    return render(
        request, "automation/list.html", {"jobs": [describe(each) for each in found]}
    )


@login_required
def job_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    try:
        job = describe(jobs.find(request.user, job_id))
    except NotFound as error:
        raise Http404 from error
    return render(request, "automation/job.html", {"job": job})
