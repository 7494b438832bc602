"""The health probe."""

import socket
import time

import pytest

from streamfetch.storage import checks
from streamfetch.storage.errors import StorageUnavailable


def test_a_storage_that_works_and_is_left_as_it_was(storage) -> None:
    assert 0 < checks.ping() < checks.PING_TIMEOUT_S
    assert list(storage.list_prefix("probes/")) == []


def test_a_media_folder_that_is_a_file(settings, tmp_path) -> None:
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file"
    with pytest.raises(StorageUnavailable, match="data folder"):
        checks.ping()


def test_a_storage_that_hangs_is_asked_once(settings, bucket_storage) -> None:
    with socket.socket() as silent:
        # It takes connections and never answers.
        silent.bind(("127.0.0.1", 0))
        silent.listen(10)
        default = settings.STORAGES["default"]
        endpoint_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {
                **default,
                "OPTIONS": {**default["OPTIONS"], "endpoint_url": endpoint_url},
            },
        }
        for _time in range(2):
            started = time.monotonic()
            with pytest.raises(StorageUnavailable):
                checks.ping(timeout_s=0.3)
            assert time.monotonic() - started < 2
    # The line is cut: the one question in flight ends, and others may be asked.
    deadline = time.monotonic() + 60
    while checks._asking.locked():
        assert time.monotonic() < deadline
        time.sleep(0.05)
