"""Fixtures of processed assets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from streamfetch.accounts.models import User
from streamfetch.jobs.models import State
from streamfetch.jobs.running import run_job
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, AssetProcessing, Rendition
from uploads.pipeline.processing import process
from uploads.services.assets import register_file

Bring = Callable[[Path], "Processed"]


@dataclass(frozen=True)
class Processed:
    """An asset that went through processing; `folder` has a copy of its ladder."""

    asset: Asset
    folder: Path

    @property
    def renditions(self) -> dict[str, Rendition]:
        found = Rendition.objects.filter(asset_id=self.asset.pk)
        return {rendition.spec: rendition for rendition in found}


def copy_folder(prefix: str, folder: Path) -> Path:
    """Bring everything below a prefix of storage to `folder`."""
    for stored in media_storage().list_prefix(prefix):
        path = folder / stored.key.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        media_storage().fetch_to(stored.key, path)
    return folder


@pytest.fixture
def register(alice: User) -> Callable[[Path], AssetProcessing]:
    """Take a file into the library; gives its processing, which waits."""

    def register(path: Path) -> AssetProcessing:
        asset_id = uuid4()
        register_file(alice.pk, path, asset_id=asset_id, title=path.name)
        job: Any = AssetProcessing.objects.get(asset_id=asset_id)
        return job

    return register


@pytest.fixture
def bring(register: Callable[[Path], AssetProcessing], tmp_path: Path) -> Bring:
    """Take a file into the library, process it and look at what there is then."""

    def bring(path: Path) -> Processed:
        job = register(path)
        run_job(AssetProcessing, str(job.pk), process)
        job.refresh_from_db()
        assert job.state == State.SUCCEEDED, job.error
        asset: Any = Asset.objects.get(pk=job.asset_id)
        assert asset.status == Asset.Status.READY
        made = Processed(asset, tmp_path / str(asset.pk))
        prefix = made.renditions[Rendition.Spec.LADDER].key.rpartition("/")[0] + "/"
        copy_folder(prefix, made.folder)
        return made

    return bring
