"""Tells an outage of MongoDB from other errors, and retries what may be retried."""

from collections.abc import Callable
from typing import TypeVar

import stamina
from django.db.utils import DatabaseError
from pymongo.errors import ConnectionFailure, PyMongoError

from streamfetch.mongo.database import in_transaction

T = TypeVar("T")

ATTEMPTS = 3

OUTAGE_ERRORS = (DatabaseError, PyMongoError)
"""Catch these, then ask `is_outage`."""


def _pymongo_error(error: BaseException) -> PyMongoError | None:
    """The driver's error behind Django's, if that is where it came from."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, PyMongoError):
            return seen
        seen = seen.__cause__
    return None


def has_label(error: BaseException, label: str) -> bool:
    """Whether MongoDB or its driver marked `error` with `label`."""
    cause = _pymongo_error(error)
    return cause is not None and cause.has_error_label(label)


def is_outage(error: BaseException) -> bool:
    """Whether `error` means that the database could not be reached in time."""
    cause = _pymongo_error(error)
    return cause is not None and (isinstance(cause, ConnectionFailure) or cause.timeout)


def is_transient(error: Exception) -> bool:
    """Whether trying at once again may help.

    Not so when the driver has waited for all of its time already: three of those
    waits would keep a person for ten seconds instead of telling them.
    """
    cause = _pymongo_error(error)
    return isinstance(cause, ConnectionFailure) and not cause.timeout


def retrying(
    operation: Callable[[], T], *, on: Callable[[Exception], bool] = is_transient
) -> T:
    """Run a read or an idempotent write, three times at most.

    Raises the last error. Never pass something that must not happen twice. Inside
    a transaction a broken connection ends the transaction, so it is not repeated
    here but by `transactions.run`.
    """
    if on is is_transient and in_transaction():
        return operation()
    for attempt in stamina.retry_context(
        on=on, attempts=ATTEMPTS, wait_initial=0.1, wait_max=1.0, timeout=5
    ):
        with attempt:
            return operation()
    raise AssertionError("stamina ends with a return or a raise")
