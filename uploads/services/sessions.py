"""Brings a file in: sign its parts, check what arrived, hand it to processing.

The browser sends bytes to storage, never through this code. Which parts have
arrived is asked of storage each time: a client's word is never taken for it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from streamfetch.errors import Conflict, Invalid, NotFound, TooLarge
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import (
    PartPlan,
    StoredObject,
    StoredPart,
    UploadTarget,
)
from streamfetch.storage.errors import PartMissing, SizeMismatch
from uploads import sniffing
from uploads.describing import describe_all
from uploads.models import MAX_TITLE, Asset, UploadSession
from uploads.pipeline.retention import discard
from uploads.pipeline.starting import accept
from uploads.services import usage

MIB = 1024 * 1024
SINGLE_UP_TO_BYTES = 100 * MIB
MAX_PARALLEL_PARTS = 4
SIGNED_AT_ONCE = 100
MAX_OPEN_SHOWN = 50
SESSION_IDLE = timedelta(hours=1)
MAX_FILE_NAME = 255
MAX_CONTENT_TYPE = 100
UNKNOWN_TYPE = "application/octet-stream"
# RFC 9110, 8.3.1, without parameters: it becomes a header of the browser's.
CONTENT_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)


@dataclass(frozen=True)
class Started:
    """A new session with the addresses of its first parts."""

    session: UploadSession
    targets: dict[int, UploadTarget]
    is_resumed: bool = False


def _check_size(size_bytes: int) -> None:
    if size_bytes <= 0:
        raise Invalid(
            _("This file is empty (0 bytes). Choose another one."),
            code="empty_file",
            field="size_bytes",
        )
    if size_bytes > settings.MAX_VIDEO_BYTES:
        raise TooLarge(
            _("This file has %(size)d MB; this server takes %(most)d MB at most.")
            % {
                "size": size_bytes // MIB,
                "most": settings.MAX_VIDEO_BYTES // MIB,
            },
            field="size_bytes",
        )


def title_of(file_name: str) -> str:
    """A readable title from a file's name: no folders, no extension."""
    name = PurePath(file_name.replace("\\", "/")).name
    stem = PurePath(name).stem.strip(" .")
    printable = "".join(c for c in stem if c.isprintable())
    return printable[:MAX_TITLE] or _("Untitled")


def _content_type(claimed: str) -> str:
    """What the client says, if it can be said in a header. Nothing relies on it."""
    claimed = claimed.strip().lower()[:MAX_CONTENT_TYPE]
    return claimed if CONTENT_TYPE.fullmatch(claimed) else UNKNOWN_TYPE


def _begun_before(owner: Any, fingerprint: str, size_bytes: int) -> Started | None:
    """The open session of the same file, so that only missing parts are sent."""
    sessions = UploadSession.objects.owned_by(owner).filter(
        status=UploadSession.Status.OPEN,
        fingerprint=fingerprint,
        size_bytes=size_bytes,
    )
    session = sessions.order_by("-created_at").first()
    if session is None:
        return None
    arrived = {part.number for part in arrived_parts(session)}
    missing = [n for n in range(1, session.plan.count + 1) if n not in arrived]
    touch(session)
    targets = _targets(session, missing[:SIGNED_AT_ONCE]) if missing else {}
    return Started(session, targets, is_resumed=True)


def _refuse_known(owner: Any, fingerprint: str, size_bytes: int) -> None:
    known = (
        Asset.objects.owned_by(owner)
        .alive()
        .filter(fingerprint=fingerprint, size_bytes=size_bytes)
        .exclude(status__in=(Asset.Status.PENDING_UPLOAD, Asset.Status.FAILED))
        .first()
    )
    if known is not None:
        raise Conflict(
            _("“%(title)s” in your library is this very file. Use it, or upload again.")
            % {"title": known.title},
            code="already_in_library",
            extra={"asset": describe_all([known])[0]},
        )


def start(
    owner: Any,
    *,
    filename: str,
    content_type: str,
    size_bytes: int,
    fingerprint: str = "",
    force: bool = False,
) -> Started:
    """Make a pending asset and a session for its bytes, or take up an open one.

    `fingerprint` is the client's digest of size and samples; with it, a file whose
    upload was begun before goes on where it stopped, and one that is in the library
    already is refused (`Conflict` with the asset) unless `force` is set. Raises
    `Invalid` or `TooLarge`; nothing is stored then.
    """
    _check_size(size_bytes)
    if fingerprint:
        begun = _begun_before(owner, fingerprint, size_bytes)
        if begun is not None:
            return begun
        if not force:
            _refuse_known(owner, fingerprint, size_bytes)
    usage.require_room(owner, size_bytes)
    asset = Asset(
        owner_id=owner.pk,
        title=title_of(filename),
        file_name=PurePath(filename.replace("\\", "/")).name[:MAX_FILE_NAME],
        content_type=_content_type(content_type),
        size_bytes=size_bytes,
        fingerprint=fingerprint,
    )
    multipart = size_bytes > SINGLE_UP_TO_BYTES
    plan = (
        PartPlan.for_size(size_bytes) if multipart else PartPlan(size_bytes, size_bytes)
    )
    session = UploadSession(
        owner_id=owner.pk,
        asset=asset,
        mode=UploadSession.Mode.MULTIPART if multipart else UploadSession.Mode.SINGLE,
        content_type=asset.content_type,
        size_bytes=size_bytes,
        part_size=plan.part_size_bytes,
        fingerprint=fingerprint,
        expires_at=timezone.now() + SESSION_IDLE,
    )
    session.key = keys.quarantine(session.pk)
    if multipart:
        session.storage_upload_id = media_storage().create_multipart(
            session.key, content_type=session.content_type, plan=plan
        )
    asset.save(force_insert=True)
    session.save(force_insert=True)
    first = range(1, min(plan.count, SIGNED_AT_ONCE) + 1)
    return Started(session, _targets(session, list(first)))


