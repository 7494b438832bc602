"""Pages of the PDF editor."""

from typing import cast
from uuid import UUID

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pdfeditor.describing import describe, summary
from pdfeditor.models import PdfProject
from pdfeditor.services import projects
from streamfetch.accounts.models import User
from streamfetch.errors import NotFound

PAGE_SIZE = 60


@login_required
def pdf_list(request: HttpRequest) -> HttpResponse:
    found = PdfProject.objects.owned_by(request.user).alive().newest_first(PAGE_SIZE)
    described = [summary(each) for each in found]
    context = {"projects": described, "page_data": {"projects": described}}
    return render(request, "pdfeditor/list.html", context)


# The decoders of pictures in PDFs are WebAssembly. The decorator's types know views
# of one argument only.
@csp_update({"script-src": ["'wasm-unsafe-eval'"]})  # type: ignore[arg-type]
@login_required
def editor(request: HttpRequest, pdf_id: UUID) -> HttpResponse:
    try:
        project = describe(projects.find(request.user, pdf_id))
    except NotFound as error:
        raise Http404(error.detail) from error
    page_data = {"project": project, "author": cast(User, request.user).display_name}
    return render(
        request,
        "pdfeditor/editor.html",
        {"project": project, "page_data": page_data},
    )
