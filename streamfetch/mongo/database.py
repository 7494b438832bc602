"""The database behind Django's connection, for what the ORM has no words for."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from pymongo.client_session import ClientSession
from pymongo.database import Database

# Django's stubs know only the SQL backends.
_connection: Any = connection


def database() -> Database[dict[str, Any]]:
    """The driver's database, which raises the driver's own errors."""
    _connection.ensure_connection()
    found: Database[dict[str, Any]] = _connection.database
    return found


def in_transaction() -> bool:
    """Whether this thread is inside a transaction."""
    return bool(_connection.in_atomic_block_mongo)


def begin() -> ClientSession:
    """Start a transaction that the ORM's operations on this thread are part of."""
    _connection.start_transaction_mongo()
    _connection.in_atomic_block_mongo = True
    session: ClientSession = _connection.session
    return session


def commit_hooks() -> list[Callable[[], object]]:
    """What `on_commit` collected in this thread's transaction."""
    return [hook for _savepoints, hook, _robust in _connection.run_on_commit]


def leave() -> None:
    """Forget this thread's transaction; one that is not committed is rolled back.

    The backend itself leaves a broken session behind when a commit fails, after
    which the thread's next block would run without a transaction.
    """
    session, _connection.session = _connection.session, None
    _connection.in_atomic_block_mongo = False
    _connection.nested_atomics = 0
    _connection.run_on_commit = []
    if session is not None:
        session.end_session()
