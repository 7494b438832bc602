"""Transactions over several documents, for the few places that need one.

Django's own `transaction.atomic` does nothing on this backend, and the backend's
leaves a broken session behind when a commit fails, after which the thread's next
block runs without a transaction. `run` ends the session whatever happens.
"""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from django.db import connection
from django_mongodb_backend import transaction
from pymongo.errors import PyMongoError

from streamfetch.mongo.outages import retrying

T = TypeVar("T")


def _end_broken_session() -> None:
    connection.in_atomic_block_mongo = False
    connection.nested_atomics = 0
    if connection.session is not None:
        with contextlib.suppress(PyMongoError):
            connection.session.end_session()
        connection.session = None


def run(operation: Callable[[], T]) -> T:
    """Run `operation` in one transaction; a write conflict starts it again.

    It is called three times at most, so it must only touch the database. Raises
    what `operation` raises, after rolling back.
    """

    def attempt() -> T:
        try:
            with transaction.atomic():
                return operation()
        except BaseException:
            _end_broken_session()
            raise

    return retrying(attempt)
