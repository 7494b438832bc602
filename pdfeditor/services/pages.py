"""Turning, moving, removing and adding pages. Annotations stay with their page."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from pdfeditor.geometry.document import MAX_PAGES, Page, Pages
from pdfeditor.models import Annotation, PdfProject
from pdfeditor.pipeline import child, files
from pdfeditor.pipeline.importing import annotations_from
from pdfeditor.services import projects
from pdfeditor.services.parsing import parse_id
from streamfetch.errors import Invalid
from streamfetch.storage.workspace import Workspace
from uploads.models import Kind
from uploads.services import assets

ARRANGE_S = 60
MAX_OPERATIONS = 200
QUARTER_TURNS = (90, 180, 270, -90, -180, -270)
MAX_BLANK_SIDE = 14_400.0


@dataclass
class _Sheet:
    """A page on its way: from which file, and as what it is known."""

    id: UUID
    source: int = 0
    index: int = 0
    rotation: int | None = None
    blank: tuple[float, float] | None = None
    is_new: bool = False


@dataclass
class _Plan:
    """The pages as the operations leave them."""

    sheets: list[_Sheet]
    keys: list[str] = field(default_factory=list)


def arrange(
    owner: Any, project: PdfProject, *, revision: int, operations: Any
) -> PdfProject:
    """Carry out page operations, all or none of them.

    Raises `Invalid` naming the operation, `RevisionConflict`, `child.Unreadable`.
    """
    if not isinstance(operations, list) or not 1 <= len(operations) <= MAX_OPERATIONS:
        raise Invalid(
            _("Send 1 to %(most)d operations.") % {"most": MAX_OPERATIONS},
            code="invalid",
            field="operations",
        )
    plan = _Plan(
        sheets=[
            _Sheet(page.id, index=index, rotation=page.rotation)
            for index, page in enumerate(project.page_list)
        ],
        keys=[project.base_key],
    )
    for number, operation in enumerate(operations):
        _apply(owner, plan, operation, f"operations[{number}]")
    if not plan.sheets:
        raise Invalid(
            _("A PDF keeps one page at least."), code="no_pages", field="operations"
        )
    if len(plan.sheets) > MAX_PAGES:
        raise Invalid(
            _("A PDF has %(most)d pages at most.") % {"most": MAX_PAGES},
            code="too_many_pages",
            field="operations",
        )
    return _write(project, plan, revision)


def _apply(owner: Any, plan: _Plan, operation: Any, field: str) -> None:
    if not isinstance(operation, dict):
        raise Invalid(_("An operation is an object."), code="invalid", field=field)
    match operation.get("op"):
        case "rotate":
            degrees = operation.get("degrees")
            if isinstance(degrees, bool) or degrees not in (
                90,
                180,
                270,
                -90,
                -180,
                -270,
            ):
                raise Invalid(
                    _("Pages are turned by 90, 180 or 270 degrees."),
                    code="invalid",
                    field=f"{field}.degrees",
                )
            for sheet in _chosen(plan, operation, field):
                sheet.rotation = ((sheet.rotation or 0) + degrees) % 360
        case "delete":
            gone = {id(sheet) for sheet in _chosen(plan, operation, field)}
            plan.sheets = [sheet for sheet in plan.sheets if id(sheet) not in gone]
        case "move":
            chosen = _chosen(plan, operation, field)
            taken = {id(sheet) for sheet in chosen}
            left = [sheet for sheet in plan.sheets if id(sheet) not in taken]
            at = _before(left, operation, field)
            plan.sheets = [*left[:at], *chosen, *left[at:]]
        case "insert_blank":
            width, height = (
                _side(operation, name, field) for name in ("width", "height")
            )
            at = _before(plan.sheets, operation, field)
            sheet = _Sheet(uuid4(), blank=(width, height), is_new=True)
            plan.sheets.insert(at, sheet)
        case "insert_from":
            _insert_from(owner, plan, operation, field)
        case _:
            raise Invalid(
                _("There is no such page operation."),
                code="unknown_operation",
                field=f"{field}.op",
            )


def _chosen(plan: _Plan, operation: dict[str, Any], field: str) -> list[_Sheet]:
    """The pages an operation names, in their order in the file."""
    named = operation.get("pages")
    if not isinstance(named, list) or not named:
        raise Invalid(
            _("Name the pages by their ids."), code="invalid", field=f"{field}.pages"
        )
    ids = {parse_id(value, field=f"{field}.pages") for value in named}
    chosen = [sheet for sheet in plan.sheets if sheet.id in ids]
    if len(chosen) != len(ids):
        raise _unknown_page(f"{field}.pages")
    return chosen


def _unknown_page(field: str) -> Invalid:
    return Invalid(
        _("This PDF has no such page (any more)."), code="unknown_page", field=field
    )


def _before(sheets: list[_Sheet], operation: dict[str, Any], field: str) -> int:
    """Where to put pages: before a page, or at the end for null."""
    before = operation.get("before")
    if before is None:
        return len(sheets)
    wanted = parse_id(before, field=f"{field}.before")
    for index, sheet in enumerate(sheets):
        if sheet.id == wanted:
            return index
    raise _unknown_page(f"{field}.before")


def _side(operation: dict[str, Any], name: str, field: str) -> float:
    value = operation.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 1 <= value <= MAX_BLANK_SIDE
    ):
        raise Invalid(
            _("A side of a page has 1 to 14,400 points."),
            code="invalid",
            field=f"{field}.{name}",
        )
    return float(value)


def _insert_from(
    owner: Any, plan: _Plan, operation: dict[str, Any], field: str
) -> None:
    asset = assets.find(owner, parse_id(operation.get("asset"), field=f"{field}.asset"))
    if asset.kind != Kind.PDF or not asset.source_key:
        raise Invalid(
            _("“%(title)s” is not a PDF.") % {"title": asset.title},
            code="not_a_pdf",
            field=f"{field}.asset",
        )
    wanted = operation.get("source_pages")
    if wanted is None:
        wanted = list(range(1, _page_count(asset.source_key) + 1))
    if (
        not isinstance(wanted, list)
        or not 1 <= len(wanted) <= MAX_PAGES
        or not all(isinstance(n, int) and not isinstance(n, bool) for n in wanted)
        or min(wanted) < 1
    ):
        raise Invalid(
            _("Name pages of the other PDF by numbers from 1."),
            code="invalid",
            field=f"{field}.source_pages",
        )
    at = _before(plan.sheets, operation, field)
    plan.keys.append(asset.source_key)
    source = len(plan.keys) - 1
    plan.sheets[at:at] = [
        _Sheet(uuid4(), source=source, index=number - 1, is_new=True)
        for number in wanted
    ]


def _page_count(key: str) -> int:
    with Workspace(label="pdf_count") as workspace:
        source = files.fetch(key, workspace / "source.pdf")
        count = child.run(
            "count",
            workspace=workspace.path,
            config={"source": str(source)},
            deadline_s=ARRANGE_S,
        )
    return int(count)


def _write(project: PdfProject, plan: _Plan, revision: int) -> PdfProject:
    with Workspace(label="pdf_pages") as workspace:
        sources = [
            files.fetch(key, workspace / f"source-{number}.pdf")
            for number, key in enumerate(plan.keys)
        ]
        base, view = workspace / "base.pdf", workspace / "view.pdf"
        found = child.run(
            "arrange",
            workspace=workspace.path,
            config={
                "sources": list(map(str, sources)),
                "pages": [_wanted(sheet) for sheet in plan.sheets],
                "base": str(base),
                "view": str(view),
            },
            deadline_s=ARRANGE_S,
        )
        return _store(project, plan, found, revision=revision, base=base, view=view)


def _wanted(sheet: _Sheet) -> dict[str, Any]:
    if sheet.blank:
        return {"blank": list(sheet.blank), "rotation": sheet.rotation or 0}
    return {"source": sheet.source, "index": sheet.index, "rotation": sheet.rotation}


def _store(
    project: PdfProject,
    plan: _Plan,
    found: dict[str, Any],
    *,
    revision: int,
    base: Path,
    view: Path,
) -> PdfProject:
    pages = [
        Page.model_validate({**measured, "id": sheet.id})
        for sheet, measured in zip(plan.sheets, found["pages"], strict=True)
    ]
    base_key = files.store(project.pk, base, role="base")
    view_key = files.store(project.pk, view, role="view")
    projects.change(
        project,
        revision=revision,
        pages=Pages(pages),
        base_key=base_key,
        view_key=view_key,
        # A version without a form may be gone back from.
        has_form=project.has_form or found["has_form"],
        file_revision=project.file_revision + 1,
        metadata=project.metadata.model_copy(update={"page_count": len(pages)}),
    )
    new = {index for index, sheet in enumerate(plan.sheets) if sheet.is_new}
    brought = [each for each in found["annotations"] if each["page_index"] in new]
    Annotation.objects.bulk_create(annotations_from(project.pk, pages, brought))
    if any(page.thumbnail_name() not in project.thumbnails for page in pages):
        projects.start_processing(project)
    return project
