"""Pages of projects."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from projects import fonts
from projects.describing import describe, with_thumbnails
from projects.models import VideoProject
from projects.services import projects, renders
from projects.timeline import effects
from streamfetch.errors import NotFound
from uploads.describing import describe_all, playback_all
from uploads.services.listing import filtered_assets

PAGE_SIZE = 60
PICKER_SIZE = 60
RENDERS_SHOWN = 20


@login_required
def project_list(request: HttpRequest) -> HttpResponse:
    found = VideoProject.objects.owned_by(request.user).alive().newest_first(PAGE_SIZE)
    described = with_thumbnails([describe(each) for each in found])
    context = {"projects": described, "page_data": {"projects": described}}
    return render(request, "projects/list.html", context)


@login_required
def editor(request: HttpRequest, project_id: UUID) -> HttpResponse:
    try:
        project = projects.find(request.user, project_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    used = projects.sources_of(project.owner_id, project.timeline.assets)
    library = filtered_assets(request.user, {"status": "ready"}).newest_first(
        PICKER_SIZE
    )
    assets = list({asset.pk: asset for asset in [*used.values(), *library]}.values())
    page_data: dict[str, Any] = {
        "project": with_thumbnails([describe(project)])[0],
        "assets": {asset["id"]: asset for asset in describe_all(assets)},
        "playback": {
            str(pk): addresses for pk, addresses in playback_all(used.values()).items()
        },
        "renders": [
            renders.describe(each)
            for each in renders.renders_of(project).newest_first(RENDERS_SHOWN)
        ],
        "fonts": fonts.browser_fonts(),
    }
    return render(
        request,
        "projects/editor.html",
        {
            "project": page_data["project"],
            "page_data": page_data,
            "effect_kinds": effects.described(),
        },
    )
