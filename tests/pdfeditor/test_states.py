"""Versions to come back to, and forms that are filled in."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from rest_framework.test import APIClient

from pdfeditor.models import PdfProject
from tests.pdfeditor import samples
from tests.pdfeditor.test_annotations import KINDS

pytestmark = pytest.mark.django_db
Make = Callable[..., PdfProject]


def address(project: PdfProject) -> str:
    return f"/api/v1/pdf-projects/{project.pk}/"


def test_going_back_loses_neither_side(api: APIClient, pdf_project: Make) -> None:
    project = pdf_project()
    url = address(project)
    first, second = (str(page.id) for page in project.page_list)
    made = api.post(f"{url}annotations/", {**KINDS["text"], "page": first}).data
    kept = api.post(f"{url}versions/", {"name": "Good"})
    assert (kept.status_code, kept.data["annotation_count"]) == (201, 1)
    mine = f"{url}annotations/{made['id']}/"
    api.patch(mine, {"content": "Worse", "revision": 1})
    api.post(f"{url}annotations/", {**KINDS["shape"], "page": second})
    operations = [{"op": "rotate", "pages": [first], "degrees": 90}]
    api.post(f"{url}pages/", {"revision": 1, "operations": operations})
    back = api.post(f"{url}versions/{kept.data['id']}/restore/")
    assert back.status_code == 200, back.content
    assert [page["rotation"] for page in back.data["pages"]] == [0, 0]
    rows = api.get(f"{url}annotations/").data["results"]
    assert [(row["content"], row["revision"]) for row in rows] == [("Hello", 3)]
    versions = api.get(f"{url}versions/").data["results"]
    assert [version["name"] for version in versions] == ["Before going back", "Good"]
    api.post(f"{url}versions/{versions[0]['id']}/restore/")
    rows = api.get(f"{url}annotations/").data["results"]
    assert {row["type"] for row in rows} == {"text", "shape"}
    assert api.get(mine).data["content"] == "Worse"


def test_forms_are_filled_in(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project(samples.form())
    assert project.has_form
    url = f"{address(project)}fields/"
    fields = {each["name"]: each for each in api.get(url).data["fields"]}
    kinds = {name: each["kind"] for name, each in fields.items()}
    assert kinds == {"name": "text", "agreed": "checkbox", "size": "combo"}
    assert fields["name"]["rect"] == pytest.approx([40, 80, 160, 100], abs=1)
    assert fields["name"]["page"] == str(project.page_list[0].id)
    values = {"name": "Zoë Ωmega", "agreed": True, "size": "M"}
    filled = api.patch(url, {"values": values, "revision": 1})
    assert filled.status_code == 200, filled.content
    assert filled.data["revision"] == 2
    now = {each["name"]: each["value"] for each in filled.data["fields"]}
    assert now == values
    project.refresh_from_db()
    with pikepdf.open(clean_storage / project.base_key) as pdf:
        assert {str(each.T): str(each.V) for each in pdf.Root.AcroForm.Fields} == {
            "name": "Zoë Ωmega",
            "agreed": "/Yes",
            "size": "M",
        }
    unknown = api.patch(url, {"values": {"nobody": "x"}})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_field")
    assert api.patch(url, {"values": {"name": {}}}).status_code == 400


def test_forms_of_an_inserted_file_are_filled_in_too(
    api: APIClient, pdf_project: Make, pdf_asset: Any, clean_storage: Path
) -> None:
    project = pdf_project(samples.plain())
    with pikepdf.open(io.BytesIO(samples.form())) as pdf:
        pdf.Root.AcroForm.NeedAppearances = True
        other = pdf_asset(samples.saved(pdf))
    insert = {"op": "insert_from", "asset": str(other.pk), "before": None}
    arranged = api.post(
        f"{address(project)}pages/", {"revision": 1, "operations": [insert, insert]}
    )
    assert arranged.status_code == 200, arranged.content
    assert arranged.data["has_form"]
    url = f"{address(project)}fields/"
    fields = {each["name"]: each for each in api.get(url).data["fields"]}
    names = ["name", "agreed", "size", "name+1", "agreed+1", "size+1"]
    assert list(fields) == names
    values = {"name": "One", "agreed": True, "name+1": "Two", "size+1": "M"}
    filled = api.patch(url, {"values": values})
    assert filled.status_code == 200, filled.content
    now = {each["name"]: each["value"] for each in filled.data["fields"]}
    assert now == {**values, "size": "S", "agreed+1": False}
    project.refresh_from_db()
    document = pdfium.PdfDocument(clean_storage / project.base_key)
    document.init_forms()
    drawn = [page.render(may_draw_forms=True).to_pil() for page in document]
    assert drawn[1].tobytes() != drawn[2].tobytes()
