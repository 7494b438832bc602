"""What a bucket answers, turned into the errors of this package."""

import contextlib
from collections.abc import Iterator

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.translation import gettext as _

from streamfetch.storage.errors import (
    ObjectChanged,
    ObjectMissing,
    StorageUnavailable,
    UploadGone,
)

_MISSING = {"NoSuchKey", "NotFound", "404"}
_REFUSED = {
    "403",
    "AccessDenied",
    "AuthorizationHeaderMalformed",
    "Forbidden",
    "InvalidAccessKeyId",
    "NoSuchBucket",
    "SignatureDoesNotMatch",
    "Unauthorized",
}


@contextlib.contextmanager
def bucket_errors(key: str = "") -> Iterator[None]:
    """Raise this package's errors for everything boto3 and botocore raise."""
    try:
        yield
    except ClientError as error:
        raise _translated(error, key=key) from error
    except Boto3Error as error:
        # Managed transfers wrap the answer that made them fail.
        cause = error.__context__
        if isinstance(cause, ClientError):
            raise _translated(cause, key=key) from error
        raise _away() from error
    except BotoCoreError as error:
        raise _away() from error


def _translated(error: ClientError, *, key: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _MISSING:
        return ObjectMissing(key)
    if code == "NoSuchUpload":
        return UploadGone()
    if code in {"PreconditionFailed", "412"}:
        return ObjectChanged(key)
    if code in _REFUSED:
        return StorageUnavailable(
            _(
                "The bucket refuses this server (%(code)s). Whoever runs it has to "
                "check S3_BUCKET, S3_REGION and the access key."
            )
            % {"code": code}
        )
    return _away()


def _away() -> StorageUnavailable:
    return StorageUnavailable(
        _("The file storage does not answer at the moment. Try again in a minute.")
    )
