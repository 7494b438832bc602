"""From annotations over the API to files that other programs open."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from pdfeditor.models import Annotation, PdfExport, PdfProject
from pdfeditor.pipeline.exporting import export as export_work
from streamfetch.jobs.running import run_job
from tests.pdfeditor import samples
from tests.pdfeditor.conftest import read
from tests.pdfeditor.test_annotations import KINDS

pytestmark = pytest.mark.django_db
Make = Callable[..., PdfProject]


def address(project: PdfProject) -> str:
    return f"/api/v1/pdf-projects/{project.pk}/"


def annotate(api: APIClient, project: PdfProject, *kinds: str, page: int = 0) -> None:
    for kind in kinds:
        body = {**KINDS[kind], "page": str(project.page_list[page].id)}
        answer = api.post(f"{address(project)}annotations/", body)
        assert answer.status_code == 201, answer.content


def exported(
    api: APIClient, project: PdfProject, storage: Path, **asked: Any
) -> tuple[dict[str, Any], Path]:
    answer = api.post(f"{address(project)}exports/", asked)
    assert answer.status_code == 202, answer.content
    run_job(PdfExport, answer.data["id"], export_work)
    found = api.get(f"{address(project)}exports/{answer.data['id']}/").data
    export = PdfExport.objects.get(pk=answer.data["id"])
    assert export.sealed_password == "" or found["state"] == "failed"
    return found, storage / export.output_key


def subtypes(path: Path, **options: Any) -> list[str]:
    with pikepdf.open(path, **options) as pdf:
        return [
            str(each.Subtype).lstrip("/")
            for page in pdf.pages
            for each in page.obj.get("/Annots", [])
        ]


def test_editable_and_flattened(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project()
    annotate(api, project, *KINDS)
    found, path = exported(api, project, clean_storage, format="pdf")
    assert (found["state"], found["error"]) == ("succeeded", None)
    assert found["verified"]["ok"], found["verified"]
    assert found["verified"]["pages_checked"] == 1
    kinds = ["FreeText", "Highlight", "Ink", "Square", "Line", "Text", "Text"]
    assert sorted(subtypes(path)) == sorted(kinds)
    saved = api.get(found["file_url"])
    assert saved.status_code == 302
    subprocess.run(["/usr/bin/qpdf", "--check", path], check=True)
    flat, flat_path = exported(api, project, clean_storage, format="pdf", flatten=True)
    assert flat["verified"]["ok"], flat["verified"]
    assert subtypes(flat_path) == []
    words = pdfium.PdfDocument(flat_path)[0].get_textpage().get_text_range()
    assert "Hello" in words


def test_some_pages_with_a_password_and_without_traces(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project(samples.scripted())
    assert project.notices.root == ["has_scripts"]
    _found, path = exported(
        api,
        project,
        clean_storage,
        format="pdf",
        password="sesame",
        pages=[str(project.page_list[0].id)],
        remove={"scripts": True, "metadata": True, "attachments": True},
    )
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(path)
    with pikepdf.open(path, password="sesame") as pdf:
        assert pdf.encryption.R == 6
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        assert "/OpenAction" not in pdf.Root
        assert "/Title" not in pdf.docinfo


def test_pictures_of_pages(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project()
    annotate(api, project, "shape", page=1)
    found, path = exported(api, project, clean_storage, format="png", dpi=72)
    assert (found["state"], path.suffix) == ("succeeded", ".zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["page-0001.png", "page-0002.png"]
        second = Image.open(io.BytesIO(archive.read("page-0002.png")))
    assert second.size == (300, 400)
    assert second.getpixel((20, 60)) != (255, 255, 255)
    one = [str(project.page_list[0].id)]
    _found, path = exported(api, project, clean_storage, format="jpeg", pages=one)
    assert Image.open(path).format == "JPEG"


def test_a_letter_that_no_font_has_is_named(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project()
    page = str(project.page_list[0].id)
    url = f"{address(project)}annotations/"
    api.post(
        url, {**KINDS["text"], "page": page, "content": "A \U0001f984 and \U00013080"}
    )
    found, path = exported(api, project, clean_storage, format="pdf")
    assert found["state"] == "failed"
    assert found["error"]["code"] == "missing_glyphs"
    assert "U+13080 EGYPTIAN HIEROGLYPH" in found["error"]["message"]
    assert not path.is_file()


def test_xfdf_goes_out_and_comes_in(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project()
    annotate(api, project, *KINDS)
    _found, path = exported(api, project, clean_storage, format="xfdf")
    sent = path.read_bytes()
    before = [each.body for each in Annotation.objects.order_by("z", "pk")]
    Annotation.objects.all().delete()
    file = SimpleUploadedFile("a.xfdf", sent)
    answer = api.post(f"{address(project)}xfdf/", {"file": file}, format="multipart")
    assert answer.data == {"created": len(KINDS), "left_out": 0}
    after = [each.body for each in Annotation.objects.all()]
    assert sorted(map(repr, after)) == sorted(map(repr, before))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<xfdf",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xfdf>&a;</xfdf>',
        b'<xfdf xmlns="http://ns.adobe.com/xfdf/"><annots>'
        b'<square page="7" rect="1,1,9,9"/></annots></xfdf>',
        b'<xfdf xmlns="http://ns.adobe.com/xfdf/"><annots>'
        b'<square page="0" rect="nan,1,9,9"/></annots></xfdf>',
    ],
)
def test_bad_xfdf_is_refused_whole(
    api: APIClient, pdf_project: Make, data: bytes
) -> None:
    url = f"{address(pdf_project())}xfdf/"
    file = SimpleUploadedFile("a.xfdf", data)
    answer = api.post(url, {"file": file}, format="multipart")
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert not Annotation.objects.exists()


def foreign() -> bytes:
    """Somebody else's highlight, link and stamp."""
    with pikepdf.open(io.BytesIO(samples.plain())) as pdf:
        page = pdf.pages[0].obj
        shared = {"Type": pikepdf.Name.Annot, "F": 4}
        rect = pikepdf.Array([40, 330, 160, 350])
        page.Annots = pikepdf.Array(
            [
                pdf.make_indirect(
                    pikepdf.Dictionary(
                        **shared,
                        Subtype=pikepdf.Name.Highlight,
                        Rect=rect,
                        QuadPoints=pikepdf.Array(
                            [40, 350, 160, 350, 40, 330, 160, 330]
                        ),
                        C=pikepdf.Array([1, 1, 0]),
                        Contents="theirs",
                        XTheirs="kept",
                    )
                ),
                pikepdf.Dictionary(**shared, Subtype=pikepdf.Name.Link, Rect=rect),
                pikepdf.Dictionary(
                    **shared, Subtype=pikepdf.Name.Stamp, Rect=rect, Name="/Draft"
                ),
            ]
        )
        return samples.saved(pdf)


