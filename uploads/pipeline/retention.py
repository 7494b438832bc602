"""What is removed when its time is over."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.errors import UploadGone
from uploads.models import Asset, UploadSession

logger = logging.getLogger(__name__)

BATCH = 500
# Storage drops unfinished uploads after a week itself (R2), and so do we.
RESUMABLE_FOR = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(hours=6)
# No upload in parts is at work for longer; its addresses live for an hour.
STRAY_AFTER_S = 7 * 24 * 3600
QUARANTINE = "quarantine/"


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


def erase(asset: Asset) -> None:
    """Everything an asset owned goes: objects first, so that none is forgotten."""
    media_storage().delete_prefix(keys.asset(asset.pk))
    for session in UploadSession.objects.filter(asset_id=asset.pk):
        media_storage().remove(session.key)
    asset.delete()


def empty_bins() -> int:
    """Erase what has been in a bin for `BIN_DAYS`. Returns how many assets."""
    if not settings.BIN_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.BIN_DAYS)
    old = Asset.objects.filter(is_deleted=True, deleted_at__lt=before)
    count = freed_bytes = 0
    for asset in list(old[:BATCH]):
        # The list may be minutes old: what was restored meanwhile stays.
        if old.filter(pk=asset.pk).exists():
            logger.info("Bin: erasing asset %s of %d bytes", asset.pk, asset.size_bytes)
            erase(asset)
            count += 1
            freed_bytes += asset.size_bytes
    if count:
        logger.info("Bin: erased %d files of %d bytes in all", count, freed_bytes)
    return count


def _is_worth_keeping(session: UploadSession) -> bool:
    """Whether parts have arrived that a person may come back for."""
    if not session.storage_upload_id:
        return False
    if session.created_at < timezone.now() - RESUMABLE_FOR:
        return False
    try:
        return bool(media_storage().list_parts(session.key, session.storage_upload_id))
    except UploadGone:
        return False


def abort_expired_uploads() -> int:
    """Give up uploads that nobody used for an hour. Returns how many.

    Those of which parts have arrived wait for a week: nobody starts from zero.
    """
    expired = UploadSession.objects.filter(
        status=UploadSession.Status.OPEN, expires_at__lt=timezone.now()
    )
    count = 0
    for session in expired[:BATCH]:
        if _is_worth_keeping(session):
            UploadSession.objects.filter(pk=session.pk).update_idempotently(
                expires_at=timezone.now() + ASK_AGAIN_AFTER
            )
            continue
        discard(session)
        logger.info("Upload %s was abandoned: removed", session.pk)
        count += 1
    return count


def _is_expected(quarantine_key: str) -> bool:
    """Whether an upload that is still open sends its bytes there."""
    try:
        upload_id = UUID(quarantine_key.rpartition("/")[2])
    except ValueError:
        return False
    return UploadSession.objects.filter(
        pk=upload_id, status=UploadSession.Status.OPEN
    ).exists()


def remove_strays() -> int:
    """Remove bytes that belong to no upload any more. Returns how many objects.

    They come from signed addresses that were used after their upload was given
    up, and from crashes between storage and the database.
    """
    storage = media_storage()
    count = storage.abort_stale(older_than_s=STRAY_AFTER_S)
    for stored in list(storage.list_prefix(QUARANTINE)):
        if not _is_expected(stored.key):
            storage.remove(stored.key)
            count += 1
    if count:
        logger.info("Removed %d leftovers of uploads", count)
    return count
