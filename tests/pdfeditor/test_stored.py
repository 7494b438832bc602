"""`manage.py checkorphans` knows the pictures on the pages of PDFs."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from pdfeditor.models import PdfProcessing, PdfProject
from pdfeditor.pipeline import files
from tests.pdfeditor.test_annotations import picture, send

pytestmark = pytest.mark.django_db
Make = Callable[..., PdfProject]


def check() -> str:
    out = StringIO()
    try:
        call_command("checkorphans", stdout=out, no_color=True)
    except CommandError as error:
        return f"{out.getvalue()}\nERROR {error}"
    return out.getvalue()


def test_a_picture_that_is_gone_is_missed_even_for_undoing(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project()
    sent = send(api, project, picture("PNG")).data
    url = f"/api/v1/pdf-projects/{project.pk}/annotations/"
    body = {
        "type": "image",
        "page": str(project.page_list[0].id),
        "x": 10,
        "y": 10,
        "width": 40,
        "height": 40,
        "image": sent["image"],
        "image_type": "png",
    }
    made = api.post(url, body)
    assert made.status_code == 201, made.content
    key = files.image_key(project.pk, sent["image"], "png")
    assert key not in check()
    assert api.delete(f"{url}{made.data['id']}/").status_code == 204
    (clean_storage / key).unlink()
    assert key in check()


def test_projects_and_their_jobs_lead_to_the_editor() -> None:
    pk = uuid4()
    assert PdfProject(pk=pk).get_absolute_url() == f"/pdf/{pk}/"
    assert PdfProcessing(project_id=pk).target_url() == f"/pdf/{pk}/"
