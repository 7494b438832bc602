"""Fields of forms: what they hold, and filling them in."""

from typing import Any

from django.utils.translation import gettext as _

from pdfeditor.models import PdfProject
from pdfeditor.pipeline import child, files
from pdfeditor.services import projects
from streamfetch.errors import Invalid
from streamfetch.storage.workspace import Workspace

FILL_S = 60
MAX_VALUES = 2_000
MAX_VALUE = 20_000


def listing(project: PdfProject) -> list[dict[str, Any]]:
    """Every place where a field is shown, with the id of its page."""
    if not project.has_form or not project.base_key:
        return []
    with Workspace(label="pdf_fields") as workspace:
        base = files.fetch(project.base_key, workspace / "base.pdf")
        found = child.run(
            "fields",
            workspace=workspace.path,
            config={"base": str(base)},
            deadline_s=FILL_S,
        )
    return _with_pages(project, found)


def fill(
    project: PdfProject, values: Any, *, revision: int | None = None
) -> list[dict[str, Any]]:
    """Fill fields in by name. Returns them all, as they are now.

    Raises `Invalid`, `child.Unreadable` naming a field that is not there.
    """
    _check(values)
    if not values:
        return listing(project)
    with Workspace(label="pdf_fields") as workspace:
        base = files.fetch(project.base_key, workspace / "base.pdf")
        target, view = workspace / "filled.pdf", workspace / "view.pdf"
        found = child.run(
            "fields",
            workspace=workspace.path,
            config={
                "base": str(base),
                "values": values,
                "target": str(target),
                "view": str(view),
            },
            deadline_s=FILL_S,
        )
        base_key = files.store(project.pk, target, role="base")
        view_key = files.store(project.pk, view, role="view")
    # Without a revision of the caller's, at least of the one that was filled in.
    projects.change(
        project,
        revision=revision or project.revision,
        base_key=base_key,
        view_key=view_key,
    )
    return _with_pages(project, found)


def _check(values: Any) -> None:
    if not isinstance(values, dict) or len(values) > MAX_VALUES:
        raise Invalid(
            _("Send `values`: an object of field names and what is in them."),
            code="invalid",
            field="values",
        )
    for name, value in values.items():
        parts = value if isinstance(value, list) else [value]
        if not all(
            part is None or isinstance(part, bool | int | float | str) for part in parts
        ) or any(len(str(part)) > MAX_VALUE for part in parts):
            raise Invalid(
                _("This is no value for a field."),
                code="invalid",
                field=f"values.{name[:100]}",
            )


def _with_pages(
    project: PdfProject, found: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    ids = [str(page.id) for page in project.page_list]
    return [
        {**field, "page": ids[index]}
        for field in found
        if (index := field.pop("page_index")) < len(ids)
    ]
