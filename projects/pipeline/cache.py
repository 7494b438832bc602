"""Encoded pieces that are used again: found by what they are, dropped by last use."""

import logging
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Sum
from django.utils import timezone

from projects.models import CachedChunk
from streamfetch.ffmpeg import fragments
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

logger = logging.getLogger(__name__)

# A render that is under way may need what was used this recently.
IN_USE = timedelta(hours=2)
BATCH = 200


def chunk_id(owner_id: Any, digest: str) -> UUID:
    return uuid5(UUID(str(owner_id)), digest)


def known(owner_id: Any, digests: Collection[str]) -> dict[str, CachedChunk]:
    """Those of `digests` that are there, by digest."""
    ids = [chunk_id(owner_id, digest) for digest in digests]
    return {chunk.digest: chunk for chunk in CachedChunk.objects.filter(pk__in=ids)}


def keep_fresh(owner_id: Any, digests: Collection[str]) -> None:
    """Say that these are used now."""
    ids = [chunk_id(owner_id, digest) for digest in digests]
    CachedChunk.objects.filter(pk__in=ids).update_idempotently(used_at=timezone.now())


def store(owner_id: Any, digest: str, path: Path) -> CachedChunk:
    """Keep a file with one track in fragments; it is gone from `path` then.

    Safe to repeat: the same piece has the same key.
    """
    movie = fragments.read(path)
    pk = chunk_id(owner_id, digest)
    key = keys.chunk_file(pk, digest)
    stored = media_storage().save_file(path, key, consume=True)
    chunk = CachedChunk(
        pk=pk,
        owner_id=owner_id,
        digest=digest,
        key=key,
        size_bytes=stored.size_bytes,
        samples=movie.samples,
        timescale=movie.timescale,
        init_bytes=len(movie.init),
        fragments=[
            [fragment.offset, fragment.size_bytes, fragment.ticks]
            for fragment in movie.fragments
        ],
    )
    try:
        chunk.save(force_insert=True)
    except IntegrityError:
        keep_fresh(owner_id, [digest])
    return chunk


def trim(owner_id: Any) -> int:
    """Drop the pieces that were used longest ago, until the rest has room.

    Returns how many. What a render may be using now stays. Safe to repeat.
    """
    everything = CachedChunk.objects.filter(owner_id=owner_id)
    size = everything.aggregate(sum=Sum("size_bytes"))["sum"] or 0
    excess = size - settings.RENDER_CACHE_BYTES
    if excess <= 0:
        return 0
    old = everything.filter(used_at__lt=timezone.now() - IN_USE).order_by("used_at")
    count = 0
    for chunk in list(old[:BATCH]):
        if excess <= 0:
            break
        media_storage().delete_prefix(keys.chunk(chunk.pk))
        chunk.delete()
        excess -= chunk.size_bytes
        count += 1
    if count:
        logger.info("Dropped %d rendered pieces of %s", count, owner_id)
    return count


def trim_all() -> int:
    """`trim` for every owner."""
    owners = CachedChunk.objects.values_list("owner_id", flat=True).distinct()
    return sum(trim(owner_id) for owner_id in list(owners))
