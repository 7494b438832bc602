"""Real storages: a disk folder, and buckets of a moto server over HTTP; the media
application behind a real uvicorn."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin
from uuid import uuid4

import boto3
import httpx
import pytest
import uvicorn
from moto.server import ThreadedMotoServer
from starlette.applications import Starlette
from starlette.routing import Mount

from streamfetch.storage.backends import LocalMediaStorage, media_storage
from streamfetch.storage.contract import MediaStorage, UploadTarget
from streamfetch.storage.media_app import media_app

BACKENDS = "streamfetch.storage.backends"


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORKSPACES_ROOT = tmp_path / "workspaces"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": f"{BACKENDS}.LocalMediaStorage"},
    }
    settings.STORAGE_PROVIDER = "local"
    settings.CDN_URL = ""
    settings.SIGNED_URL_TTL_S = 3600


@pytest.fixture
def local_storage() -> LocalMediaStorage:
    storage = media_storage()
    assert isinstance(storage, LocalMediaStorage)
    return storage


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def _use_bucket(settings, bucket_server: str, *, region: str) -> MediaStorage:
    bucket = f"media-{uuid4().hex}"
    boto3.client(
        "s3",
        endpoint_url=bucket_server,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).create_bucket(Bucket=bucket)
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": f"{BACKENDS}.ObjectMediaStorage",
            "OPTIONS": {
                "bucket_name": bucket,
                "endpoint_url": bucket_server,
                "region_name": region,
                "access_key": "key",
                "secret_key": "secret",
            },
        },
    }
    settings.STORAGE_PROVIDER = "s3" if region != "auto" else "r2"
    return media_storage()


@pytest.fixture
def bucket_storage(settings, bucket_server: str) -> MediaStorage:
    return _use_bucket(settings, bucket_server, region="us-east-1")


@pytest.fixture(params=["local", "s3", "r2"])
def storage(request: pytest.FixtureRequest, settings) -> MediaStorage:
    if request.param == "local":
        return media_storage()
    region = {"s3": "us-east-1", "r2": "auto"}[request.param]
    server = request.getfixturevalue("bucket_server")
    return _use_bucket(settings, server, region=region)


@pytest.fixture(scope="session")
def media_server() -> Iterator[str]:
    """The media application as the product mounts it, on a port of its own."""
    application = Starlette(routes=[Mount("/media", app=media_app)])
    server = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def http(media_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=media_server, trust_env=False, timeout=30) as client:
        yield client


Send = Callable[[UploadTarget, bytes], httpx.Response]


@pytest.fixture
def send(http: httpx.Client, media_server: str) -> Send:
    """PUT a body where an `UploadTarget` says, as a browser would."""

    def put(target: UploadTarget, body: bytes) -> httpx.Response:
        return http.request(
            target.method,
            urljoin(media_server, target.url),
            content=body,
            headers=dict(target.headers),
        )

    return put
