"""What people do with their assets."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from streamfetch.errors import Conflict, NotFound
from streamfetch.jobs import queue
from streamfetch.jobs.models import ACTIVE
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads import sniffing
from uploads.describing import announce
from uploads.models import Asset, AssetProcessing, Rendition
from uploads.pipeline import publishing
from uploads.pipeline.retention import erase
from uploads.pipeline.starting import accept, start_processing
from uploads.services import usage

READ_CHUNK_BYTES = 1024 * 1024


def find(owner: Any, asset_id: UUID) -> Asset:
    """The caller's asset, unless it is in the bin. Raises `NotFound`."""
    asset = Asset.objects.owned_by(owner).alive().filter(pk=asset_id).first()
    if asset is None:
        raise NotFound(_("There is no such file in your library."))
    return asset


def registered(owner_id: UUID, asset_id: UUID) -> Asset | None:
    """The asset that `register_file` made, if it did; processing goes on."""
    known = Asset.objects.filter(pk=asset_id, owner_id=owner_id).first()
    if known is not None and known.status == Asset.Status.PENDING_UPLOAD:
        accept(known)
        known.refresh_from_db()
    return known


def alive(asset_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the assets that exist and are not in the bin."""
    found = Asset.objects.alive().filter(pk__in=list(asset_ids))
    return set(found.values_list("pk", flat=True))


def reprocess(asset: Asset) -> AssetProcessing:
    """Process again. Raises `Conflict` while processing is under way."""
    if not asset.source_key:
        raise Conflict(
            _("This file has not arrived completely. Finish its upload first."),
            code="pending_upload",
        )
    job = start_processing(asset)
    if job is None:
        raise Conflict(_("This file is being processed already."), code="busy")
    return job


def register_file(
    owner_id: UUID,
    path: Path,
    *,
    asset_id: UUID,
    title: str,
    file_name: str = "",
    consume: bool = False,
    poster: Path | None = None,
) -> Asset:
    """Take a local file into the library and start processing it.

    The way in for workers and commands, which have the file on disk already. Safe
    to repeat with the same `asset_id`. Raises `sniffing.NotMedia`. The file is left
    where it is; with `consume` it is given away, and nothing copied where both are
    on one disk. `poster`, a JPEG that is given away too, stands for the film instead
    of one of its frames.
    """
    known = registered(owner_id, asset_id)
    if known is not None:
        return known
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(sniffing.NEEDED_BYTES)
        sniffed = sniffing.sniff(head)
        digest.update(head)
        while block := file.read(READ_CHUNK_BYTES):
            digest.update(block)
    asset = Asset(
        pk=asset_id,
        owner_id=owner_id,
        kind=sniffed.kind,
        title=title,
        file_name=file_name or path.name,
        content_type=sniffed.content_type,
        size_bytes=path.stat().st_size,
        sha256=digest.hexdigest(),
    )
    asset.source_key = keys.asset_source(asset.pk, sniffed.extension)
    media_storage().save_file(
        path, asset.source_key, content_type=asset.content_type, consume=consume
    )
    asset.save(force_insert=True)
    if poster is not None:
        publishing.store_file(asset.pk, Rendition.Spec.POSTER, poster, size=None)
    accept(asset)
    asset.refresh_from_db()
    return asset


def edit(asset: Asset, *, revision: int, **changes: Any) -> Asset:
    """Change title or tags.

    Raises `RevisionConflict` when the asset changed since `revision`.
    """
    if "tags" in changes:
        changes["tags"] = list(dict.fromkeys(changes["tags"]))
    asset.edit(revision=revision, **changes)
    announce(asset)
    return asset


def move_to_bin(asset: Asset, *, force: bool = False) -> None:
    """Out of the library; the files stay until the bin is emptied.

    Raises `Conflict` when something uses the asset, unless `force` is set.
    """
    if not force:
        usage.require_unused(asset)
    asset.move_to_bin()
    for job in AssetProcessing.objects.filter(asset_id=asset.pk, state__in=ACTIVE):
        # Not the queue's cancel: the asset must still say that it needs processing.
        if job.cancel():
            job.refresh_from_db()
            queue.announce(job)
    announce(asset)


def restore(owner: Any, asset_id: UUID) -> Asset:
    asset = Asset.objects.owned_by(owner).filter(pk=asset_id).first()
    if asset is None:
        raise NotFound(_("There is no such file in your library."))
    asset.restore()
    if asset.status == Asset.Status.PROCESSING:
        start_processing(asset)
        asset.refresh_from_db()
    announce(asset)
    return asset


def purge(owner: Any, asset_id: UUID) -> None:
    """Delete an asset that is in the bin for good, with everything it owned.

    Safe to repeat. Raises `NotFound`, also for one that is not in the bin.
    """
    asset = Asset.objects.owned_by(owner).filter(pk=asset_id, is_deleted=True).first()
    if asset is None:
        raise NotFound(_("There is no such file in your bin."))
    erase(asset)


def original_url(asset: Asset) -> str:
    """A signed address of the file as it came, to be saved. Raises `NotFound`."""
    if not asset.source_key:
        raise NotFound(_("This file has not arrived completely."))
    return (
        media_storage()
        .playback_url(asset.source_key, download_name=asset.file_name or asset.title)
        .url
    )


def poster_urls(asset_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Signed addresses of posters, by asset; assets without one are left out."""
    ids = list(asset_ids)
    if not ids:
        return {}
    storage = media_storage()
    posters = Rendition.objects.filter(asset_id__in=ids, spec=Rendition.Spec.POSTER)
    return {poster.asset_id: storage.playback_url(poster.key).url for poster in posters}
