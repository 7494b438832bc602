"""Which documents own which objects. Apps say so in a module `stored`.

`stored` calls `register` once for each collection of keys that its documents own.
A collection that nobody registered is never looked at, let alone cleaned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

MODULE = "stored"


@dataclass(frozen=True)
class Wanted:
    """An object that a document says exists; `document` is its name for a person."""

    key: str
    document: str


@dataclass(frozen=True)
class Collection:
    """One of `keys.COLLECTIONS`, whose second part is the id of a document.

    `existing` tells which of some ids have a document that owns objects;
    `wanted` yields every object that must be there.
    """

    name: str
    existing: Callable[[list[UUID]], set[UUID]]
    wanted: Callable[[], Iterator[Wanted]]


_collections: dict[str, Collection] = {}


def register(collection: Collection) -> None:
    _collections[collection.name] = collection


def collections() -> list[Collection]:
    """Every registered collection, by name."""
    autodiscover_modules(MODULE)
    return [_collections[name] for name in sorted(_collections)]
