"""Tells the library in which PDF projects an asset stands."""

from uuid import UUID

from pdfeditor.models import PdfProject
from uploads.services.usage import SHOWN_USES, Use


def pdf_projects_using(owner_id: UUID, asset_id: UUID) -> list[Use]:
    """The owner's projects made from the asset."""
    found = PdfProject.objects.filter(
        asset_id=asset_id, owner_id=owner_id, is_deleted=False
    )
    return [
        Use(title=project.name, url=project.get_absolute_url())
        for project in found[:SHOWN_USES]
    ]
