"""Making, changing and deleting annotations, one by one and many at once.

Every write names the revision it was made on. Ids come from the client, so that
sending something twice changes nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from pdfeditor.describing import describe_annotations
from pdfeditor.models import Annotation, PdfProject
from pdfeditor.services.parsing import Content, parse, parse_id
from streamfetch.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    RevisionConflict,
)
from streamfetch.events import bus
from streamfetch.problems import document_of

MAX_AT_ONCE = 1000
MILLISECOND_US = 1000
MAX_REVISION = 2**31 - 1


def _now() -> datetime:
    """The time as MongoDB keeps it, so that a first answer equals later ones."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // MILLISECOND_US * MILLISECOND_US)


def of_project(project: PdfProject, page: UUID | None = None) -> Any:
    """Annotations that are there, of one page or of all."""
    found = Annotation.objects.filter(project_id=project.pk)
    if page is not None:
        found = found.filter(page=page)
    return found.filter(is_deleted=False)


def find(project: PdfProject, annotation_id: UUID) -> Annotation:
    """Raises `NotFound`."""
    found = of_project(project).filter(pk=annotation_id).first()
    if found is None:
        raise NotFound(_("There is no such annotation (any more)."))
    annotation: Annotation = found
    return annotation


def _conflict(project: PdfProject, current: Annotation) -> RevisionConflict:
    return RevisionConflict(
        _("This annotation was changed elsewhere. Apply your change to it again."),
        extra={
            "current_revision": current.revision,
            "current": describe_annotations(project, [current])[0],
        },
    )


def create(project: PdfProject, data: Any, *, author: str) -> tuple[Annotation, bool]:
    """The annotation and whether it is new. Safe to repeat with the same id.

    One that was deleted comes back. Raises `Invalid`, and `RevisionConflict` when
    there is another one with this id.
    """
    content = parse(project, data)
    pk = parse_id(data["id"]) if data.get("id") is not None else uuid4()
    annotation = _new(project, pk, content, author)
    try:
        Annotation.objects.bulk_create([annotation])
    except IntegrityError:
        return _existing(project, pk, content), False
    tell(project, [pk])
    return annotation, True


def _new(project: PdfProject, pk: UUID, content: Content, author: str) -> Annotation:
    now = _now()
    return Annotation(
        pk=pk,
        project_id=project.pk,
        author=author,
        created_at=now,
        updated_at=now,
        **content.fields(),
    )


def _existing(project: PdfProject, pk: UUID, content: Content) -> Annotation:
    current = Annotation.objects.filter(pk=pk, project_id=project.pk).first()
    if current is None:
        raise Conflict(
            _("This id is taken. Choose another one."), code="id_taken", field="id"
        )
    if current.is_deleted:
        _write(current, content, is_deleted=True)
        tell(project, [pk])
        return current
    if content.is_that_of(current):
        return current
    raise _conflict(project, current)


def _write(current: Annotation, content: Content, *, is_deleted: bool = False) -> bool:
    """Store `content` if the annotation is still as it was read."""
    changes: dict[str, Any] = {
        **content.fields(),
        "is_deleted": False,
        "revision": current.revision + 1,
        "updated_at": _now(),
    }
    if not content.is_that_of(current):
        changes["is_touched"] = True
    count = Annotation.objects.filter(
        pk=current.pk, revision=current.revision, is_deleted=is_deleted
    ).update(**changes)
    if count:
        for name, value in changes.items():
            setattr(current, name, value)
    return bool(count)


def _revision(data: Any) -> int:
    revision = data.get("revision") if isinstance(data, dict) else None
    if (
        isinstance(revision, bool)
        or not isinstance(revision, int)
        or not 1 <= revision <= MAX_REVISION
    ):
        raise Invalid(
            _("Say which revision you edited, in `revision`."),
            code="revision_missing",
            field="revision",
        )
    return revision


def edit(project: PdfProject, current: Annotation, data: Any) -> Annotation:
    """Change the fields that `data` has, at its `revision`.

    Raises `Invalid`, `RevisionConflict` with the current annotation.
    """
    revision = _revision(data)
    if revision != current.revision:
        raise _conflict(project, current)
    content = parse(project, data, current=current)
    if not _write(current, content):
        raise _conflict(project, find(project, current.pk))
    tell(project, [current.pk])
    return current


