"""One server for all tests that break its MongoDB or Redis, or need real HTTP."""

from collections.abc import Iterator

import pytest

from tests.streamfetch.private_server import PrivateServer


@pytest.fixture(scope="session")
def private_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    with PrivateServer(tmp_path_factory.mktemp("server")) as server:
        yield server
