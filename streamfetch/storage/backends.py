"""The two storages that STORAGES may name, and the one that is in use.

The bucket's half is imported only when it is used: boto3 would otherwise cost
every process of a local installation its memory and start-up time.
"""

from typing import TYPE_CHECKING, cast

from django.core.files.storage import storages

from streamfetch.storage.contract import MediaStorage
from streamfetch.storage.local import LocalMediaStorage

if TYPE_CHECKING:
    from streamfetch.storage.object_storage import ObjectMediaStorage

    _CONFORMING: tuple[type[MediaStorage], ...] = (
        LocalMediaStorage,
        ObjectMediaStorage,
    )

__all__ = ["LocalMediaStorage", "ObjectMediaStorage", "media_storage"]


def media_storage() -> MediaStorage:
    """The storage that the settings chose."""
    return cast(MediaStorage, storages["default"])


def __getattr__(name: str) -> object:
    if name == "ObjectMediaStorage":
        from streamfetch.storage.object_storage import ObjectMediaStorage

        return ObjectMediaStorage
    raise AttributeError(name)
