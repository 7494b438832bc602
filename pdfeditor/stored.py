"""Which objects PDF projects own; see `streamfetch.storage.owners`."""

from collections.abc import Iterator
from uuid import UUID

from pdfeditor.models import Annotation, PdfExport, PdfProject, PdfVersion
from pdfeditor.pipeline import files
from streamfetch.jobs.models import State
from streamfetch.storage.owners import Collection, Wanted, register


def _projects(ids: list[UUID]) -> set[UUID]:
    return set(PdfProject.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _exports(ids: list[UUID]) -> set[UUID]:
    return set(PdfExport.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _files() -> Iterator[Wanted]:
    read = PdfProject.objects.values_list("pk", "base_key", "view_key")
    for pk, *found in read.iterator():
        for key in filter(None, found):
            yield Wanted(key, f"PDF project {pk}")
    for pk, key in PdfVersion.objects.values_list("pk", "key").iterator():
        yield Wanted(key, f"PDF version {pk}")
    yield from _images()


def _images() -> Iterator[Wanted]:
    """Those of deleted annotations too: undoing brings them back."""
    read = Annotation.objects.filter(type=Annotation.Type.IMAGE).only("project", "body")
    for annotation in read.iterator():
        image = annotation.body.root
        key = files.image_key(annotation.project_id, image.image, str(image.image_type))
        yield Wanted(key, f"PDF annotation {annotation.pk}")


def _outputs() -> Iterator[Wanted]:
    kept = PdfExport.objects.filter(state=State.SUCCEEDED, output_removed_at=None)
    for pk, key in kept.values_list("pk", "output_key").iterator():
        if key:
            yield Wanted(key, f"PDF export {pk}")


register(Collection("pdfs", existing=_projects, wanted=_files))
register(Collection("pdf-exports", existing=_exports, wanted=_outputs))
