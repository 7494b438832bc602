"""Where the server listens and keeps things, from environment and `.env`."""

from pathlib import Path

import pytest

from streamfetch.embedded.configuration import ServerConfiguration
from streamfetch.embedded.errors import EmbeddedError


def read(root: Path, **environ: str) -> ServerConfiguration:
    return ServerConfiguration.read(root=root, environ=environ)


def test_defaults_serve_this_machine_only(tmp_path: Path) -> None:
    configuration = read(tmp_path)
    assert configuration.url == "http://127.0.0.1:8000"
    assert configuration.data_dir == tmp_path / "data"
    assert configuration.mongodb_uri == configuration.redis_url == ""


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "PORT=8100\nMONGODB_URI=mongodb://db/x\nSTREAMFETCH_DATA_DIR=elsewhere\n"
        "REDIS_URL=\nALLOWED_HOSTS=.media.example.org,localhost\n"
    )
    configuration = read(tmp_path, PORT="8200")
    assert configuration.port == 8200
    assert configuration.mongodb_uri == "mongodb://db/x"
    assert configuration.redis_url == ""
    assert configuration.data_dir == tmp_path / "elsewhere"
    assert configuration.host_header == "media.example.org"


def test_relative_folder_of_the_shell_is_seen_from_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    configuration = read(Path("/nowhere"), STREAMFETCH_DATA_DIR="mine")
    assert configuration.data_dir == tmp_path / "mine"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
    ],
)
def test_printed_address_can_be_visited(tmp_path: Path, host: str, url: str) -> None:
    assert read(tmp_path, HOST=host).url == url


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.0", "٨٠", "http"])
def test_what_is_not_a_port_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(EmbeddedError, match="1 to 65535"):
        read(tmp_path, PORT=port)
