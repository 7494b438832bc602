"""Files in a bucket: S3, R2, or anything that speaks S3.

Clients send and fetch bytes at presigned addresses; nothing a person uploads or
plays passes through this process. Only the manifests do, see `media_app`.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.utils.translation import gettext as _
from storages.backends.s3 import S3Storage

from streamfetch.storage import keys, signing
from streamfetch.storage.contract import (
    MEBIBYTE,
    PartPlan,
    SignedUrl,
    StoredObject,
    StoredPart,
    UploadTarget,
)
from streamfetch.storage.disk import disk_errors
from streamfetch.storage.disposition import attachment
from streamfetch.storage.errors import (
    ObjectChanged,
    ObjectMissing,
    PartMissing,
    SizeMismatch,
    StorageUnavailable,
    UploadGone,
)
from streamfetch.storage.object_errors import bucket_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LONGEST_READ_BYTES = 16 * MEBIBYTE
# The most that one CopyObject takes.
COPY_LIMIT_BYTES = 5 * 1024 * MEBIBYTE
COPY_PART_BYTES = 512 * MEBIBYTE
DELETE_BATCH = 1000

# Parts of one size, which R2 insists on; never more than four in memory.
TRANSFER = TransferConfig(
    multipart_threshold=16 * MEBIBYTE,
    multipart_chunksize=16 * MEBIBYTE,
    max_concurrency=4,
)


def client_config(*, endpoint_url: str | None) -> Config:
    """How boto3 talks to the bucket: bounded waits, and no checksum headers that
    R2 and other services do not know."""
    return Config(
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 4},
        max_pool_connections=20,
        tcp_keepalive=True,
        s3={
            "addressing_style": "path" if endpoint_url else "virtual",
            # Presigned addresses name the region: pages allow that origin only, and
            # a redirect from the global one would lose CORS.
            "us_east_1_regional_endpoint": "regional",
        },
    )


class ObjectMediaStorage(S3Storage):  # type: ignore[misc]  # it has no types
    """`MediaStorage` in a bucket, and a Django storage.

    OPTIONS: `bucket_name`, `access_key`, `secret_key`, `region_name` and, outside of
    AWS, `endpoint_url`; any other option of django-storages' S3Storage too.
    """

    _client_lock = threading.Lock()

    def __init__(self, **options: Any) -> None:
        endpoint_url = options.get("endpoint_url") or None
        region_name = options.get("region_name")
        if endpoint_url is None and region_name in {None, "", "auto"}:
            # Only R2 knows "auto".
            region_name = "us-east-1"
        options |= {"endpoint_url": endpoint_url, "region_name": region_name}
        options.setdefault("client_config", client_config(endpoint_url=endpoint_url))
        options.setdefault("transfer_config", TRANSFER)
        options.setdefault("file_overwrite", True)
        super().__init__(**options)
        self._client: S3Client | None = None

    @property
    def client(self) -> "S3Client":
        """One client for the process. Django makes a new thread for every request,
        and a client for each of those would cost more than the request."""
        with self._client_lock:
            if self._client is None:
                session = boto3.session.Session(
                    aws_access_key_id=self.access_key,
                    aws_secret_access_key=self.secret_key,
                )
                self._client = session.client(
                    "s3",
                    region_name=self.region_name,
                    endpoint_url=self.endpoint_url,
                    config=self.client_config,
                )
            return self._client

    # Objects ------------------------------------------------------------------

    def head(self, key: str) -> StoredObject | None:
        try:
            with bucket_errors(key):
                answer = self.client.head_object(
                    Bucket=self.bucket_name, Key=keys.check(key)
                )
        except ObjectMissing:
            return None
        return StoredObject(
            key, answer["ContentLength"], answer["ETag"], answer["ContentType"]
        )

    def save_file(
        self,
        path: Path,
        key: str,
        *,
        content_type: str | None = None,
        consume: bool = False,
    ) -> StoredObject:
        size_bytes = path.stat().st_size
        with bucket_errors(key):
            self.client.upload_file(
                str(path),
                self.bucket_name,
                keys.check(key),
                ExtraArgs={
                    "ContentType": content_type or keys.file_type(key).content_type
                },
                Config=TRANSFER,
            )
        stored = self._present(key, size_bytes=size_bytes)
        if consume:
            path.unlink(missing_ok=True)
        return stored

    def fetch_to(self, key: str, path: Path) -> StoredObject:
        stored = self._present(key)
        with bucket_errors(key), disk_errors():
            self.client.download_file(self.bucket_name, key, str(path), Config=TRANSFER)
        arrived = path.stat().st_size
        if arrived != stored.size_bytes:
            path.unlink()
            raise SizeMismatch(
                key, expected_bytes=stored.size_bytes, actual_bytes=arrived
            )
        return stored

    def read_range(self, key: str, start: int, length: int) -> bytes:
        return self._read(key, start, length)[1]

    def read_start(self, key: str, *, length: int) -> tuple[StoredObject, bytes]:
        return self._read(key, 0, length)

    def _read(self, key: str, start: int, length: int) -> tuple[StoredObject, bytes]:
        length = min(length, LONGEST_READ_BYTES)
        with bucket_errors(key):
            request = {"Bucket": self.bucket_name, "Key": keys.check(key)}
            try:
                answer = self.client.get_object(
                    **request, Range=f"bytes={start}-{start + length - 1}"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "InvalidRange":
                    raise
                # Past the end, or an empty object: no bytes there.
                return self._present(key), b""
            with answer["Body"] as body:
                content = body.read(length)
        total = answer.get("ContentRange", "").rpartition("/")[2]
        size_bytes = int(total) if total else answer["ContentLength"]
        stored = StoredObject(key, size_bytes, answer["ETag"], answer["ContentType"])
        return stored, content

    def move(
        self, source_key: str, target_key: str, *, etag: str | None = None
    ) -> StoredObject:
        found = self.head(source_key)
        if found is None:
            return self._present(target_key)
        if etag is not None and found.etag != etag:
            raise ObjectChanged(source_key)
        with bucket_errors(source_key):
            # The ETag goes along: the copy is of what was just looked at, also
            # when somebody still holds an address to write to the source.
            if found.size_bytes <= COPY_LIMIT_BYTES:
                self.client.copy_object(
                    Bucket=self.bucket_name,
                    Key=keys.check(target_key),
                    CopySource={"Bucket": self.bucket_name, "Key": source_key},
                    CopySourceIfMatch=found.etag,
                    MetadataDirective="REPLACE",
                    ContentType=keys.file_type(target_key).content_type,
                )
            else:
                self._copy_in_parts(found, target_key)
            moved = self._present(target_key, size_bytes=found.size_bytes)
            self.client.delete_object(Bucket=self.bucket_name, Key=source_key)
        return moved

    def remove(self, key: str) -> None:
        with bucket_errors(key):
            self.client.delete_object(Bucket=self.bucket_name, Key=keys.check(key))

    def delete_prefix(self, prefix: str) -> int:
        count = 0
        batch: list[str] = []
        for stored in self.list_prefix(prefix):
            batch.append(stored.key)
            if len(batch) == DELETE_BATCH:
                count += self._delete(batch)
                batch = []
        return count + self._delete(batch)

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        keys.check_prefix(prefix)
        with bucket_errors(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=prefix
            )
            for page in pages:
                for each in page.get("Contents", []):
                    key = each["Key"]
                    content_type = keys.file_type(key).content_type
                    yield StoredObject(key, each["Size"], each["ETag"], content_type)

    # Uploads ------------------------------------------------------------------

    def upload_target(
        self, key: str, *, content_type: str, size_bytes: int, expires_s: int
    ) -> UploadTarget:
        return self._put(
            "put_object",
            {
                "Key": keys.check(key),
                "ContentType": content_type,
                "ContentLength": size_bytes,
            },
            expires_s=expires_s,
            headers={"Content-Type": content_type},
        )

    def create_multipart(self, key: str, *, content_type: str, plan: PartPlan) -> str:
        with bucket_errors(key):
            answer = self.client.create_multipart_upload(
                Bucket=self.bucket_name, Key=keys.check(key), ContentType=content_type
            )
        return answer["UploadId"]

    def part_target(
        self, key: str, upload_id: str, number: int, *, plan: PartPlan, expires_s: int
    ) -> UploadTarget:
        return self._put(
            "upload_part",
            {
                "Key": keys.check(key),
                "UploadId": upload_id,
                "PartNumber": number,
                "ContentLength": plan.size_of(number),
            },
            expires_s=expires_s,
            headers={},
        )

    def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        with bucket_errors(key):
            pages = self.client.get_paginator("list_parts").paginate(
                Bucket=self.bucket_name, Key=keys.check(key), UploadId=upload_id
            )
            return [
                StoredPart(part["PartNumber"], part["Size"], part["ETag"])
                for page in pages
                for part in page.get("Parts", [])
            ]

    def complete_multipart(
        self, key: str, upload_id: str, *, plan: PartPlan
    ) -> StoredObject:
        try:
            parts = self.list_parts(key, upload_id)
            missing = plan.missing(parts)
            if missing:
                raise PartMissing(missing)
            with bucket_errors(key):
                self.client.complete_multipart_upload(
                    Bucket=self.bucket_name,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={
                        "Parts": [
                            {"PartNumber": part.number, "ETag": part.etag}
                            for part in parts[: plan.count]
                        ]
                    },
                )
        except UploadGone:
            # Completed before? A repeated request must get the same answer.
            finished = self.head(key)
            if finished is None or finished.size_bytes != plan.size_bytes:
                raise
            return finished
        return self._present(key, size_bytes=plan.size_bytes)

    def abort_multipart(self, key: str, upload_id: str) -> None:
        with contextlib.suppress(UploadGone), bucket_errors(key):
            self.client.abort_multipart_upload(
                Bucket=self.bucket_name, Key=keys.check(key), UploadId=upload_id
            )

    def abort_stale(self, *, older_than_s: float) -> int:
        cutoff = datetime.now(tz=UTC) - timedelta(seconds=older_than_s)
        dropped = 0
        # The bucket may hold other people's uploads: only ours are looked at.
        for collection in keys.COLLECTIONS:
            with bucket_errors(collection):
                pages = self.client.get_paginator("list_multipart_uploads").paginate(
                    Bucket=self.bucket_name, Prefix=f"{collection}/"
                )
                for page in pages:
                    for upload in page.get("Uploads", []):
                        if upload["Initiated"] < cutoff:
                            self.abort_multipart(upload["Key"], upload["UploadId"])
                            dropped += 1
        return dropped

    # Addresses ----------------------------------------------------------------

    def playback_url(
        self,
        key_or_prefix: str,
        relative: str = "",
        *,
        ttl_s: int | None = None,
        download_name: str | None = None,
    ) -> SignedUrl:
        return signing.signed_url(
            key_or_prefix, relative, ttl_s=ttl_s, download_name=download_name
        )

    def redirect_url(
        self, key: str, *, method: str, expires_s: int, download_name: str | None
    ) -> str | None:
        # A CDN cannot be told the file name of a download; the bucket can.
        if settings.CDN_URL and download_name is None:
            return f"{settings.CDN_URL.rstrip('/')}/{quote(key)}"
        parameters = {"Bucket": self.bucket_name, "Key": keys.check(key)}
        if download_name is not None:
            parameters["ResponseContentDisposition"] = attachment(download_name)
        operation = "head_object" if method == "HEAD" else "get_object"
        if operation == "head_object":
            parameters.pop("ResponseContentDisposition", None)
        return self.client.generate_presigned_url(
            operation, Params=parameters, ExpiresIn=signing.lifetime_s(expires_s)
        )

    def delete(self, name: str) -> None:
        self.remove(name)

    def url(self, name: str, *_arguments: object, **_options: object) -> str:
        return self.playback_url(name).url

    # Steps --------------------------------------------------------------------

    def _put(
        self,
        operation: str,
        parameters: dict[str, Any],
        *,
        expires_s: int,
        headers: dict[str, str],
    ) -> UploadTarget:
        expires_at_s = int(time.time()) + signing.lifetime_s(expires_s)
        url = self.client.generate_presigned_url(
            operation,
            Params={"Bucket": self.bucket_name, **parameters},
            ExpiresIn=expires_s,
        )
        return UploadTarget(
            method="PUT",
            url=url,
            size_bytes=parameters["ContentLength"],
            expires_at=signing.expiry(expires_at_s),
            headers=headers,
        )

    def _present(self, key: str, *, size_bytes: int | None = None) -> StoredObject:
        found = self.head(key)
        if found is None:
            raise ObjectMissing(key)
        if size_bytes is not None and found.size_bytes != size_bytes:
            raise SizeMismatch(
                key, expected_bytes=size_bytes, actual_bytes=found.size_bytes
            )
        return found

    def _delete(self, batch: list[str]) -> int:
        if not batch:
            return 0
        with bucket_errors():
            answer = self.client.delete_objects(
                Bucket=self.bucket_name,
                Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
            )
        failed = answer.get("Errors", [])
        if failed:
            raise StorageUnavailable(
                _("%(count)d files could not be deleted: %(reason)s.")
                % {"count": len(failed), "reason": failed[0].get("Message", "")}
            )
        return len(batch)

    def _copy_in_parts(self, source: StoredObject, target_key: str) -> None:
        content_type = keys.file_type(target_key).content_type
        plan = PartPlan(source.size_bytes, COPY_PART_BYTES)
        upload_id = self.create_multipart(
            target_key, content_type=content_type, plan=plan
        )
        try:
            for number in range(1, plan.count + 1):
                first = plan.offset_of(number)
                last = first + plan.size_of(number) - 1
                self.client.upload_part_copy(
                    Bucket=self.bucket_name,
                    Key=target_key,
                    UploadId=upload_id,
                    PartNumber=number,
                    CopySource={"Bucket": self.bucket_name, "Key": source.key},
                    CopySourceIfMatch=source.etag,
                    CopySourceRange=f"bytes={first}-{last}",
                )
            self.complete_multipart(target_key, upload_id, plan=plan)
        except BaseException:
            self.abort_multipart(target_key, upload_id)
            raise
