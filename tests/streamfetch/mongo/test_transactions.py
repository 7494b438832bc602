"""Several writes at once: all of them or none, whatever fails when."""

import threading
from typing import Any
from uuid import uuid4

import pymongo
import pytest
from django.db import connection
from django_mongodb_backend import transaction
from pymongo.errors import PyMongoError

from streamfetch.accounts.models import User
from streamfetch.mongo import transactions
from streamfetch.mongo.database import in_transaction
from tests.streamfetch.mongo.conftest import Failing
from uploads.models import Asset

OWNER = uuid4()
backend: Any = connection


def add(title: str) -> Asset:
    return Asset.objects.create(owner_id=OWNER, title=title)


def titles() -> list[str]:
    return sorted(Asset.objects.values_list("title", flat=True))


def assert_nothing_is_left_open() -> None:
    assert backend.session is None
    assert not in_transaction()
    assert backend.nested_atomics == 0
    assert backend.run_on_commit == []


def test_all_is_written_together(failing: Failing) -> None:
    add("before")
    seen_from_outside: list[str] = []

    def both() -> str:
        add("one")
        thread = threading.Thread(target=lambda: seen_from_outside.extend(titles()))
        thread.start()
        thread.join()
        add("two")
        return "done"

    assert transactions.run(both) == "done"
    assert seen_from_outside == ["before"]
    assert titles() == ["before", "one", "two"]
    assert_nothing_is_left_open()


def test_an_error_takes_everything_back_and_goes_on(failing: Failing) -> None:
    add("before")
    hooks: list[str] = []

    def broken() -> None:
        add("one")
        transaction.on_commit(lambda: hooks.append("ran"))
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        transactions.run(broken)
    assert titles() == ["before"]
    assert hooks == []
    assert_nothing_is_left_open()


def test_hooks_run_once_after_the_commit(failing: Failing) -> None:
    seen: list[bool] = []

    def hooked() -> None:
        add("one")
        transaction.on_commit(lambda: seen.append(in_transaction()))

    transactions.run(hooked)
    assert seen == [False]


def test_a_run_inside_a_run_is_part_of_it(failing: Failing) -> None:
    add("before")

    def outer() -> None:
        transactions.run(lambda: add("inner"))
        with transaction.atomic():
            add("atomic")
        raise KeyError

    with pytest.raises(KeyError):
        transactions.run(outer)
    assert titles() == ["before"]
    assert_nothing_is_left_open()


def test_a_write_conflict_starts_again(failing: Failing) -> None:
    User.objects.create(username="counter", first_name="0")
    both_have_read = threading.Barrier(2)
    runs: list[int] = []

    def add_one() -> None:
        user = User.objects.get(username="counter")
        runs.append(1)
        if len(runs) <= 2:
            both_have_read.wait(timeout=10)
        number = int(user.first_name) + 1
        User.objects.filter(pk=user.pk).update(first_name=str(number))

    threads = [
        threading.Thread(target=transactions.run, args=(add_one,)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert User.objects.get(username="counter").first_name == "2"
    assert len(runs) == 3


def test_an_aborted_commit_starts_again(failing: Failing) -> None:
    add("before")
    runs: list[int] = []
    failing(
        "commitTransaction", errorCode=251, errorLabels=["TransientTransactionError"]
    )
    transactions.run(lambda: (runs.append(1), add("one")))
    assert len(runs) == 2
    assert titles() == ["before", "one"]
    assert_nothing_is_left_open()


def test_a_commit_whose_answer_is_lost_is_not_done_twice(failing: Failing) -> None:
    add("before")
    runs: list[int] = []
    failing("commitTransaction", times=2, closeConnection=True)
    transactions.run(lambda: (runs.append(1), add("one")))
    assert len(runs) == 1
    assert titles() == ["before", "one"]


def test_nothing_is_left_behind_by_a_commit_that_fails(failing: Failing) -> None:
    add("before")
    runs: list[int] = []
    # Committed, but the answer says that nobody knows.
    failing(
        "commitTransaction",
        times=100,
        writeConcernError={"code": 64, "errmsg": "waiting timed out"},
    )
    with pymongo.timeout(0.5), pytest.raises(PyMongoError):
        transactions.run(lambda: (runs.append(1), add("one")))
    assert len(runs) == 1
    assert_nothing_is_left_open()
    failing("ping", times=0)
    transactions.run(lambda: add("next"))
    assert titles() == ["before", "next", "one"]


def test_a_connection_that_breaks_inside_starts_again(failing: Failing) -> None:
    add("before")
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        add("one")
        Asset.objects.filter(title="before").update_idempotently(title="after")

    failing("update", closeConnection=True)
    transactions.run(work)
    assert len(runs) == 2
    assert titles() == ["after", "one"]
    assert_nothing_is_left_open()
