"""What tests of sources work with: a proxy that permits loopback, and means."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from downloads.sources.base import Means
from downloads.sources.ytdlp import YtDlpSource
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.proxy import EgressProxy

MAX_BYTES = 20 * 1024 * 1024


@pytest.fixture
def proxy() -> Iterator[EgressProxy]:
    with EgressProxy(AllowedHosts.parse("127.0.0.1")) as proxy:
        yield proxy


@pytest.fixture
def tools(tmp_path: Path, proxy: EgressProxy) -> Means:
    directory = tmp_path / "partial"
    directory.mkdir()
    return Means(directory=directory, proxy=proxy, max_bytes=MAX_BYTES, deadline_s=40)


@pytest.fixture
def ytdlp(tmp_path: Path) -> YtDlpSource:
    return YtDlpSource(cache_dir=tmp_path / "cache")


@pytest.fixture
def forbidden() -> Iterator[tuple[int, list[int]]]:
    """A listener on an address that nobody may reach, and its hits."""
    hits: list[int] = []
    with socket.create_server(("127.0.0.2", 0)) as listener:
        listener.settimeout(0.2)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                try:
                    peer, _address = listener.accept()
                except TimeoutError:
                    continue
                hits.append(1)
                peer.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield int(listener.getsockname()[1]), hits
        done.set()
        thread.join()
