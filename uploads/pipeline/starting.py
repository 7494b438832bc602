"""Hands a file that is in storage to processing."""

from uuid import uuid5

from django.db import IntegrityError

from streamfetch.jobs import queue
from streamfetch.jobs.models import ACTIVE
from uploads import notices
from uploads.models import Asset, AssetProcessing


def start_processing(asset: Asset) -> AssetProcessing | None:
    """Queue processing, unless it is under way. Safe to repeat, and at once."""
    runs = AssetProcessing.objects.filter(asset_id=asset.pk)
    number = runs.count()
    if runs.filter(state__in=ACTIVE).exists():
        return None
    job = AssetProcessing(
        # Of two requests at the same time, one gets the id.
        pk=uuid5(asset.pk, f"processing {number}"),
        owner_id=asset.owner_id,
        asset_id=asset.pk,
        asset_title=asset.title,
    )
    try:
        queue.submit(job)
    except IntegrityError:
        return None
    return job


def accept(asset: Asset) -> None:
    """A file that has arrived in full becomes part of the library. Safe to repeat."""
    notices.uploaded(asset)
    start_processing(asset)
