"""What is tried again, and how an outage is told from other errors."""

import pymongo
import pytest
from django.db import DatabaseError, IntegrityError
from prometheus_client import REGISTRY

from streamfetch.mongo.outages import is_outage, is_transient
from tests.streamfetch.mongo.conftest import Failing
from tests.streamfetch.mongo.test_transactions import add, titles
from uploads.models import Asset


def count(command: str) -> float:
    return (
        REGISTRY.get_sample_value(
            "streamfetch_database_seconds_count", {"command": command}
        )
        or 0.0
    )


def test_reads_survive_a_broken_connection(failing: Failing) -> None:
    add("one")
    failing("aggregate", closeConnection=True)
    assert titles() == ["one"]
    failing("aggregate", closeConnection=True)
    assert Asset.objects.count() == 1
    failing("aggregate", closeConnection=True)
    assert Asset.objects.filter(title="one").exists()


def test_idempotent_updates_survive_a_broken_connection(failing: Failing) -> None:
    add("one")
    failing("update", times=2, closeConnection=True)
    assert Asset.objects.filter(title="one").update_idempotently(title="two") == 1
    assert titles() == ["two"]


def test_other_updates_are_sent_once(failing: Failing) -> None:
    add("one")
    before = count("update")
    failing("update", closeConnection=True)
    with pytest.raises(DatabaseError) as error:
        Asset.objects.filter(title="one").update(title="two")
    assert is_outage(error.value)
    assert count("update") == before + 1
    assert titles() == ["one"]


def test_a_new_document_is_tried_again_by_the_driver(failing: Failing) -> None:
    failing("insert", closeConnection=True)
    add("one")
    assert titles() == ["one"]


def test_waiting_in_vain_is_an_outage_that_is_not_waited_for_again(
    failing: Failing,
) -> None:
    add("one")
    before = count("aggregate")
    failing("aggregate", times=5, blockConnection=True, blockTimeMS=400)
    with pymongo.timeout(0.2), pytest.raises(DatabaseError) as error:
        titles()
    assert is_outage(error.value)
    assert not is_transient(error.value)
    assert count("aggregate") == before + 1


def test_other_errors_are_no_outage(failing: Failing) -> None:
    asset = add("one")
    with pytest.raises(IntegrityError) as error:
        Asset(pk=asset.pk, owner_id=asset.owner_id, title="x").save(force_insert=True)
    assert not is_outage(error.value)
    assert not is_outage(ValueError("x"))
