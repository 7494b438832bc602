"""What can go wrong between the product and its files, in words for a person."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from streamfetch.errors import Conflict, DomainError, Invalid, NotFound, Unavailable


class UnsafeKey(ValueError):
    """A name that `keys` would never make. A mistake of ours or an attack."""


class StorageUnavailable(Unavailable):
    """Storage does not answer, or refuses the server itself."""

    code = "storage_unavailable"


class DiskFull(DomainError):
    """Not enough room where the server keeps its files."""

    code = "disk_full"
    http_status = 507

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            detail
            or _(
                "The server's disk is full. Free some space or ask whoever runs the "
                "server, then try again; nothing was lost."
            )
        )


class ObjectMissing(NotFound):
    """No object under this key."""

    code = "object_missing"

    def __init__(self, key: str) -> None:
        super().__init__(_("This file is not in storage any more."))
        self.key = key


class ObjectChanged(Conflict):
    """The object is not the one that was looked at before."""

    code = "object_changed"

    def __init__(self, key: str) -> None:
        super().__init__(
            _("The file was replaced while it was being checked. Upload it again.")
        )
        self.key = key


class SizeMismatch(Conflict):
    """An object or a copy of it does not have the size it must have."""

    code = "size_mismatch"

    def __init__(self, key: str, *, expected_bytes: int, actual_bytes: int) -> None:
        super().__init__(
            _(
                "%(expected)d bytes were expected and %(actual)d arrived. Upload the "
                "file again."
            )
            % {"expected": expected_bytes, "actual": actual_bytes}
        )
        self.key = key


class UploadGone(NotFound):
    """The multipart upload was completed, aborted or never existed."""

    code = "upload_gone"

    def __init__(self) -> None:
        super().__init__(_("This upload has ended or was cancelled. Start a new one."))


class UploadRefused(Invalid):
    """A request to write whose type, length or part number was not signed."""

    code = "upload_refused"


class PartMissing(Conflict):
    """Parts that have not arrived, or not with their full size: `numbers`."""

    code = "parts_missing"

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(
            ngettext(
                "%(count)d part has not arrived yet. Send it, then complete again.",
                "%(count)d parts have not arrived yet. Send them, then complete again.",
                len(numbers),
            )
            % {"count": len(numbers)},
            extra={"numbers": list(numbers[:1000]), "count": len(numbers)},
        )
        self.numbers = list(numbers)


class LinkInvalid(DomainError):
    """An address that this server did not sign, or not for this use."""

    code = "link_invalid"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("This link is not valid. Open the page again to get one."))


class LinkExpired(DomainError):
    """An address whose time is over."""

    code = "link_expired"
    http_status = 403
    recoverable = True

    def __init__(self) -> None:
        super().__init__(_("This link has expired. Reload the page to get a new one."))
