"""Lets a command use the services of a running server, or start its own."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from streamfetch.embedded import mongodb, redis
from streamfetch.embedded.configuration import ServerConfiguration
from streamfetch.embedded.directory import DataDirectory
from streamfetch.embedded.errors import AlreadyRunning
from streamfetch.embedded.ports import RememberedPorts
from streamfetch.embedded.services import DATABASE, EmbeddedServices


@contextmanager
def attached(root: Path) -> Iterator[None]:
    """Set MONGODB_URI and REDIS_URL for the block, where they are not configured.

    A `script/server` that runs on the same data directory shares its services;
    otherwise they are started, and stopped at the end. Raises EmbeddedError.
    """
    configuration = ServerConfiguration.read(root=root)
    if configuration.mongodb_uri and configuration.redis_url:
        yield
        return
    with ExitStack() as stack:
        services = EmbeddedServices(
            data_dir=configuration.data_dir,
            environ={
                "MONGODB_URI": configuration.mongodb_uri,
                "REDIS_URL": configuration.redis_url,
            },
        )
        try:
            stack.enter_context(services)
            found = services.mongodb_uri, services.redis_url
        except AlreadyRunning:
            directory = DataDirectory(configuration.data_dir)
            ports = RememberedPorts(directory.run / "ports.json")
            found = (
                configuration.mongodb_uri
                or mongodb.uri(ports.recall("mongodb"), database=DATABASE),
                configuration.redis_url or redis.url(ports.recall("redis")),
            )
        os.environ["MONGODB_URI"], os.environ["REDIS_URL"] = found
        os.environ["STREAMFETCH_DATA_DIR"] = str(configuration.data_dir)
        os.environ["STREAMFETCH_EMBEDDED"] = "0" if configuration.mongodb_uri else "1"
        yield
