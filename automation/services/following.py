"""Dubbing as something to go on with when a video has come in, and what uses it."""

from uuid import UUID, uuid5

from django.db import IntegrityError

from automation.documents import DubConfig
from automation.models import AutomationJob
from automation.services import estimates, jobs
from streamfetch.accounts.models import User
from streamfetch.jobs.models import ACTIVE
from uploads.models import Asset
from uploads.services.usage import SHOWN_USES, Use


def start(owner_id: UUID, asset: Asset) -> str:
    """Propose chunks for dubbing the asset with what this server can do by itself,
    and wait for a review. Safe to repeat. Returns the job's page.

    Raises `Invalid` for an asset that cannot be dubbed.
    """
    job_id = uuid5(asset.pk, "dub")
    known = AutomationJob.objects.filter(pk=job_id, owner_id=owner_id).first()
    if known is None:
        config = DubConfig(target_languages=[_language()], review=True)
        owner = User.objects.get(pk=owner_id)
        try:
            known = jobs.create(owner, config=config, asset=asset.pk, job_id=job_id)
        except IntegrityError:
            known = AutomationJob.objects.get(pk=job_id)
    return known.target_url()


def _language() -> str:
    """The first one that the local engine speaks here."""
    spoken = estimates.engines()[0].languages
    return spoken[0] if spoken and "es" not in spoken else "es"


def jobs_using(owner_id: UUID, asset_id: UUID) -> list[Use]:
    """Dubbing jobs of the owner that still need the asset."""
    found = AutomationJob.objects.filter(asset_id=asset_id, state__in=ACTIVE)
    return [
        Use(title=job.name, url=job.target_url())
        for job in found[:SHOWN_USES]
        if job.owner_id == owner_id
    ]
