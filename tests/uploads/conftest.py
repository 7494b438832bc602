"""Uploads to a storage of their own, over real HTTP."""

from pathlib import Path

import httpx
import pytest
from rest_framework.test import APIClient

from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import MediaStorage
from tests.streamfetch.storage.conftest import (  # noqa: F401
    _use_bucket,
    bucket_server,
    http,
    media_server,
)
from tests.uploads.sending import Browser


@pytest.fixture
def own_folders(settings, tmp_path: Path) -> Path:
    """What is stored, and scratch, in a folder of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORKSPACES_ROOT = tmp_path / "workspaces"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }
    return tmp_path


@pytest.fixture(params=["local", "s3"])
def storage(
    request: pytest.FixtureRequest, settings, own_folders: Path
) -> MediaStorage:
    """The disk, and a bucket; how they differ is tested with the storages."""
    if request.param == "local":
        return media_storage()
    server = request.getfixturevalue("bucket_server")
    return _use_bucket(settings, server, region="us-east-1")


@pytest.fixture
def browser(
    own_folders: Path,
    api: APIClient,
    http: httpx.Client,  # noqa: F811
    media_server: str,  # noqa: F811
) -> Browser:
    return Browser(api, http, media_server)
