"""Files on the server's own disk, below MEDIA_ROOT.

`MEDIA_ROOT/<key>` is the object; `.incoming/` and `.uploads/` hold what is not an
object yet (no key begins with a dot). MEDIA_ROOT itself may be a link to another
disk; links below it are not followed.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage

from streamfetch.storage import disk, keys, signing
from streamfetch.storage.contract import (
    MEBIBYTE,
    PartPlan,
    SignedUrl,
    StoredObject,
    StoredPart,
    UploadTarget,
)
from streamfetch.storage.disk import disk_errors
from streamfetch.storage.errors import (
    ObjectChanged,
    ObjectMissing,
    SizeMismatch,
    UnsafeKey,
    UploadGone,
)
from streamfetch.storage.local_parts import LocalParts

RESERVE_BYTES = 256 * MEBIBYTE
LONGEST_READ_BYTES = 16 * MEBIBYTE
UPLOAD_PATH = "content"


class LocalMediaStorage(FileSystemStorage):
    """`MediaStorage` on local disk, and a Django storage.

    OPTIONS: `location` (default MEDIA_ROOT) and `reserve_bytes` (256 MiB), the
    space that uploads leave free on the disk: MongoDB and Redis need some too.
    """

    def __init__(
        self, *, location: str | Path | None = None, reserve_bytes: int = RESERVE_BYTES
    ) -> None:
        super().__init__(
            location=location,
            allow_overwrite=True,
            file_permissions_mode=disk.STORED_MODE,
            directory_permissions_mode=disk.DIRECTORY_MODE,
        )
        self.reserve_bytes = reserve_bytes

    # Objects ------------------------------------------------------------------

    def head(self, key: str) -> StoredObject | None:
        try:
            descriptor, stored = self.open_object(key)
        except ObjectMissing:
            return None
        os.close(descriptor)
        return stored

    def open_object(self, key: str) -> tuple[int, StoredObject]:
        """A descriptor to read an object, which the caller closes, and what it is.
        Raises `ObjectMissing`."""
        keys.check(key)
        with disk_errors():
            try:
                descriptor = disk.open_beneath(self._root, key)
            except FileNotFoundError:
                raise ObjectMissing(key) from None
        return descriptor, _describe(key, os.fstat(descriptor))

    def save_file(
        self,
        path: Path,
        key: str,
        *,
        content_type: str | None = None,
        consume: bool = False,
    ) -> StoredObject:
        target = self._target(key)
        with disk_errors():
            if not (consume and _give_away(path, target)):
                with path.open("rb") as source, self._incoming() as incoming:
                    size_bytes = os.fstat(source.fileno()).st_size
                    self.require_free(size_bytes)
                    copied = disk.copy_range(
                        source.fileno(), incoming.descriptor, count=size_bytes
                    )
                    if copied != size_bytes:
                        raise SizeMismatch(
                            key, expected_bytes=size_bytes, actual_bytes=copied
                        )
                    incoming.publish(target)
            if consume:
                path.unlink(missing_ok=True)
        return self._present(key)

    def fetch_to(self, key: str, path: Path) -> StoredObject:
        descriptor, stored = self.open_object(key)
        try:
            with disk_errors():
                path.unlink(missing_ok=True)
                try:
                    path.hardlink_to(self._target(key))
                except OSError:
                    # Another disk, or a file system without links.
                    _copy_out(descriptor, path, stored)
        finally:
            os.close(descriptor)
        arrived = path.stat().st_size
        if arrived != stored.size_bytes:
            raise SizeMismatch(
                key, expected_bytes=stored.size_bytes, actual_bytes=arrived
            )
        return stored

    def read_range(self, key: str, start: int, length: int) -> bytes:
        return self._read(key, start, length)[1]

    def read_start(self, key: str, *, length: int) -> tuple[StoredObject, bytes]:
        return self._read(key, 0, length)

    def move(
        self, source_key: str, target_key: str, *, etag: str | None = None
    ) -> StoredObject:
        source, target = self._target(source_key), self._target(target_key)
        found = self.head(source_key)
        if found is None:
            return self._present(target_key)
        if etag is not None and found.etag != etag:
            raise ObjectChanged(source_key)
        with disk_errors():
            try:
                disk.replace(source, target)
            except FileNotFoundError:
                return self._present(target_key)
            disk.prune(source.parent, root=self._root)
        moved = self._present(target_key)
        if etag is not None and moved.etag != etag:
            # Replaced between the look and the rename: put it back under lock and
            # key rather than let it pass for what was checked.
            disk.replace(target, source)
            raise ObjectChanged(source_key)
        return moved

    def remove(self, key: str) -> None:
        target = self._target(key)
        with disk_errors():
            target.unlink(missing_ok=True)
            disk.prune(target.parent, root=self._root)

    def delete_prefix(self, prefix: str) -> int:
        folder = self._root / keys.check_prefix(prefix).rstrip("/")
        count = sum(1 for _each in self.list_prefix(prefix))
        with disk_errors():
            if folder.is_dir() and not folder.is_symlink():
                # Out of sight at once; a crash leaves the rest to `abort_stale`.
                trash = self._incoming_folder / f"deleted-{uuid4().hex}"
                disk.make_folder(self._incoming_folder)
                with contextlib.suppress(FileNotFoundError):
                    folder.rename(trash)
                disk.prune(folder.parent, root=self._root)
                shutil.rmtree(trash, ignore_errors=True)
        return count

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        top = self._root / keys.check_prefix(prefix).rstrip("/")
        with disk_errors():
            for folder, _folders, names in os.walk(top):
                for name in names:
                    path = Path(folder, name)
                    key = path.relative_to(self._root).as_posix()
                    with contextlib.suppress(FileNotFoundError, UnsafeKey):
                        keys.check(key)
                        if path.is_file() and not path.is_symlink():
                            yield _describe(key, path.stat())

    # Uploads ------------------------------------------------------------------

    def upload_target(
        self, key: str, *, content_type: str, size_bytes: int, expires_s: int
    ) -> UploadTarget:
        self.require_free(size_bytes)
        grant = signing.WriteGrant(
            key=keys.check(key),
            size_bytes=size_bytes,
            expires_at_s=int(time.time()) + signing.lifetime_s(expires_s),
            content_type=content_type,
        )
        return _put(grant, headers={"Content-Type": content_type})

    def create_multipart(self, key: str, *, content_type: str, plan: PartPlan) -> str:
        self.require_free(plan.size_bytes)
        with disk_errors():
            return self._parts.create(keys.check(key), plan=plan)

    def part_target(
        self, key: str, upload_id: str, number: int, *, plan: PartPlan, expires_s: int
    ) -> UploadTarget:
        grant = signing.WriteGrant(
            key=keys.check(key),
            size_bytes=plan.size_of(number),
            expires_at_s=int(time.time()) + signing.lifetime_s(expires_s),
            upload_id=upload_id,
            number=number,
        )
        return _put(grant, headers={})

    def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        with disk_errors():
            return self._parts.list(key, upload_id)

    def complete_multipart(
        self, key: str, upload_id: str, *, plan: PartPlan
    ) -> StoredObject:
        target = self._target(key)
        with disk_errors():
            try:
                self._parts.complete(key, upload_id, plan=plan, target=target)
            except UploadGone:
                # Completed before? A repeated request must get the same answer.
                finished = self.head(key)
                if finished is None or finished.size_bytes != plan.size_bytes:
                    raise
        return self._present(key)

    def abort_multipart(self, key: str, upload_id: str) -> None:
        with disk_errors():
            self._parts.abort(key, upload_id)

    def abort_stale(self, *, older_than_s: float) -> int:
        cutoff = time.time() - older_than_s
        dropped = 0
        with disk_errors():
            if self._incoming_folder.is_dir():
                for path in self._incoming_folder.iterdir():
                    with contextlib.suppress(FileNotFoundError):
                        if path.lstat().st_mtime >= cutoff:
                            continue
                        dropped += 1
                        if path.is_dir() and not path.is_symlink():
                            shutil.rmtree(path, ignore_errors=True)
                        else:
                            path.unlink()
            return dropped + self._parts.abort_stale(older_than_s=older_than_s)

    def begin_write(self, grant: signing.WriteGrant) -> disk.Incoming:
        """Room for the bytes of one upload request. Raises `DiskFull`, and
        `UploadGone` before a byte is sent in vain."""
        if grant.upload_id is not None:
            self.list_parts(grant.key, grant.upload_id)
        self.require_free(grant.size_bytes)
        with disk_errors():
            return self._incoming()

    def finish_write(self, grant: signing.WriteGrant, incoming: disk.Incoming) -> str:
        """Count what arrived in full; returns its ETag."""
        with disk_errors():
            if grant.upload_id is not None and grant.number is not None:
                return self._parts.put(
                    grant.key, grant.upload_id, grant.number, incoming=incoming
                )
            incoming.publish(self._target(grant.key))
        return self._present(grant.key).etag

    # Addresses ----------------------------------------------------------------

    def playback_url(
        self,
        key_or_prefix: str,
        relative: str = "",
        *,
        ttl_s: int | None = None,
        download_name: str | None = None,
    ) -> SignedUrl:
        # A CDN that pulls from this server caches by the address, token included.
        return signing.signed_url(
            key_or_prefix,
            relative,
            ttl_s=ttl_s,
            download_name=download_name,
            origin=settings.CDN_URL,
        )

    def redirect_url(
        self, key: str, *, method: str, expires_s: int, download_name: str | None
    ) -> str | None:
        return None

    def url(self, name: str | None) -> str:
        return self.playback_url(name or "").url

    # Django's storage ---------------------------------------------------------

    def path(self, name: str) -> str:
        return str(self._target(name))

    def delete(self, name: str) -> None:
        self.remove(name)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("stored files are only read; save() replaces them")
        descriptor, _stored = self.open_object(name)
        return File(os.fdopen(descriptor, "rb"), name)

    def _save(self, name: str, content: "File[Any]") -> str:
        target = self._target(name)
        with disk_errors(), self._incoming() as incoming:
            for chunk in content.chunks():
                incoming.write([chunk.encode() if isinstance(chunk, str) else chunk])
            incoming.publish(target)
        return name

    # Places -------------------------------------------------------------------

    def require_free(self, needed_bytes: int) -> None:
        """Raise `DiskFull` when the disk has no room for that much more."""
        with disk_errors():
            disk.make_folder(self._root)
            disk.require_free(
                self._root, needed_bytes=needed_bytes, reserve_bytes=self.reserve_bytes
            )

    @property
    def _root(self) -> Path:
        return Path(self.location)

    @property
    def _incoming_folder(self) -> Path:
        return self._root / ".incoming"

    @property
    def _parts(self) -> LocalParts:
        return LocalParts(self._root / ".uploads")

    def _incoming(self) -> disk.Incoming:
        return disk.Incoming(self._incoming_folder)

    def _target(self, key: str) -> Path:
        return self._root / keys.check(key)

    def _read(self, key: str, start: int, length: int) -> tuple[StoredObject, bytes]:
        descriptor, stored = self.open_object(key)
        try:
            with disk_errors():
                length = min(length, LONGEST_READ_BYTES)
                return stored, os.pread(descriptor, length, start)
        finally:
            os.close(descriptor)

    def _present(self, key: str) -> StoredObject:
        found = self.head(key)
        if found is None:
            raise ObjectMissing(key)
        return found


def _put(grant: signing.WriteGrant, *, headers: dict[str, str]) -> UploadTarget:
    return UploadTarget(
        method="PUT",
        url=f"{signing.MEDIA_PATH}{signing.write_token(grant)}/{UPLOAD_PATH}",
        size_bytes=grant.size_bytes,
        expires_at=signing.expiry(grant.expires_at_s),
        headers=headers,
    )


def _describe(key: str, status: os.stat_result) -> StoredObject:
    return StoredObject(
        key=key,
        size_bytes=status.st_size,
        # Unchanged by a rename, changed by every write.
        etag=f'"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}"',
        content_type=keys.file_type(key).content_type,
    )


def _give_away(path: Path, target: Path) -> bool:
    """Rename a file into place; False when it has to be copied instead: another
    disk, or another name for the same bytes that somebody may still write to."""
    status = path.stat()
    folder = target.parent
    disk.make_folder(folder)
    if status.st_nlink != 1 or status.st_dev != folder.stat().st_dev:
        return False
    with path.open("rb") as source:
        os.fchmod(source.fileno(), disk.STORED_MODE)
        os.fsync(source.fileno())
    disk.replace(path, target)
    return True


def _copy_out(descriptor: int, path: Path, stored: StoredObject) -> None:
    try:
        with path.open("xb") as target:
            disk.copy_range(descriptor, target.fileno(), count=stored.size_bytes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