def delete(project: PdfProject, annotation_id: UUID, revision: int | None) -> None:
    """Safe to repeat. With `revision`, only what the caller has seen is deleted."""
    found = Annotation.objects.filter(pk=annotation_id, project_id=project.pk)
    current = found.first()
    if current is None:
        raise NotFound(_("There is no such annotation (any more)."))
    if current.is_deleted:
        return
    if revision is not None and revision != current.revision:
        raise _conflict(project, current)
    changed = found.filter(revision=current.revision, is_deleted=False).update(
        is_deleted=True, revision=current.revision + 1, updated_at=_now()
    )
    if not changed:
        delete(project, annotation_id, revision)
        return
    tell(project, [annotation_id])


def tell(project: PdfProject, ids: list[UUID], *, editor: str = "") -> None:
    """Tell the owner's pages which annotations changed, and which of them did it."""
    bus.publish(
        project.owner_id,
        "pdf_annotations",
        {
            "project": str(project.pk),
            "ids": [str(pk) for pk in ids[:MAX_AT_ONCE]],
            "editor": editor,
        },
    )


# Many at once. ---------------------------------------------------------------------


def bulk(
    project: PdfProject, data: Any, *, author: str, editor: str = ""
) -> list[dict[str, Any]]:
    """{create[], update[], delete[]} → one result for each, in this order.

    `editor` names the page that asks, which then need not hear of it.

    What one item is refused for does not keep the others from being done.
    """
    if not isinstance(data, dict) or set(data) - {"create", "update", "delete"}:
        raise Invalid(
            _("Send an object with `create`, `update` and `delete`."), code="invalid"
        )
    parts = {name: data.get(name) or [] for name in ("create", "update", "delete")}
    for name, part in parts.items():
        if not isinstance(part, list):
            raise Invalid(_("This is a list."), code="not_a_list", field=name)
    if sum(map(len, parts.values())) > MAX_AT_ONCE:
        raise Invalid(
            _("At most %(most)d changes can be sent at once.") % {"most": MAX_AT_ONCE},
            code="too_many",
        )
    results = _create_all(project, parts["create"], author)
    results += [_attempt(item, _update_one(project)) for item in parts["update"]]
    results += [_attempt(item, _delete_one(project)) for item in parts["delete"]]
    changed = [UUID(each["id"]) for each in results if each["status"] < 300]
    if changed:
        tell(project, changed, editor=editor)
    shown = [each["annotation"] for each in results if "annotation" in each]
    described = iter(describe_annotations(project, shown))
    for each in results:
        if "annotation" in each:
            each["annotation"] = next(described)
    return results


Step = Callable[[Any], tuple[int, Annotation | None]]


def _id_of(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else item


def _attempt(item: Any, step: Step) -> dict[str, Any]:
    result: dict[str, Any] = {"id": _id_of(item)}
    try:
        result["status"], annotation = step(item)
    except DomainError as error:
        return {**result, "status": error.http_status, "error": document_of(error)}
    if annotation is not None:
        result |= {"id": str(annotation.pk), "annotation": annotation}
    return result


def _create_all(
    project: PdfProject, items: list[Any], author: str
) -> list[dict[str, Any]]:
    """New ones go in with one request; the rest, and repeats, one by one."""
    fresh: dict[int, Annotation] = {}
    results: list[dict[str, Any]] = []
    for index, item in enumerate(items):

        def prepare(item: Any, index: int = index) -> tuple[int, None]:
            content = parse(project, item)
            pk = parse_id(item["id"]) if item.get("id") is not None else uuid4()
            fresh[index] = _new(project, pk, content, author)
            return 201, None

        results.append(_attempt(item, prepare))
    try:
        Annotation.objects.bulk_create(list(fresh.values()))
    except IntegrityError:

        def create_one(item: Any) -> tuple[int, Annotation]:
            annotation, is_new = create(project, item, author=author)
            return (201 if is_new else 200), annotation

        for index, annotation in fresh.items():
            named = {**items[index], "id": str(annotation.pk)}
            results[index] = _attempt(named, create_one)
    else:
        for index, annotation in fresh.items():
            results[index] |= {"id": str(annotation.pk), "annotation": annotation}
    return results


def _update_one(project: PdfProject) -> Step:
    def step(item: Any) -> tuple[int, Annotation]:
        current = find(project, parse_id(_id_of(item)))
        return 200, edit(project, current, item)

    return step


def _delete_one(project: PdfProject) -> Step:
    def step(item: Any) -> tuple[int, None]:
        revision = item.get("revision") if isinstance(item, dict) else None
        pk = parse_id(_id_of(item))
        delete(project, pk, revision if isinstance(revision, int) else None)
        return 204, None

    return step
