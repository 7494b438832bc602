"""The root of errors that a person is told about. Imports nothing of the project.

A `DomainError` states a fact, carries a stable `code` for programs, and its
`detail` says what to do next. The API turns it into a problem document, pages
into a message.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldProblem:
    """One wrong value: `field` is its path, such as `timeline.clips[3].end_time`."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """Something the product refuses or cannot do, in words for a person."""

    code = "error"
    http_status = 400
    recoverable = False

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        field: str | None = None,
        errors: list[FieldProblem] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = list(errors or [])
        if field is not None:
            self.errors.append(FieldProblem(field, self.code, detail))
        self.extra = extra or {}


class Invalid(DomainError):
    """A value that cannot be accepted; `errors` names the fields."""

    code = "invalid"


class NotFound(DomainError):
    """No such object, or not one of the caller's."""

    code = "not_found"
    http_status = 404


class Conflict(DomainError):
    """The object is not in a state that allows this."""

    code = "conflict"
    http_status = 409


class RevisionConflict(Conflict):
    """A stale write: the document changed since it was read."""

    code = "revision_conflict"


class Unavailable(DomainError):
    """A service the product needs is away; trying again later helps."""

    code = "unavailable"
    http_status = 503
    recoverable = True


class TooLarge(DomainError):
    """More bytes than a limit allows."""

    code = "too_large"
    http_status = 413
