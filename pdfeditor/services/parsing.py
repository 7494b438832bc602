"""From what a client sends to an annotation's checked fields."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from pdfeditor.geometry.annotations import Body, Image, extent
from pdfeditor.geometry.document import Page
from pdfeditor.models import Annotation, PdfProject
from pdfeditor.services.images import has_image
from streamfetch.api.fields import path_of
from streamfetch.errors import FieldProblem, Invalid

FURTHEST_Z = 1e12
MAX_PROBLEMS = 20
# Written by the server alone; clients may send back what they got.
SERVER_FIELDS = frozenset(
    {
        "id",
        "revision",
        "author",
        "source",
        "created_at",
        "updated_at",
        "page_number",
        "image_url",
    }
)


@dataclass(frozen=True)
class Content:
    """Where an annotation is and what it says."""

    page: UUID
    z: float
    body: Body

    def fields(self) -> dict[str, Any]:
        return {
            "page": self.page,
            "z": self.z,
            "type": self.body.root.type,
            "body": self.body,
        }

    def is_that_of(self, annotation: Annotation) -> bool:
        return (
            annotation.page == self.page
            and annotation.z == self.z
            and annotation.body == self.body
        )


def parse_id(value: Any, *, field: str = "id") -> UUID:
    """Raises `Invalid`."""
    try:
        return UUID(value) if isinstance(value, str) else _refuse_id(field)
    except ValueError:
        return _refuse_id(field)


def _refuse_id(field: str) -> UUID:
    raise Invalid(_("This is not an id (a UUID)."), code="invalid_id", field=field)


def parse(
    project: PdfProject, data: Any, *, current: Annotation | None = None
) -> Content:
    """Check `data`, which may be a part of the fields when `current` is given.

    Raises `Invalid` with the path of everything that is wrong.
    """
    if not isinstance(data, dict):
        raise Invalid(_("An annotation is a JSON object."), code="not_an_object")
    sent = {key: value for key, value in data.items() if key not in SERVER_FIELDS}
    page = _page(project, data, sent.pop("page", None), current)
    z = _z(sent.pop("z", current.z if current else 0.0))
    known = current.body.fields() if current else {}
    fields = {**known, **sent}
    body = _body({key: value for key, value in fields.items() if value is not None})
    _check_place(body, page)
    if isinstance(body.root, Image) and not has_image(
        project, body.root.image, body.root.image_type
    ):
        raise Invalid(
            _("There is no such picture in this project. Add it first."),
            code="unknown_image",
            field="image",
        )
    return Content(page=page.id, z=z, body=body)


def _page(
    project: PdfProject, data: dict[str, Any], value: Any, current: Annotation | None
) -> Page:
    number = data.get("page_number")
    if value is None and current is not None:
        value = str(current.page)
    if (
        value is None
        and isinstance(number, int)
        and 1 <= number <= len(project.page_list)
    ):
        return project.page_list[number - 1]
    page = project.page(parse_id(value, field="page")) if value is not None else None
    if page is None:
        raise Invalid(
            _("This PDF has no such page (any more)."),
            code="unknown_page",
            field="page",
        )
    return page


def _z(value: Any) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not -FURTHEST_Z <= value <= FURTHEST_Z
    ):
        raise Invalid(_("The order `z` is a number."), code="invalid", field="z")
    return float(value)


def _body(fields: dict[str, Any]) -> Body:
    try:
        return Body.model_validate(fields)
    except ValidationError as error:
        problems = [
            FieldProblem(
                field=_path(each["loc"]) or "type",
                code=each["type"],
                message=each["msg"].removeprefix("Value error, "),
            )
            for each in error.errors(include_url=False, include_input=False)
        ][:MAX_PROBLEMS]
        first = problems[0]
        code = "unknown_type" if first.code.startswith("union_tag") else first.code
        raise Invalid(
            f"{first.field}: {first.message}", code=code, errors=problems
        ) from error


def _path(location: tuple[int | str, ...]) -> str:
    # The first part is the type, by which pydantic chose what to check.
    return path_of(location[1:])


def _check_place(body: Body, page: Page) -> None:
    x0, y0, x1, y1 = extent(body.root)
    if x1 < 0 or y1 < 0 or x0 > page.width or y0 > page.height:
        raise Invalid(
            _("This lies outside of its page (%(width)g by %(height)g points).")
            % {"width": page.width, "height": page.height},
            code="off_page",
            field="x",
        )
