"""Makes one file of a project in a worker, checks it, and stores it."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from pdfeditor.geometry.document import Notices, Page, Verification
from pdfeditor.geometry.xfdf import to_xfdf
from pdfeditor.models import Annotation, PdfExport, PdfProject
from pdfeditor.pipeline import child, files
from streamfetch.errors import DomainError
from streamfetch.jobs.models import LeaseLost
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.webhooks import secrecy

EXPORT_S = 120
EXPORT_S_PER_PAGE = 2
VERIFY_S = 90
EXPORT_BYTES = 2 * 1024 * 1024 * 1024


class PagesGone(DomainError):
    """The pages that were asked for were removed meanwhile."""

    code = "unknown_page"


def fonts_folder() -> Path:
    """Where the front-end build put the font files."""
    return Path(settings.BASE_DIR) / "static" / "dist" / "fonts"


def _places(project: PdfProject, wanted: list[UUID] | None) -> list[int]:
    """Where the wanted pages are in the file, in the order of the file."""
    if wanted is None:
        return list(range(len(project.page_list)))
    chosen = set(wanted)
    places = [at for at, page in enumerate(project.page_list) if page.id in chosen]
    if not places:
        raise PagesGone("The pages of this export are gone. Choose others.")
    return places


def _item(annotation: Annotation, page_index: int) -> dict[str, Any]:
    return {
        "id": str(annotation.pk),
        "page_index": page_index,
        "z": annotation.z,
        "author": annotation.author,
        "created": annotation.created_at.strftime("D:%Y%m%d%H%M%SZ"),
        "modified": annotation.updated_at.strftime("D:%Y%m%d%H%M%SZ"),
        "body": annotation.body.fields(),
    }


def _sort_out(
    project: PdfProject, places: list[int]
) -> tuple[list[dict[str, Any]], dict[int, list[int]]]:
    """What is drawn anew, and which of the file's own annotations are taken out."""
    index_of = {
        page.id: at for at, page in enumerate(project.page_list) if at in set(places)
    }
    items: list[dict[str, Any]] = []
    removed: dict[int, list[int]] = {}
    for annotation in Annotation.objects.filter(project_id=project.pk):
        at = index_of.get(annotation.page)
        if at is None:
            continue
        if annotation.source == Annotation.Source.FILE:
            if annotation.is_as_in_file and not annotation.is_deleted:
                continue
            removed.setdefault(at, []).extend(annotation.file_places())
        if not annotation.is_deleted:
            items.append(_item(annotation, at))
    return items, removed


def _fetch_images(
    project: PdfProject, items: list[dict[str, Any]], folder: Path
) -> None:
    folder.mkdir()
    names = {
        f"{item['body']['image']}.{item['body']['image_type']}"
        for item in items
        if item["body"]["type"] == "image"
    }
    for name in names:
        files.fetch(keys.pdf_file(project.pk, f"images/{name}"), folder / name)


def _wishes(project: PdfProject, job: PdfExport, places: list[int]) -> dict[str, Any]:
    """How the file is to be, in the words of the child."""
    return {
        "format": str(job.format),
        "flatten": job.options.flatten,
        "pages": places,
        "user_units": [project.page_list[at].user_unit for at in places],
        "metadata": project.metadata.model_dump(),
        "remove": job.options.remove.model_dump(),
        "dpi": job.options.dpi,
        "is_signed": project.is_signed,
    }


