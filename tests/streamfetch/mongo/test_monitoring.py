"""Operators see every operation at debug level, and the slow ones always."""

import logging
import re

import pytest
from prometheus_client import REGISTRY

from tests.streamfetch.mongo.conftest import Failing
from tests.streamfetch.mongo.test_transactions import add, titles

LOGGER = "streamfetch.mongo.monitoring"


def count(command: str) -> float:
    name = "streamfetch_database_seconds_count"
    return REGISTRY.get_sample_value(name, {"command": command}) or 0.0


def test_every_operation_is_logged_and_measured(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    add("the first, which makes the collection")
    inserts = count("insert")
    with caplog.at_level(logging.DEBUG, logger=LOGGER):
        add("one")
        titles()
    messages = [record.getMessage() for record in caplog.records]
    assert any(text.startswith("insert assets ok in ") for text in messages)
    assert any(text.startswith("aggregate assets ok in ") for text in messages)
    assert logging.DEBUG in {record.levelno for record in caplog.records}
    assert count("insert") == inserts + 1


def test_slow_operations_are_warnings(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    add("one")
    failing("aggregate", blockConnection=True, blockTimeMS=150)
    with caplog.at_level(logging.INFO, logger=LOGGER):
        titles()
        titles()
    # On a busy machine the other one may have been slow as well.
    record = caplog.records[0]
    assert record.levelno == logging.WARNING
    found = re.fullmatch(
        r"slow: aggregate assets ok in ([\d.]+) ms", record.getMessage()
    )
    assert found
    assert float(found[1]) >= 150


def test_failed_operations_say_so(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    add("one")
    failing("aggregate", closeConnection=True)
    with caplog.at_level(logging.DEBUG, logger=LOGGER):
        assert titles() == ["one"]
    messages = [record.getMessage() for record in caplog.records]
    assert [text.split(" in ")[0] for text in messages] == [
        "aggregate assets failed",
        "aggregate assets ok",
    ]
