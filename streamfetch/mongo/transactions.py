"""Transactions over several documents, for the few places that need one.

Django's own `transaction.atomic` does nothing on this backend, and the backend's
neither starts again after a write conflict nor recovers from a failed commit.
"""

from collections.abc import Callable
from typing import TypeVar

from streamfetch.mongo.database import begin, commit_hooks, in_transaction, leave
from streamfetch.mongo.outages import has_label, retrying

T = TypeVar("T")


def _may_restart(error: Exception) -> bool:
    return has_label(error, "TransientTransactionError")


def _may_be_committed(error: Exception) -> bool:
    return has_label(error, "UnknownTransactionCommitResult")


def run(operation: Callable[[], T]) -> T:
    """Run `operation` in one transaction; a write conflict starts it again.

    It is called three times at most, so it must only touch the database. Inside
    another `run` it becomes part of that transaction. Raises what `operation`
    raises, after rolling back.
    """
    if in_transaction():
        return operation()
    return retrying(lambda: _attempt(operation), on=_may_restart)


def _attempt(operation: Callable[[], T]) -> T:
    try:
        session = begin()
        result = operation()
        # Only the commit is repeated when its answer was lost: the whole
        # operation could take effect twice.
        retrying(session.commit_transaction, on=_may_be_committed)
        after_commit = commit_hooks()
    finally:
        leave()
    for hook in after_commit:
        hook()
    return result
