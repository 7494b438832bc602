"""What is checked before anything starts, and how readiness is announced."""

import io
import shutil
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from streamfetch.embedded import server
from streamfetch.embedded.configuration import ServerConfiguration
from streamfetch.embedded.console import Console
from streamfetch.embedded.errors import EmbeddedError


def test_a_full_disk_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=120 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(EmbeddedError) as caught:
        server.check_disk(tmp_path)
    assert str(caught.value) == (
        f"Only 120 MB free in {tmp_path}: make room for at least 500 MB, or set "
        "STREAMFETCH_DATA_DIR to another disk"
    )


def test_the_address_is_printed_once_when_all_is_ready(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    configuration = ServerConfiguration.read(
        root=tmp_path,
        environ={"PORT": str(httpserver.port), "ALLOWED_HOSTS": "media.example.org"},
    )
    greeting = server.Greeting(configuration, console=Console(stream=said), started_s=0)
    monkeypatch.setattr(server, "ASK_EVERY_S", 0)
    httpserver.expect_ordered_request("/readyz").respond_with_json(
        {"parts": {"workers": "no worker serves: quick"}}, status=503
    )
    httpserver.expect_ordered_request(
        "/readyz", headers={"Host": "media.example.org"}
    ).respond_with_json({})
    for _ in range(3):
        greeting.on_tick()
    httpserver.check_assertions()
    lines = [line for line in said.getvalue().splitlines() if line]
    assert "no worker serves: quick" in lines[0]
    assert lines[1] == f"  StreamFetch is ready: http://127.0.0.1:{httpserver.port}"
    assert lines[2:] == ["Ctrl-C stops it."]
