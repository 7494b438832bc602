"""Tells an outage of MongoDB from other errors, and retries what may be retried."""

from collections.abc import Callable
from typing import TypeVar

import stamina
from django.db.utils import DatabaseError
from pymongo.errors import (
    ConnectionFailure,
    NetworkTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
)

T = TypeVar("T")

ATTEMPTS = 3


def _pymongo_error(error: BaseException) -> PyMongoError | None:
    """The driver's error behind Django's, if that is where it came from."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, PyMongoError):
            return seen
        seen = seen.__cause__
    return None


def is_outage(error: BaseException) -> bool:
    """Whether `error` means that the database could not be reached."""
    return isinstance(_pymongo_error(error), ConnectionFailure)


def is_transient(error: Exception) -> bool:
    """Whether trying at once again may help.

    Not so when no server was found within the driver's own wait: three of those
    waits would keep a person for ten seconds instead of telling them.
    """
    cause = _pymongo_error(error)
    if cause is None or isinstance(cause, ServerSelectionTimeoutError | NetworkTimeout):
        return False
    return isinstance(cause, ConnectionFailure) or cause.has_error_label(
        "TransientTransactionError"
    )


def retrying(operation: Callable[[], T]) -> T:
    """Run a read or an idempotent write, three times at most.

    Raises the last error. Never pass something that must not happen twice.
    """
    for attempt in stamina.retry_context(
        on=is_transient, attempts=ATTEMPTS, wait_initial=0.1, wait_max=1.0, timeout=5
    ):
        with attempt:
            return operation()
    raise AssertionError("stamina ends with a return or a raise")


OUTAGE_ERRORS = (DatabaseError, PyMongoError)
"""Catch these, then ask `is_outage`."""