def said(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [each.unparse(resolved=True) for each in pdf.pages[0].obj.Annots]


def test_what_came_in_the_file_stays_as_it_is_until_it_is_edited(
    api: APIClient, pdf_project: Make, clean_storage: Path
) -> None:
    project = pdf_project(foreign())
    assert subtypes(clean_storage / project.view_key) == ["Link", "Stamp"]
    original = said(clean_storage / project.base_key)
    rows = api.get(f"{address(project)}annotations/").data["results"]
    assert [(row["type"], row["source"]) for row in rows] == [("highlight", "file")]
    _found, path = exported(api, project, clean_storage, format="pdf")
    assert said(path) == original
    mine = f"{address(project)}annotations/{rows[0]['id']}/"
    assert api.patch(mine, {"color": "#00ff00", "revision": 1}).status_code == 200
    _found, path = exported(api, project, clean_storage, format="pdf")
    now = said(path)
    assert now[:2] == original[1:]
    assert b"theirs" not in now[0] + now[1]
    assert len(now) == 3
    api.delete(mine)
    _found, path = exported(api, project, clean_storage, format="pdf")
    assert said(path) == original[1:]


def test_pages_are_arranged_with_their_annotations(
    api: APIClient, pdf_project: Make, clean_storage: Path, pdf_asset: Any
) -> None:
    project = pdf_project(samples.plain(pages=3))
    first, second, third = (str(page.id) for page in project.page_list)
    annotate(api, project, "shape", page=1)
    other = pdf_asset(foreign())
    answer = api.post(
        f"{address(project)}pages/",
        {
            "revision": 1,
            "operations": [
                {"op": "rotate", "pages": [second], "degrees": 90},
                {"op": "move", "pages": [third], "before": first},
                {"op": "delete", "pages": [first]},
                {"op": "insert_blank", "before": None, "width": 100, "height": 50},
                {"op": "insert_from", "asset": str(other.pk), "before": second},
            ],
        },
    )
    assert answer.status_code == 200, answer.content
    pages = answer.data["pages"]
    assert [page["id"] for page in pages][::2] == [third, second]
    assert [page["rotation"] for page in pages] == [0, 0, 90, 0]
    assert (pages[3]["width"], pages[3]["height"]) == (100, 50)
    assert answer.data["file_revision"] == 2
    rows = api.get(f"{address(project)}annotations/").data["results"]
    assert {(row["page_number"], row["type"]) for row in rows} == {
        (3, "shape"),
        (2, "highlight"),
    }
    read(project)
    document = pdfium.PdfDocument(clean_storage / project.view_key)
    words = [page.get_textpage().get_text_range() for page in document]
    assert [text[-1:] for text in words] == ["3", "1", "2", ""]
    stale = api.post(
        f"{address(project)}pages/",
        {"revision": 1, "operations": [{"op": "delete", "pages": [third]}]},
    )
    assert stale.status_code == 409


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"op": "explode"},
        {"op": "rotate", "pages": ["x"], "degrees": 90},
        {"op": "rotate", "degrees": 90},
        {"op": "insert_blank", "width": 0, "height": 10},
        {"op": "insert_blank", "width": 1e9, "height": 10},
    ],
)
def test_bad_page_operations_change_nothing(
    api: APIClient, pdf_project: Make, operation: dict[str, Any]
) -> None:
    project = pdf_project()
    body = {"revision": 1, "operations": [operation]}
    answer = api.post(f"{address(project)}pages/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]
    project.refresh_from_db()
    assert project.revision == 1


def test_split(api: APIClient, pdf_project: Make) -> None:
    project = pdf_project()
    annotate(api, project, "note", page=1)
    ids = [str(page.id) for page in project.page_list]
    answer = api.post(
        f"{address(project)}split/", {"ranges": [[ids[0]], [ids[1]]]}, format="json"
    )
    assert answer.status_code == 201, answer.content
    parts = [PdfProject.objects.get(pk=each["id"]) for each in answer.data["results"]]
    assert [len(part.page_list) for part in parts] == [1, 1]
    counts = [Annotation.objects.filter(project=part).count() for part in parts]
    assert counts == [0, 1]
