"""Who goes first: what nobody can watch yet, then the better qualities of the rest."""

from datetime import timedelta

from django.utils import timezone

from streamfetch.jobs.models import Priority, State
from uploads.models import AssetProcessing, ClipMaking

# What waits for less may be about to begin elsewhere.
WAITING_S = 2.0


def others_wait() -> bool:
    """Whether something urgent has been waiting for a worker."""
    before = timezone.now() - timedelta(seconds=WAITING_S)
    return any(
        model.objects.filter(
            state=State.QUEUED, priority=Priority.HIGH, not_before__lte=before
        ).exists()
        for model in (AssetProcessing, ClipMaking)
    )
