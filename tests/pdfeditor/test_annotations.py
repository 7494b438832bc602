"""Annotations over the API: one by one, many at once, under revisions."""

import copy
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from pdfeditor.geometry.document import Page, Pages
from pdfeditor.models import Annotation, PdfProject
from streamfetch.accounts.models import User
from streamfetch.events import bus
from uploads.models import Asset

pytestmark = pytest.mark.django_db
BOX = {"x": 20, "y": 30, "width": 100, "height": 50}
KINDS: dict[str, dict[str, Any]] = {
    "text": {**BOX, "type": "text", "content": "Hello"},
    "highlight": {
        **BOX,
        "type": "highlight",
        "quads": [[20, 30, 120, 30, 20, 80, 120, 80]],
        "color": "#ffff00",
    },
    "drawing": {
        **BOX,
        "type": "drawing",
        "strokes": [[[20, 30, 0.5], [60, 70, 0.9], [120, 80, 0.2]]],
    },
    "shape": {**BOX, "type": "shape", "shape_type": "rectangle"},
    "arrow": {
        **BOX,
        "type": "shape",
        "shape_type": "arrow",
        "points": [[20, 30], [120, 80]],
    },
    "note": {
        **BOX,
        "type": "note",
        "content": "Why?",
        "replies": [
            {
                "id": str(uuid.uuid4()),
                "author": "Bob",
                "content": "Because.",
                "created_at": "2026-11-21T10:00:00Z",
            }
        ],
    },
}


@pytest.fixture
def project(alice: User, pdf_asset: Callable[[bytes], Asset]) -> PdfProject:
    """Two pages, without waiting for a file to be read."""
    page = {"width": 300, "height": 400, "crop": (0, 0, 300, 400)}
    project = PdfProject(
        owner=alice,
        name="Contract",
        asset=pdf_asset(b"%PDF-1.7"),
        base_key="pdfs/unread",
        pages=Pages([Page(**page), Page(**page)]),
    )
    project.save()
    return project


@pytest.fixture
def url(project: PdfProject) -> str:
    return f"/api/v1/pdf-projects/{project.pk}/annotations/"


def body(project: PdfProject, kind: str = "shape", **changes: Any) -> dict[str, Any]:
    page = str(project.page_list[0].id)
    return {**copy.deepcopy(KINDS[kind]), "page": page, **changes}


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_in_comes_out(
    api: APIClient, project: PdfProject, url: str, kind: str
) -> None:
    sent = body(project, kind, id=str(uuid.uuid4()), z=3.5)
    made = api.post(url, sent)
    assert made.status_code == 201, made.content
    assert (made.data["revision"], made.data["page_number"]) == (1, 1)
    assert (made.data["author"], made.data["source"]) == ("alice", "own")
    found = api.get(f"{url}{sent['id']}/").data
    assert {key: found[key] for key in sent} == sent
    assert api.get(url).data["results"] == [found]


