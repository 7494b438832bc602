"""Fixtures that every test may use: the cast, API clients, a worker."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dramatiq
import pytest
import redis
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate
from rest_framework.test import APIClient
from xdist.remote import Producer

from streamfetch.accounts.models import User
from streamfetch.mongo.backend.base import Operations
from tests.running_server import make_seed
from tests.scheduling import ServersTogether

KEPT = {"django_content_type", "auth_permission"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> ServersTogether:
    """Tests that share a server run in one test process."""
    return ServersTogether(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """The tables of models and permissions stay from test to test: making them anew
    takes longer than most tests."""
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(
        dispatch_uid="django.contrib.auth.management.create_permissions"
    )
    empty = Operations.execute_sql_flush

    def empty_others(self: Operations, tables: list[str]) -> None:
        empty(self, [table for table in tables if table not in KEPT])

    Operations.execute_sql_flush = empty_others


@pytest.fixture(scope="session")
def server_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a server that has started once, shared by all test processes."""
    base = tmp_path_factory.getbasetemp()
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    seed = (base if is_alone else base.parent) / "server-seed"
    make_seed(seed)
    return seed


@pytest.fixture
def alice(db: None) -> User:
    """The owner in every story."""
    return User.objects.create_user("alice", password="correct horse battery")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger, who must never see what is Alice's."""
    return User.objects.create_user("charlie", password="another long secret")


@pytest.fixture
def api(alice: User) -> APIClient:
    client = APIClient()
    client.force_login(alice)
    return client


@pytest.fixture
def stranger_api(charlie: User) -> APIClient:
    client = APIClient()
    client.force_login(charlie)
    return client


@pytest.fixture(autouse=True)
def _clean_services(request: pytest.FixtureRequest) -> None:
    """Tests with a database start with empty queues, cache and scratch space too."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        client = redis.Redis.from_url(settings.REDIS_URL)
        client.flushdb()
        client.close()
        shutil.rmtree(settings.WORKSPACES_ROOT, ignore_errors=True)


@pytest.fixture
def work(db: None) -> Iterator[Callable[[], None]]:
    """Call it to have a real worker do everything that is queued."""
    broker = dramatiq.get_broker()
    worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=2)
    worker.start()

    def until_done() -> None:
        for queue in (
            "ffmpeg-high",
            "ffmpeg",
            "network",
            "webhooks",
            "quick",
            "dubbing",
        ):
            broker.join(queue, timeout=100_000)
        worker.join()

    yield until_done
    worker.stop()
