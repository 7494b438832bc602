"""Compares storage with the database, both ways.

An object without a document takes room for nothing; a document without its object
promises what is not there. Nothing here changes a document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.utils import timezone

from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import StoredObject
from streamfetch.storage.errors import ObjectMissing
from streamfetch.storage.local import LocalMediaStorage
from streamfetch.storage.object_errors import bucket_errors
from streamfetch.storage.owners import Collection, Wanted

if TYPE_CHECKING:
    from streamfetch.storage.object_storage import ObjectMediaStorage

BATCH = 500
# What is younger may belong to a document that is about to be written.
DELETABLE_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Orphan:
    """An object that no document owns. Times are aware; None: gone meanwhile."""

    stored: StoredObject
    modified_at: datetime | None

    @property
    def is_deletable(self) -> bool:
        return (
            self.modified_at is not None
            and self.modified_at < timezone.now() - DELETABLE_AFTER
        )


def ownerless(collection: Collection) -> Iterator[Orphan]:
    """The collection's objects whose id has no document."""
    objects = media_storage().list_prefix(f"{collection.name}/")
    while batch := list(islice(objects, BATCH)):
        ids = {stored.key: _id_of(stored.key) for stored in batch}
        named = {found for found in ids.values() if found is not None}
        existing = collection.existing(list(named))
        for stored in batch:
            if ids[stored.key] not in existing:
                yield Orphan(stored, _modified_at(stored.key))


def missing(collection: Collection) -> Iterator[Wanted]:
    """What documents say exists and does not."""
    for wanted in collection.wanted():
        if not _is_there(wanted.key):
            yield wanted


def delete(orphan: Orphan) -> None:
    """Raises `ValueError` for one that is too young to be sure about."""
    if not orphan.is_deletable:
        raise ValueError("the object is too young, or gone")
    media_storage().remove(orphan.stored.key)


def _id_of(key: str) -> UUID | None:
    try:
        return UUID(key.split("/")[1])
    except ValueError:
        return None


def _is_there(key_or_prefix: str) -> bool:
    storage = media_storage()
    if key_or_prefix.endswith("/"):
        return any(True for _stored in storage.list_prefix(key_or_prefix))
    return storage.head(key_or_prefix) is not None


def _modified_at(key: str) -> datetime | None:
    storage = media_storage()
    try:
        if isinstance(storage, LocalMediaStorage):
            return storage.get_modified_time(key)
        bucket = cast("ObjectMediaStorage", storage)
        with bucket_errors(key):
            answer = bucket.client.head_object(Bucket=bucket.bucket_name, Key=key)
        return answer["LastModified"]
    except (FileNotFoundError, ObjectMissing):
        return None
