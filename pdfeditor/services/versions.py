"""States of a project to come back to. A state is a document in storage."""

import json
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.document import EditorSettings, Metadata, Pages
from pdfeditor.models import Annotation, PdfProject, PdfVersion
from pdfeditor.services import projects
from pdfeditor.services.annotations import tell
from streamfetch.errors import NotFound
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.workspace import Workspace


def of_project(project: PdfProject) -> Any:
    return PdfVersion.objects.filter(project_id=project.pk)


def find(project: PdfProject, version_id: UUID) -> PdfVersion:
    """Raises `NotFound`."""
    found = of_project(project).filter(pk=version_id).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    version: PdfVersion = found
    return version


def keep(project: PdfProject, *, name: str = "") -> PdfVersion:
    """Keep the project as it is now."""
    annotations = list(Annotation.objects.filter(project_id=project.pk))
    alive = sum(not annotation.is_deleted for annotation in annotations)
    version = PdfVersion(
        project_id=project.pk,
        name=name,
        annotation_count=alive,
        page_count=len(project.page_list),
        project_revision=project.revision,
    )
    version.key = keys.pdf_file(project.pk, f"versions/{version.pk}.json")
    document = {
        "base_key": project.base_key,
        "view_key": project.view_key,
        "pages": project.pages.model_dump(mode="json"),
        "metadata": project.metadata.model_dump(mode="json"),
        "settings": project.settings.model_dump(mode="json"),
        "annotations": [_plain(annotation) for annotation in annotations],
    }
    with Workspace(label="pdf_version") as workspace:
        path = workspace / "version.json"
        path.write_text(json.dumps(document), "utf-8")
        media_storage().save_file(path, version.key, consume=True)
    version.save(force_insert=True)
    return version


def _plain(annotation: Annotation) -> dict[str, Any]:
    return {
        "id": str(annotation.pk),
        "page": str(annotation.page),
        "z": annotation.z,
        "author": annotation.author,
        "source": str(annotation.source),
        "file_index": annotation.file_index,
        "file_companions": annotation.file_companions,
        "is_touched": annotation.is_touched,
        "is_deleted": annotation.is_deleted,
        "body": annotation.body.fields(),
    }


def restore(project: PdfProject, version: PdfVersion) -> PdfProject:
    """Go back to a version; the present state is kept as a version first."""
    with Workspace(label="pdf_version") as workspace:
        path = workspace / "version.json"
        media_storage().fetch_to(version.key, path)
        document = json.loads(path.read_bytes())
    keep(project, name=_("Before going back"))
    projects.change(
        project,
        revision=project.revision,
        base_key=document["base_key"],
        view_key=document["view_key"],
        file_revision=project.file_revision + 1,
        pages=Pages.model_validate(document["pages"]),
        metadata=Metadata.model_validate(document["metadata"]),
        settings=EditorSettings.model_validate(document["settings"]),
    )
    _restore_annotations(project, document["annotations"])
    return project


def _restore_annotations(project: PdfProject, wanted: list[dict[str, Any]]) -> None:
    now = timezone.now()
    present = {
        each.pk: each for each in Annotation.objects.filter(project_id=project.pk)
    }
    kept = set()
    changed: list[UUID] = []
    for plain in wanted:
        pk = UUID(plain["id"])
        kept.add(pk)
        current = present.get(pk)
        body = Body.model_validate(plain["body"])
        fields = {
            **{name: value for name, value in plain.items() if name != "id"},
            "page": UUID(plain["page"]),
            "body": body,
            "type": body.root.type,
        }
        if current is None:
            Annotation(pk=pk, project_id=project.pk, **fields).save(force_insert=True)
            changed.append(pk)
        elif _plain(current) != plain:
            Annotation.objects.filter(pk=pk).update(
                **fields, revision=current.revision + 1, updated_at=now
            )
            changed.append(pk)
    for pk, current in present.items():
        if pk not in kept and not current.is_deleted:
            Annotation.objects.filter(pk=pk).update(
                is_deleted=True, revision=current.revision + 1, updated_at=now
            )
            changed.append(pk)
    tell(project, changed)
