"""Pictures that are put on pages: checked, made harmless, stored once."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from pdfeditor.models import PdfProject
from pdfeditor.pipeline import child, files
from streamfetch.errors import Invalid, TooLarge
from streamfetch.storage.backends import media_storage
from streamfetch.storage.workspace import Workspace

MAX_IMAGE_BYTES = 5 * 1024 * 1024
READ_S = 20


def has_image(project: PdfProject, image: str, image_type: str) -> bool:
    return (
        media_storage().head(files.image_key(project.pk, image, image_type)) is not None
    )


def add(project: PdfProject, data: bytes) -> dict[str, Any]:
    """Store a PNG or JPEG, drawn anew: what hides in the file is left behind.

    Returns {image, image_url, image_type, width, height} in pixels. Safe to repeat:
    the same picture has the same id. Raises `TooLarge`, `Invalid`, `Unreadable`.
    """
    if len(data) > MAX_IMAGE_BYTES:
        raise TooLarge(
            _("This picture has more than 5 MB. Make it smaller first."), field="file"
        )
    if not data:
        raise Invalid(_("This picture is empty."), code="empty_file", field="file")
    image = hashlib.sha256(data).hexdigest()[:32]
    with Workspace(label="pdf_image") as workspace:
        source, target = workspace / "source", workspace / "picture"
        source.write_bytes(data)
        found = child.run(
            "picture",
            workspace=workspace.path,
            config={"source": str(source), "target": str(target)},
            deadline_s=READ_S,
        )
        key = files.image_key(project.pk, image, found["image_type"])
        media_storage().save_file(target, key, consume=True)
    return {"image": image, "image_url": media_storage().playback_url(key).url, **found}