def test_sent_twice_it_is_there_once(
    api: APIClient, project: PdfProject, url: str
) -> None:
    sent = body(project, id=str(uuid.uuid4()))
    first, second = api.post(url, sent), api.post(url, sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.data == second.data
    other = api.post(url, {**sent, "x": 99})
    assert other.status_code == 409
    assert other.json()["current"]["x"] == 20


def test_pages_have_their_own(api: APIClient, project: PdfProject, url: str) -> None:
    first, second = (str(page.id) for page in project.page_list)
    for page in (first, second, second):
        assert api.post(url, body(project, page=page)).status_code == 201
    counts = [len(api.get(url, {"page": p}).data["results"]) for p in (first, second)]
    assert counts == [1, 2]
    some = api.get(url, {"page_size": 2}).data
    rest = api.get(some["next"]).data
    ids = {row["id"] for row in [*some["results"], *rest["results"]]}
    assert (len(ids), rest["next"]) == (3, None)


def test_changes_name_the_revision_they_were_made_on(
    api: APIClient, project: PdfProject, url: str
) -> None:
    made = api.post(url, body(project, "text")).data
    mine = f"{url}{made['id']}/"
    moved = api.patch(mine, {"x": 25, "background_color": "#ffffff", "revision": 1})
    assert (moved.status_code, moved.data["revision"]) == (200, 2)
    assert (moved.data["x"], moved.data["content"]) == (25, "Hello")
    cleared = api.patch(mine, {"background_color": None, "revision": 2})
    assert "background_color" not in cleared.data
    stale = api.patch(mine, {"x": 1, "revision": 1})
    assert stale.status_code == 409
    assert (stale.json()["code"], stale.json()["current"]["x"]) == (
        "revision_conflict",
        25,
    )
    assert api.patch(mine, {"x": 1}).json()["code"] == "revision_missing"


def test_deleted_it_can_come_back(
    api: APIClient, project: PdfProject, url: str
) -> None:
    sent = body(project, id=str(uuid.uuid4()))
    api.post(url, sent)
    mine = f"{url}{sent['id']}/"
    assert api.delete(f"{mine}?revision=7").status_code == 409
    assert api.delete(f"{mine}?revision=1").status_code == 204
    assert api.delete(mine).status_code == 204
    assert api.get(mine).status_code == 404
    assert api.get(url).data["results"] == []
    back = api.post(url, sent)
    assert (back.status_code, back.data["revision"]) == (200, 3)


def test_many_at_once(api: APIClient, project: PdfProject, url: str) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    made = api.post(
        f"{url}bulk/",
        {
            "create": [
                *(body(project, id=pk) for pk in ids),
                body(project, x=1e9),
            ]
        },
        format="json",
    ).data["results"]
    assert [each["status"] for each in made] == [201, 201, 201, 400]
    assert made[3]["error"]["errors"][0]["field"] == "x"
    changed = api.post(
        f"{url}bulk/",
        {
            "create": [body(project, id=ids[0])],
            "update": [
                {"id": ids[1], "x": 1, "revision": 1},
                {"id": ids[2], "x": 1, "revision": 9},
                {"id": str(uuid.uuid4()), "x": 1, "revision": 1},
            ],
            "delete": [{"id": ids[2], "revision": 1}, ids[0], "junk"],
        },
        format="json",
    ).data["results"]
    assert [each["status"] for each in changed] == [200, 200, 409, 404, 204, 204, 400]
    assert changed[2]["error"]["current"]["revision"] == 1
    left = api.get(url).data["results"]
    assert [(row["id"], row["x"]) for row in left] == [(ids[1], 1)]


def test_a_page_knows_its_own_changes_when_it_hears_of_them(
    api: APIClient, project: PdfProject, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(bus, "publish", lambda _owner, _name, data: told.append(data))
    batch = {"create": [body(project)]}
    api.post(f"{url}bulk/", batch, format="json", headers={"X-Editor": "tab 1"})
    api.post(url, body(project))
    assert [each["editor"] for each in told] == ["tab 1", ""]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown type": ({"type": "hologram"}, "type"),
    "no type": ({"type": None}, "type"),
    "unknown field": ({"colour": "red"}, "colour"),
    "unknown page": ({"page": str(uuid.uuid4())}, "page"),
    "page 0": ({"page": 0}, "page"),
    "off the page": ({"x": 5000, "y": 5000}, "x"),
    "far off": ({"x": 1e300}, "x"),
    "negative size": ({"width": -1}, "width"),
    "text as number": ({"x": "left"}, "x"),
    "too opaque": ({"opacity": 2}, "opacity"),
    "no colour": ({"stroke_color": "javascript:alert(1)"}, "stroke_color"),
    "no shape": ({"shape_type": "heart"}, "shape_type"),
    "a polygon of one point": (
        {"shape_type": "polygon", "points": [[1, 1]]},
        "shape",
    ),
    "z in words": ({"z": "top"}, "z"),
    "an id in words": ({"id": "mine"}, "id"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_annotations_are_refused_by_field(
    api: APIClient, project: PdfProject, url: str, name: str
) -> None:
    changes, field = BAD[name]
    answer = api.post(url, body(project, **changes))
    assert answer.status_code == 400, answer.content
    problem = answer.json()
    assert problem["errors"][0]["field"] == field or field == "shape"
    assert problem["detail"]
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(
    api: APIClient, project: PdfProject, url: str, text: str
) -> None:
    raw = (
        f'{{"page": "{project.page_list[0].id}", "type": "shape", '
        f'"shape_type": "circle", "x": {text}, "y": 1, "width": 5, "height": 5}}'
    )
    answer = api.post(url, raw, content_type="application/json")
    assert answer.status_code == 400
    assert not Annotation.objects.exists()


def test_100_000_points_are_refused(
    api: APIClient, project: PdfProject, url: str
) -> None:
    strokes = [[[n % 300, n % 400] for n in range(1000)] for _ in range(100)]
    answer = api.post(url, body(project, "drawing", strokes=strokes))
    assert answer.status_code == 400
    assert "20000 points" in answer.json()["detail"]


def picture(kind: str, size: tuple[int, int] = (20, 10), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind)
    return out.getvalue()


def send(api: APIClient, project: PdfProject, data: bytes) -> Any:
    file = SimpleUploadedFile("p.png", data, content_type="image/png")
    address = f"/api/v1/pdf-projects/{project.pk}/images/"
    return api.post(address, {"file": file}, format="multipart")


def test_pictures_are_stored_once_and_shown(
    api: APIClient, project: PdfProject, url: str
) -> None:
    first = send(api, project, picture("PNG"))
    assert first.status_code == 201, first.content
    assert (first.data["image_type"], first.data["width"]) == ("png", 20)
    assert send(api, project, picture("PNG")).data["image"] == first.data["image"]
    assert send(api, project, picture("JPEG")).data["image_type"] == "jpg"
    sent = {
        **BOX,
        "type": "image",
        "page": str(project.page_list[0].id),
        "image": first.data["image"],
        "image_type": "png",
    }
    made = api.post(url, sent)
    assert made.status_code == 201, made.content
    assert made.data["image_url"].endswith(f"{first.data['image']}.png")
    unknown = api.post(url, {**sent, "image": "0" * 32})
    assert unknown.json()["code"] == "unknown_image"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "invalid_image"),
        (picture("GIF"), "invalid_image"),
        (picture("PNG")[:40], "invalid_image"),
        (b"x" * (5 * 1024 * 1024 + 1), "too_large"),
        (picture("PNG", (30_000, 2_000), "1"), "image_too_large"),
    ],
    ids=["empty", "SVG", "GIF", "cut off", "too many bytes", "too many pixels"],
)
def test_bad_pictures_are_refused(
    api: APIClient, project: PdfProject, data: bytes, code: str, clean_storage: Any
) -> None:
    answer = send(api, project, data)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert not (clean_storage / "pdfs" / str(project.pk) / "images").exists()
