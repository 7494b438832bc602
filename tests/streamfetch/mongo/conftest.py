"""A look at what the product asks of MongoDB, and a MongoDB that fails on demand."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from pymongo.collection import Collection
from pytest_django.plugin import DjangoDbBlocker

from streamfetch.embedded import mongodb
from streamfetch.embedded.services import EmbeddedServices
from streamfetch.mongo.database import database


@dataclass(frozen=True)
class Asked:
    """One read or write that was sent, as an aggregation pipeline."""

    collection: str
    pipeline: list[dict[str, Any]]

    def _explain(self, verbosity: str) -> dict[str, Any]:
        return database().command(
            "explain",
            {"aggregate": self.collection, "pipeline": self.pipeline, "cursor": {}},
            verbosity=verbosity,
        )

    def stages(self) -> set[str]:
        """The stages of the plan: IXSCAN, FETCH, COLLSCAN, SORT, …"""
        return set(_stages_of(self._explain("queryPlanner")))

    def documents_examined(self) -> int:
        plan = self._explain("executionStats")
        stats = (
            plan.get("executionStats") or plan["stages"][0]["$cursor"]["executionStats"]
        )
        return int(stats["totalDocsExamined"])


def _stages_of(plan: Any) -> Iterator[str]:
    if isinstance(plan, Mapping):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for key, value in plan.items():
            if key == "$sort":
                yield "SORT"
            if key not in {"rejectedPlans", "command"}:
                yield from _stages_of(value)
    elif isinstance(plan, list):
        for part in plan:
            yield from _stages_of(part)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Everything that the product sends to MongoDB from now on."""
    found: list[Asked] = []
    aggregate, update, delete = (
        Collection.aggregate,
        Collection.update_many,
        Collection.delete_many,
    )

    def on_aggregate(self: Any, pipeline: Any, *args: Any, **kwargs: Any) -> Any:
        found.append(Asked(self.name, list(pipeline)))
        return aggregate(self, pipeline, *args, **kwargs)

    def on_update(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        found.append(Asked(self.name, [{"$match": query}]))
        return update(self, query, *args, **kwargs)

    def on_delete(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        found.append(Asked(self.name, [{"$match": query}]))
        return delete(self, query, *args, **kwargs)

    monkeypatch.setattr(Collection, "aggregate", on_aggregate)
    monkeypatch.setattr(Collection, "update_many", on_update)
    monkeypatch.setattr(Collection, "delete_many", on_delete)
    return found


@pytest.fixture(scope="session")
def _testing_mongodb_uri(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A mongod of these tests alone, which takes fail points."""
    with pytest.MonkeyPatch.context() as patch:
        command = mongodb.command
        patch.setattr(
            mongodb,
            "command",
            lambda *args, **kwargs: [
                *command(*args, **kwargs),
                *("--setParameter", "enableTestCommands=1"),
            ],
        )
        services = EmbeddedServices(
            data_dir=tmp_path_factory.mktemp("mongodb"), environ={"REDIS_URL": "none"}
        )
        with services:
            yield services.mongodb_uri


Failing = Callable[..., None]


@pytest.fixture
def failing(
    _testing_mongodb_uri: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Failing]:
    """Connects Django to that mongod; call it with what is to fail.

    Its collections are made by the first insert: no indexes, no validators.
    """
    wrapper: Any = connections["default"]
    pools = wrapper._connection_pools
    with django_db_blocker.unblock():
        # Kept open: other threads go on using it.
        pool, host = pools.pop("default", None), wrapper.settings_dict["HOST"]
        wrapper.connection = None
        wrapper.__dict__.pop("database", None)
        wrapper.settings_dict["HOST"] = _testing_mongodb_uri
        admin = database().client.admin

        def fail(*commands: str, times: int = 1, **how: Any) -> None:
            admin.command(
                "configureFailPoint",
                "failCommand",
                mode={"times": times} if times else "off",
                data={"failCommands": list(commands), **how},
            )

        try:
            yield fail
            fail("ping", times=0)
            database().client.drop_database(database().name)
        finally:
            pools.pop("default").close()
            wrapper.settings_dict["HOST"] = host
            wrapper.connection = None
            wrapper.__dict__.pop("database", None)
            if pool is not None:
                pools["default"] = pool
