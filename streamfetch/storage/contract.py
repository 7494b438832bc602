"""What every storage can do, and the values that pass in and out of it.

Keys come from `streamfetch.storage.keys`. Every method may raise
`StorageUnavailable`; those that write may raise `DiskFull`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from django.utils.translation import gettext as _

from streamfetch.storage.errors import UploadRefused

MEBIBYTE = 1024 * 1024
PART_SIZE_BYTES = 10 * MEBIBYTE
MAX_PARTS = 10_000
MAX_PART_SIZE_BYTES = 5 * 1024 * MEBIBYTE
LONGEST_URL_S = 3600


@dataclass(frozen=True)
class StoredObject:
    """One object. `etag` changes whenever the content does; compare, never parse."""

    key: str
    size_bytes: int
    etag: str
    content_type: str


@dataclass(frozen=True)
class StoredPart:
    """One part of a multipart upload that has arrived in full."""

    number: int
    size_bytes: int
    etag: str


@dataclass(frozen=True)
class UploadTarget:
    """Where and how to send bytes. The client sends exactly `size_bytes`, with
    these headers; `url` is root-relative on local disk and absolute elsewhere."""

    method: str
    url: str
    size_bytes: int
    expires_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SignedUrl:
    """An address to read from. Root-relative unless a CDN stands in front."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class PartPlan:
    """How a file is cut: parts of one constant size, only the last may be smaller.

    R2 accepts nothing else, and it lets local disk write each part at its offset.
    Raises `UploadRefused` when the numbers cannot make a valid upload.
    """

    size_bytes: int
    part_size_bytes: int

    def __post_init__(self) -> None:
        if (
            self.size_bytes < 1
            or not 1 <= self.part_size_bytes <= MAX_PART_SIZE_BYTES
            or self.count > MAX_PARTS
        ):
            raise UploadRefused(
                _("A file of %(size)d bytes cannot be uploaded in parts of %(part)d.")
                % {"size": self.size_bytes, "part": self.part_size_bytes}
            )

    @classmethod
    def for_size(cls, size_bytes: int) -> Self:
        """Parts of 10 MiB, in whole MiB more where 10,000 would not be enough."""
        needed = -(-size_bytes // MAX_PARTS)
        rounded = -(-needed // MEBIBYTE) * MEBIBYTE
        return cls(size_bytes, max(PART_SIZE_BYTES, rounded))

    @property
    def count(self) -> int:
        """How many parts; they are numbered from 1."""
        return -(-self.size_bytes // self.part_size_bytes)

    def size_of(self, number: int) -> int:
        """Bytes of part `number`. Raises `UploadRefused` when there is no such part."""
        return min(self.part_size_bytes, self.size_bytes - self.offset_of(number))

    def offset_of(self, number: int) -> int:
        """Where part `number` begins in the file, in bytes."""
        if not 1 <= number <= self.count:
            raise UploadRefused(
                _("There is no part %(number)d: this upload has parts 1 to %(count)d.")
                % {"number": number, "count": self.count},
                code="part_out_of_range",
            )
        return (number - 1) * self.part_size_bytes

    def missing(self, parts: list[StoredPart]) -> list[int]:
        """Numbers of the parts that are not there with their full size."""
        sizes = {part.number: part.size_bytes for part in parts}
        return [
            number
            for number in range(1, self.count + 1)
            if sizes.get(number) != self.size_of(number)
        ]


@runtime_checkable
class MediaStorage(Protocol):
    """Objects under keys, on local disk or in a bucket, behind one contract."""

    def head(self, key: str) -> StoredObject | None:
        """Describe an object, or None when there is none."""

    def save_file(
        self,
        path: Path,
        key: str,
        *,
        content_type: str | None = None,
        consume: bool = False,
    ) -> StoredObject:
        """Store a file under `key`, replacing what is there, all or nothing.

        `content_type` defaults to what the key's extension says; local disk always
        serves that. `consume` gives the file away: `path` is gone afterwards, and
        on one file system nothing is copied.
        """

    def fetch_to(self, key: str, path: Path) -> StoredObject:
        """Bring an object to `path`, for reading only: on local disk it may be a
        hard link to the stored file. Raises `ObjectMissing`, `SizeMismatch`."""

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Up to `length` bytes (16 MiB at most) from `start`; fewer at the end.
        Raises `ObjectMissing`."""

    def read_start(self, key: str, *, length: int) -> tuple[StoredObject, bytes]:
        """What an object is and its first bytes, of one moment, in one request."""

    def move(
        self, source_key: str, target_key: str, *, etag: str | None = None
    ) -> StoredObject:
        """Move an object and give it the content type of its new extension.

        Safe to repeat: when the source is gone and the target is there, it was done
        before. With `etag` only that very content is moved: raises `ObjectChanged`.
        Raises `ObjectMissing` when there is neither.
        """

    def remove(self, key: str) -> None:
        """Delete one object; none there is fine."""

    def delete_prefix(self, prefix: str) -> int:
        """Delete every object below a folder (`keys.asset(...)`); their number."""

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        """Every object below a folder, in no promised order; the content type is
        that of the extension."""

    def upload_target(
        self, key: str, *, content_type: str, size_bytes: int, expires_s: int
    ) -> UploadTarget:
        """Where a client may PUT one object of exactly this size and type."""

    def create_multipart(self, key: str, *, content_type: str, plan: PartPlan) -> str:
        """Begin an upload in parts; returns storage's own upload id."""

    def part_target(
        self, key: str, upload_id: str, number: int, *, plan: PartPlan, expires_s: int
    ) -> UploadTarget:
        """Where a client may PUT part `number` with exactly its size in the plan."""

    def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """The parts that have arrived, by number. Raises `UploadGone`."""

    def complete_multipart(
        self, key: str, upload_id: str, *, plan: PartPlan
    ) -> StoredObject:
        """Make one object of the parts that storage itself says it has.

        Safe to repeat. Raises `PartMissing` (nothing is changed), `UploadGone`,
        `SizeMismatch`.
        """

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Drop an upload and its parts; none there is fine."""

    def abort_stale(self, *, older_than_s: float) -> int:
        """Drop multipart uploads and half-written files begun before that; how many."""

    def playback_url(
        self,
        key_or_prefix: str,
        relative: str = "",
        *,
        ttl_s: int | None = None,
        download_name: str | None = None,
    ) -> SignedUrl:
        """A signed address of one key, or of `relative` below a prefix; neighbours
        below the same prefix are reachable by relative addresses. The same address
        for half its lifetime, so that caches hit. `download_name` makes it a
        download with that file name."""

    def redirect_url(
        self, key: str, *, method: str, expires_s: int, download_name: str | None
    ) -> str | None:
        """Where a reader of `key` is sent, or None when this server has the bytes."""