def open_sessions(owner: Any) -> list[UploadSession]:
    """The caller's unfinished uploads, on whatever device they were begun."""
    sessions = UploadSession.objects.owned_by(owner).filter(
        status=UploadSession.Status.OPEN
    )
    return sessions.newest_first(MAX_OPEN_SHOWN)


def find(owner: Any, session_id: UUID) -> UploadSession:
    """The caller's session. Raises `NotFound`."""
    session = UploadSession.objects.owned_by(owner).filter(pk=session_id).first()
    if session is None:
        raise NotFound(_("There is no such upload (any more). Start a new one."))
    return session


def _require_open(session: UploadSession) -> None:
    if session.status != UploadSession.Status.OPEN:
        raise Conflict(
            _("This upload has ended (%(status)s). Start a new one.")
            % {"status": session.status},
            code="upload_ended",
        )


def _targets(session: UploadSession, numbers: list[int]) -> dict[int, UploadTarget]:
    storage = media_storage()
    ttl_s = settings.SIGNED_URL_TTL_S
    if session.mode == UploadSession.Mode.SINGLE:
        target = storage.upload_target(
            session.key,
            content_type=session.content_type,
            size_bytes=session.size_bytes,
            expires_s=ttl_s,
        )
        return {1: target}
    return {
        number: storage.part_target(
            session.key,
            session.storage_upload_id,
            number,
            plan=session.plan,
            expires_s=ttl_s,
        )
        for number in numbers
    }


def sign_parts(session: UploadSession, numbers: list[int]) -> dict[int, UploadTarget]:
    """Fresh addresses for parts; using the session keeps it alive."""
    _require_open(session)
    targets = _targets(session, numbers)
    touch(session)
    return targets


def touch(session: UploadSession) -> datetime:
    expires_at = timezone.now() + SESSION_IDLE
    UploadSession.objects.filter(
        pk=session.pk, status=UploadSession.Status.OPEN
    ).update_idempotently(expires_at=expires_at)
    session.expires_at = expires_at
    return expires_at


def arrived_parts(session: UploadSession) -> list[StoredPart]:
    """The parts that storage has; a single file counts as part 1."""
    storage = media_storage()
    if session.status != UploadSession.Status.OPEN:
        return []
    if session.mode == UploadSession.Mode.SINGLE:
        stored = storage.head(session.key)
        if stored is None:
            return []
        return [StoredPart(number=1, size_bytes=stored.size_bytes, etag=stored.etag)]
    return storage.list_parts(session.key, session.storage_upload_id)


def _assemble(session: UploadSession) -> StoredObject:
    """One object of exactly the announced size, still in quarantine."""
    storage = media_storage()
    if session.mode == UploadSession.Mode.MULTIPART:
        return storage.complete_multipart(
            session.key, session.storage_upload_id, plan=session.plan
        )
    stored = storage.head(session.key)
    if stored is None:
        raise PartMissing([1])
    if stored.size_bytes != session.size_bytes:
        raise SizeMismatch(
            session.key,
            expected_bytes=session.size_bytes,
            actual_bytes=stored.size_bytes,
        )
    return stored


def complete(session: UploadSession) -> Asset:
    """Check what arrived, accept it and start processing. Safe to repeat.

    Raises `Conflict` while parts are missing, `sniffing.NotMedia` for something
    that is not media, and `TooLarge` for a PDF beyond its own limit; the object and
    its asset are removed then.
    """
    asset = Asset.objects.filter(pk=session.asset_id).first()
    if asset is None:
        raise NotFound(_("The file of this upload was deleted. Start a new one."))
    if session.status == UploadSession.Status.COMPLETED:
        return asset
    _require_open(session)
    storage = media_storage()
    source_key = asset.source_key
    if not source_key or storage.head(source_key) is None:
        stored = _assemble(session)
        head = storage.read_range(session.key, 0, sniffing.NEEDED_BYTES)
        try:
            sniffed = sniffing.sniff(head)
        except sniffing.NotMedia as error:
            abort(session)
            raise sniffing.NotMedia(error.detail, field="file") from error
        if sniffed == sniffing.PDF and stored.size_bytes > settings.MAX_PDF_BYTES:
            abort(session)
            raise TooLarge(
                _("This PDF has %(size)d MB; this server takes %(most)d MB at most.")
                % {
                    "size": stored.size_bytes // MIB,
                    "most": settings.MAX_PDF_BYTES // MIB,
                },
                field="file",
            )
        source_key = keys.asset_source(asset.pk, sniffed.extension)
        Asset.objects.filter(pk=asset.pk).update_idempotently(
            source_key=source_key,
            kind=sniffed.kind,
            content_type=sniffed.content_type,
        )
        storage.move(session.key, source_key, etag=stored.etag)
    asset.refresh_from_db()
    accept(asset)
    UploadSession.objects.filter(pk=session.pk).update_idempotently(
        status=UploadSession.Status.COMPLETED
    )
    asset.refresh_from_db()
    return asset


def abort(session: UploadSession) -> None:
    """Give an upload up: its bytes and its pending asset go. Safe to repeat."""
    if session.status == UploadSession.Status.COMPLETED:
        raise Conflict(
            _("This upload is complete. Delete the asset instead."),
            code="upload_ended",
        )
    discard(session)
