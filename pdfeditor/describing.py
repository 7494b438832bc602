"""How projects, annotations and exports are shown. Reads only."""

from typing import Any

from django.urls import reverse

from pdfeditor.models import (
    Annotation,
    PdfExport,
    PdfProcessing,
    PdfProject,
    PdfVersion,
)
from streamfetch.events import bus
from streamfetch.jobs import queue
from streamfetch.jobs.models import State
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

_SHOWN_METADATA = ("title", "author")


def _folder_url(project: PdfProject, folder: str) -> str:
    """A signed address that names of files are appended to: one signature for all."""
    prefix = f"{keys.pdf(project.pk)}{folder}/"
    return media_storage().playback_url(prefix, "x").url.removesuffix("x")


def summary(project: PdfProject) -> dict[str, Any]:
    """A project in a list: with its first page's picture, without its pages."""
    pages = project.page_list
    thumbnail = None
    if pages and (name := pages[0].thumbnail_name()) in project.thumbnails:
        thumbnail = f"{_folder_url(project, 'thumbnails')}{name}.jpg"
    return {
        "id": str(project.pk),
        "name": project.name,
        "status": str(project.status),
        "error": project.error.model_dump() if project.error else None,
        "revision": project.revision,
        "page_count": len(pages) or project.metadata.page_count,
        "thumbnail_url": thumbnail,
        "url": project.get_absolute_url(),
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    }


def describe(project: PdfProject) -> dict[str, Any]:
    """A project's document with addresses to read from, signed for the hour."""
    storage = media_storage()
    made = set(project.thumbnails)
    base_url = _folder_url(project, "thumbnails") if made else ""
    pages = [
        {
            **page.model_dump(mode="json"),
            "page_number": number,
            "thumbnail": f"{base_url}{page.thumbnail_name()}.jpg"
            if page.thumbnail_name() in made
            else None,
        }
        for number, page in enumerate(project.page_list, start=1)
    ]
    asset = project.asset
    return {
        **summary(project),
        "asset": str(project.asset_id),
        "metadata": project.metadata.model_dump(mode="json"),
        "settings": project.settings.model_dump(mode="json"),
        "notices": project.notices.root,
        "pages": pages,
        "file_url": storage.playback_url(project.view_key).url
        if project.view_key
        else None,
        "file_revision": project.file_revision,
        "original_url": storage.playback_url(
            asset.source_key, download_name=asset.file_name or project.name
        ).url
        if asset.source_key
        else None,
        "has_form": project.has_form,
        "is_signed": project.is_signed,
    }


def describe_annotation(
    annotation: Annotation, *, numbers: dict[Any, int], images_url: str
) -> dict[str, Any]:
    """One annotation; `numbers` are the page numbers by page id."""
    body = annotation.body.fields()
    shown = {
        "id": str(annotation.pk),
        "page": str(annotation.page),
        "page_number": numbers.get(annotation.page),
        **body,
        "z": annotation.z,
        "revision": annotation.revision,
        "author": annotation.author,
        "source": str(annotation.source),
        "created_at": annotation.created_at,
        "updated_at": annotation.updated_at,
    }
    if annotation.type == Annotation.Type.IMAGE:
        shown["image_url"] = f"{images_url}{body['image']}.{body['image_type']}"
    return shown


def describe_annotations(
    project: PdfProject, annotations: list[Annotation]
) -> list[dict[str, Any]]:
    """Annotations of one project, in the order given."""
    numbers = {page.id: n for n, page in enumerate(project.page_list, start=1)}
    images_url = _folder_url(project, "images")
    return [
        describe_annotation(each, numbers=numbers, images_url=images_url)
        for each in annotations
    ]


def describe_version(version: PdfVersion) -> dict[str, Any]:
    return {
        "id": str(version.pk),
        "name": version.name,
        "annotation_count": version.annotation_count,
        "page_count": version.page_count,
        "project_revision": version.project_revision,
        "created_at": version.created_at,
    }


def has_file(export: PdfExport) -> bool:
    return export.state == State.SUCCEEDED and export.output_removed_at is None


def describe_export(export: PdfExport) -> dict[str, Any]:
    return {
        **queue.describe(export),
        "project": str(export.project_id),
        "project_revision": export.project_revision,
        "format": str(export.format),
        "options": export.options.model_dump(mode="json"),
        "verified": export.verified.model_dump() if export.verified else None,
        "warnings": export.warnings.root,
        "size_bytes": export.size_bytes,
        "file_url": reverse("pdf-export-file", args=[export.project_id, export.pk])
        if has_file(export)
        else None,
    }


def announce(project: PdfProject) -> None:
    """Tell the owner's pages that a project changed."""
    bus.publish(
        project.owner_id,
        "pdf_project",
        {
            "id": str(project.pk),
            "revision": project.revision,
            "status": str(project.status),
            "file_revision": project.file_revision,
            "thumbnail_count": len(project.thumbnails),
            "is_deleted": project.is_deleted,
        },
    )


def announce_project_of(job: PdfProcessing) -> None:
    """Tell what the beginning or end of reading a file made of its project."""
    if job.state == State.RUNNING:
        return
    project = PdfProject.objects.filter(pk=job.project_id).first()
    if project is not None:
        announce(project)
