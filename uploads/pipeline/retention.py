"""What is removed when its time is over."""

import logging

from django.utils import timezone

from streamfetch.storage.backends import media_storage
from uploads.models import Asset, UploadSession

logger = logging.getLogger(__name__)

BATCH = 500


def discard(session: UploadSession) -> None:
    """Remove an unfinished upload: bytes, session, pending asset. Safe to repeat."""
    storage = media_storage()
    if session.storage_upload_id:
        storage.abort_multipart(session.key, session.storage_upload_id)
    storage.remove(session.key)
    UploadSession.objects.filter(
        pk=session.pk, status=UploadSession.Status.OPEN
    ).update_idempotently(status=UploadSession.Status.ABORTED)
    Asset.objects.filter(
        pk=session.asset_id, status=Asset.Status.PENDING_UPLOAD
    ).delete()


def abort_expired_uploads() -> int:
    """Give up uploads that nobody used for an hour. Returns how many."""
    expired = UploadSession.objects.filter(
        status=UploadSession.Status.OPEN, expires_at__lt=timezone.now()
    )
    count = 0
    for session in expired[:BATCH]:
        discard(session)
        logger.info("Upload %s was abandoned: removed", session.pk)
        count += 1
    return count
