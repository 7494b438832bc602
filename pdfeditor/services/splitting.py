"""Makes projects of parts of a project."""

from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from pdfeditor.geometry.document import Page, Pages
from pdfeditor.models import MAX_NAME, Annotation, PdfProject
from pdfeditor.pipeline import child, files
from pdfeditor.services import projects
from streamfetch.errors import Invalid
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.workspace import Workspace

SPLIT_S = 60


def split(project: PdfProject, ranges: list[list[UUID]]) -> list[PdfProject]:
    """A new project of each list of pages, with their annotations.

    Raises `Invalid` for pages that are not there; nothing is made then.
    """
    places = {page.id: at for at, page in enumerate(project.page_list)}
    for number, chosen in enumerate(ranges):
        if not set(chosen) <= places.keys():
            raise Invalid(
                _("This PDF has no such page (any more)."),
                code="unknown_page",
                field=f"ranges[{number}]",
            )
    with Workspace(label="pdf_split") as workspace:
        base = files.fetch(project.base_key, workspace / "source.pdf")
        made = []
        for number, chosen in enumerate(ranges, start=1):
            made.append(
                _part(
                    project,
                    [places[page] for page in chosen],
                    name=f"{project.name[: MAX_NAME - 8]} ({number})",
                    workspace=workspace,
                    base=str(base),
                )
            )
    return made


def _part(
    project: PdfProject,
    places: list[int],
    *,
    name: str,
    workspace: Workspace,
    base: str,
) -> PdfProject:
    target, view = workspace / "base.pdf", workspace / "view.pdf"
    found = child.run(
        "arrange",
        workspace=workspace.path,
        config={
            "sources": [base],
            "pages": [{"source": 0, "index": at, "rotation": None} for at in places],
            "base": str(target),
            "view": str(view),
        },
        deadline_s=SPLIT_S,
    )
    pages = [Page.model_validate(page) for page in found["pages"]]
    part = PdfProject(
        owner_id=project.owner_id,
        asset_id=project.asset_id,
        name=name,
        status=PdfProject.Status.DRAFT,
        metadata=project.metadata.model_copy(update={"page_count": len(pages)}),
        settings=project.settings,
        pages=Pages(pages),
        notices=project.notices,
        has_form=project.has_form,
        file_revision=1,
    )
    part.base_key = files.store(part.pk, target, role="base")
    part.view_key = files.store(part.pk, view, role="view")
    part.save(force_insert=True)
    _copy_annotations(project, part, places)
    projects.start_processing(part)
    return part


def _copy_annotations(project: PdfProject, part: PdfProject, places: list[int]) -> None:
    new_page = {
        project.page_list[at].id: page
        for at, page in zip(places, part.page_list, strict=True)
    }
    found = Annotation.objects.filter(project_id=project.pk)
    copies = []
    for annotation in found:
        if annotation.page not in new_page:
            continue
        annotation.pk = uuid4()
        annotation.project_id = part.pk
        annotation.page = new_page[annotation.page].id
        copies.append(annotation)
    Annotation.objects.bulk_create(copies)
    with Workspace(label="pdf_images") as workspace:
        for body in {
            (copy.body.root.image, copy.body.root.image_type)
            for copy in copies
            if copy.type == Annotation.Type.IMAGE
        }:
            name = f"images/{body[0]}.{body[1]}"
            source = keys.pdf_file(project.pk, name)
            path = files.fetch(source, workspace / "picture")
            media_storage().save_file(path, keys.pdf_file(part.pk, name), consume=True)