def export(run: Run[PdfExport]) -> dict[str, Any]:
    """The work of a `PdfExport` job; safe to run twice."""
    job = run.job
    project = PdfProject.objects.get(pk=job.project_id)
    places = _places(project, job.options.pages)
    items, removed = _sort_out(project, places)
    if job.format == PdfExport.Format.XFDF:
        return _export_xfdf(run, project, places)
    password = secrecy.decrypt(job.sealed_password) if job.sealed_password else ""
    run.enter("write", percent=5)
    base = files.fetch(project.base_key, run.workspace / "base.pdf")
    images = run.workspace / "images"
    _fetch_images(project, items, images)
    is_picture = job.format in (PdfExport.Format.PNG, PdfExport.Format.JPEG)
    extension = _extension(job, len(places))
    target = run.workspace / f"export.{extension}"
    try:
        written = child.run(
            "export",
            workspace=run.workspace.path,
            config={
                "base": str(base),
                "target": str(target),
                "fonts": str(fonts_folder()),
                "images": str(images),
                "annotations": items,
                "removed": removed,
                "password": password,
                **_wishes(project, job, places),
            },
            reads=[fonts_folder()],
            deadline_s=EXPORT_S + EXPORT_S_PER_PAGE * len(places),
            memory_bytes=EXPORT_BYTES,
            on_line=lambda line: run.report(5 + 80 * line["share"]),
            should_stop=run.should_stop,
        )
        verified = None
        if not is_picture:
            run.enter("verify", percent=85)
            config = {
                "before": str(base),
                "after": str(target),
                "password": password,
                "images": str(images),
                "bodies": {item["id"]: item["body"] for item in items},
                "pages": _to_check(project, places, written["rects"], removed),
            }
            verified = _verified(run, config)
    except child.Cancelled as error:
        raise LeaseLost from error
    run.enter("store", percent=97)
    return {
        **_store(job, target, extension),
        "verified": verified,
        "warnings": Notices(written["warnings"]),
    }


def _extension(job: PdfExport, pages: int) -> str:
    if job.format == PdfExport.Format.PDF:
        return "pdf"
    if pages > 1:
        return "zip"
    return "png" if job.format == PdfExport.Format.PNG else "jpg"


def _store(job: PdfExport, target: Path, extension: str) -> dict[str, Any]:
    key = keys.pdf_export_output(job.pk, extension)
    stored = media_storage().save_file(target, key, consume=True)
    return {
        "output_key": key,
        "output_removed_at": None,
        "size_bytes": stored.size_bytes,
        "sealed_password": "",
    }


def _export_xfdf(
    run: Run[PdfExport], project: PdfProject, places: list[int]
) -> dict[str, Any]:
    run.enter("write", percent=20)
    chosen: list[tuple[int, Page]] = [(at, project.page_list[at]) for at in places]
    index_of = {page.id: at for at, page in chosen}
    found = Annotation.objects.filter(project_id=project.pk, is_deleted=False)
    entries = [
        (_item(each, index_of[each.page]), project.page_list[index_of[each.page]])
        for each in found
        if each.page in index_of
    ]
    target = run.workspace / "export.xfdf"
    target.write_bytes(to_xfdf(entries))
    return _store(run.job, target, "xfdf")


def _to_check(
    project: PdfProject,
    places: list[int],
    rects: list[list[Any]],
    removed: dict[int, list[int]],
) -> list[dict[str, Any]]:
    """The pages that something was drawn on, as `children.verifying` wants them."""
    drawn: dict[int, list[Any]] = {}
    for page_index, rect, annotation in rects:
        drawn.setdefault(page_index, []).append([rect, annotation])
    return [
        {
            "before": page_index,
            "after": place,
            "box": project.page_list[page_index].crop,
            "rotation": project.page_list[page_index].rotation,
            "drawn": drawn.get(page_index, []),
            "removed": removed.get(page_index, []),
        }
        for place, page_index in enumerate(places)
        if page_index in drawn or page_index in removed
    ]


def _verified(run: Run[PdfExport], config: dict[str, Any]) -> Verification:
    try:
        answer = child.run(
            "verify",
            workspace=run.workspace.path,
            config=config,
            deadline_s=VERIFY_S,
            should_stop=run.should_stop,
        )
    except child.Unreadable:
        # Written well, but too much to draw here: say that it was not checked.
        return Verification(ok=False, worst_difference=0.0, pages_checked=0)
    return Verification.model_validate(answer)
