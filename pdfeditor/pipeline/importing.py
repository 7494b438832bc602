"""Annotations that came in a file, as documents."""

from typing import Any
from uuid import UUID

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.document import Page
from pdfeditor.models import Annotation


def annotations_from(
    project_id: UUID, pages: list[Page], found: list[dict[str, Any]]
) -> list[Annotation]:
    """`found` is {page_index, file_index, author, body} of each; nothing is saved."""
    return [
        Annotation(
            project_id=project_id,
            page=pages[each["page_index"]].id,
            type=each["body"]["type"],
            z=float(number),
            body=Body.model_validate(each["body"]),
            author=each["author"],
            source=Annotation.Source.FILE,
            file_index=each["file_index"],
            file_companions=each["also"],
        )
        for number, each in enumerate(found)
    ]
