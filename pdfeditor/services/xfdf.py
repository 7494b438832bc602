"""Annotations that come as XFDF."""

from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from pdfeditor.geometry.annotations import Image
from pdfeditor.geometry.xfdf import MAX_BYTES, InvalidXfdf, from_xfdf
from pdfeditor.models import Annotation, PdfProject
from pdfeditor.services.annotations import tell
from pdfeditor.services.images import has_image
from streamfetch.errors import Invalid, TooLarge


def add(project: PdfProject, data: bytes, *, author: str) -> dict[str, Any]:
    """Add what an XFDF file holds, all or nothing. Returns {created, left_out}.

    Raises `TooLarge`, `Invalid` naming the annotation that cannot be read.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(_("An XFDF file has 5 MB at most."), field="file")
    try:
        found = from_xfdf(data, project.page_list)
    except InvalidXfdf as error:
        raise Invalid(str(error), code="invalid_xfdf", field="file") from error
    made = [
        Annotation(
            pk=uuid4(),
            project_id=project.pk,
            page=each["page"],
            type=each["body"].root.type,
            body=each["body"],
            z=float(number),
            author=each["author"] or author,
        )
        for number, each in enumerate(found)
        if _is_complete(project, each["body"].root)
    ]
    Annotation.objects.bulk_create(made)
    tell(project, [annotation.pk for annotation in made])
    return {"created": len(made), "left_out": len(found) - len(made)}


def _is_complete(project: PdfProject, kind: Any) -> bool:
    """A picture is not in XFDF: it must be in the project already."""
    return not isinstance(kind, Image) or has_image(
        project, kind.image, kind.image_type
    )
