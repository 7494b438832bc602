"""A project's life: made of an upload, read, unlocked, edited, binned."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from rest_framework.test import APIClient

from pdfeditor.models import PdfProcessing, PdfProject
from pdfeditor.pipeline import processing
from streamfetch.accounts.models import User
from tests.pdfeditor import samples
from tests.pdfeditor.conftest import read
from uploads.models import Asset

pytestmark = pytest.mark.django_db
Make = Callable[..., PdfProject]
URL = "/api/v1/pdf-projects/"


def test_from_an_upload_to_pages_with_pictures(
    api: APIClient, pdf_asset: Callable[[bytes], Asset], work: Callable[[], None]
) -> None:
    asset = pdf_asset(samples.plain(pages=3))
    made = api.post(URL, {"asset": str(asset.pk)})
    assert made.status_code == 201
    assert (made.data["status"], made.data["name"]) == ("processing", "Contract")
    assert made.data["pages"] == []
    work()
    found = api.get(f"{URL}{made.data['id']}/").data
    assert (found["status"], found["error"]) == ("draft", None)
    assert [page["page_number"] for page in found["pages"]] == [1, 2, 3]
    assert {(p["width"], p["height"], p["rotation"]) for p in found["pages"]} == {
        (300.0, 400.0, 0)
    }
    assert all(page["thumbnail"].startswith("/media/") for page in found["pages"])
    assert found["metadata"]["title"] == "A sample"
    assert found["file_url"].endswith(".pdf")
    assert found["original_url"].startswith("/media/")
    assert [row["id"] for row in api.get(URL).data["results"]] == [found["id"]]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90, 45])
def test_boxes_are_those_before_rotation(pdf_project: Make, rotate: int) -> None:
    data = samples.boxed(
        media=[600, 800, 0, 0], crop=[50, 60, 700, 760], rotate=rotate, user_unit=2
    )
    page = pdf_project(data).page_list[0]
    assert page.crop == (50, 60, 600, 760)
    assert (page.width, page.height, page.user_unit) == (550, 700, 2)
    assert page.rotation == (rotate % 360 if rotate % 90 == 0 else 0)


def test_a_locked_file_asks_for_its_password(api: APIClient, pdf_project: Make) -> None:
    project = pdf_project(samples.locked("sesame"))
    url = f"{URL}{project.pk}/"
    found = api.get(url).data
    assert (found["status"], found["error"]["code"]) == ("failed", "password_required")
    wrong = api.post(f"{url}unlock/", {"password": "open"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password_wrong")
    assert api.post(f"{url}unlock/", {"password": "sesame"}).status_code == 200
    read(project)
    assert (project.status, len(project.page_list)) == ("draft", 1)
    assert "sesame" not in str(PdfProject.objects.filter(pk=project.pk).values()[0])


def test_encrypted_without_a_password_just_opens(pdf_project: Make) -> None:
    project = pdf_project(samples.locked(""))
    assert project.status == "draft"
    assert project.notices.root == ["was_encrypted"]


def test_edits_carry_a_revision(api: APIClient, pdf_project: Make) -> None:
    url = f"{URL}{pdf_project().pk}/"
    edited = api.patch(
        url, {"name": "Lease", "metadata": {"title": "The lease"}, "revision": 1}
    )
    assert edited.status_code == 200, edited.content
    assert (edited.data["name"], edited.data["revision"]) == ("Lease", 2)
    assert edited.data["metadata"]["title"] == "The lease"
    assert edited.data["metadata"]["page_count"] == 2
    stale = api.patch(url, {"name": "Other", "revision": 1})
    assert stale.status_code == 409
    assert stale.json()["current"]["name"] == "Lease"


def test_the_bin_and_back(api: APIClient, pdf_project: Make) -> None:
    url = f"{URL}{pdf_project().pk}/"
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert api.get(URL).data["results"] == []
    assert api.post(f"{url}restore/").status_code == 200
    assert api.get(url).status_code == 200


def test_the_library_knows_what_it_is_used_for(
    api: APIClient, pdf_project: Make
) -> None:
    project = pdf_project()
    answer = api.delete(f"/api/v1/assets/{project.asset_id}/")
    assert answer.status_code == 409
    assert answer.json()["used_by"] == [
        {"title": "Contract", "url": project.get_absolute_url()}
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"asset": "x"}, "invalid"),
        ({"asset": "4b7a1f0e-8a53-4c7e-9a0b-2f1d6c3e5a90"}, "not_found"),
    ],
)
def test_what_no_project_is_made_of(
    api: APIClient, body: dict[str, Any], code: str
) -> None:
    answer = api.post(URL, body)
    assert answer.json()["code"] == code
    assert not PdfProject.objects.exists()


def test_a_stranger_makes_nothing_of_my_file(
    stranger_api: APIClient, alice: User, pdf_asset: Callable[[bytes], Asset]
) -> None:
    asset = pdf_asset(samples.plain())
    assert stranger_api.post(URL, {"asset": str(asset.pk)}).status_code == 404


def test_what_cannot_be_read_leaves_nothing_behind(
    pdf_project: Make, clean_storage: Path
) -> None:
    for data in (b"This is no PDF. " * 100, b"%PDF-1.7\n%%EOF"):
        project = pdf_project(data)
        assert project.status == PdfProject.Status.FAILED
        assert project.error.code == "not_a_pdf"
        assert project.error.message
        assert project.base_key == project.view_key == ""
        assert not (clean_storage / "pdfs" / str(project.pk)).exists()
    assert pdf_project().status == PdfProject.Status.DRAFT


def test_a_page_that_cannot_be_drawn_costs_only_its_own_picture(
    pdf_project: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "THUMBNAILS_S", 1)
    with pikepdf.open(io.BytesIO(samples.nested_forms(40))) as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        data = samples.saved(pdf)
    project = pdf_project(data)
    assert project.status == PdfProject.Status.DRAFT
    assert project.thumbnails == [project.page_list[1].thumbnail_name()]
    assert PdfProcessing.objects.get(project_id=project.pk).state == "succeeded"
