from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from pdfeditor.models import PdfProcessing, PdfProject
from pdfeditor.pipeline.processing import process
from pdfeditor.services import projects
from streamfetch.accounts.models import User
from streamfetch.jobs.running import run_job
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from tests.pdfeditor import samples
from uploads.models import Asset, Kind


@pytest.fixture
def clean_storage(settings, tmp_path: Path) -> Path:
    """A folder of its own for what is stored; returns it."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }
    return folder


@pytest.fixture
def pdf_asset(
    alice: User, clean_storage: Path, tmp_path: Path
) -> Callable[[bytes], Asset]:
    """Puts a file into Alice's library as if it had been uploaded."""

    def make(data: bytes) -> Asset:
        path = tmp_path / f"{uuid4()}.pdf"
        path.write_bytes(data)
        asset_id = uuid4()
        key = keys.asset_source(asset_id, "pdf")
        media_storage().save_file(path, key)
        return Asset.objects.create(
            pk=asset_id,
            owner=alice,
            title="Contract",
            kind=Kind.PDF,
            status=Asset.Status.READY,
            source_key=key,
            file_name="contract.pdf",
            content_type="application/pdf",
            size_bytes=len(data),
        )

    return make


def read(project: PdfProject) -> PdfProject:
    """Does what a worker would do for a new project."""
    for job in PdfProcessing.objects.filter(project_id=project.pk, state="queued"):
        run_job(PdfProcessing, str(job.pk), process)
    project.refresh_from_db()
    return project


@pytest.fixture
def pdf_project(
    alice: User, pdf_asset: Callable[[bytes], Asset]
) -> Callable[..., PdfProject]:
    """Makes a project of a file and has it read."""

    def make(data: bytes | None = None, *, password: str = "") -> PdfProject:
        asset = pdf_asset(samples.plain(pages=2) if data is None else data)
        return read(projects.create(alice, asset=asset.pk, password=password))

    return make
