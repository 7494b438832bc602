from pathlib import Path

import pytest

from projects.models import Render, VideoProject
from projects.services import projects
from projects.timeline.document import Clip, Resolution, Settings, Timeline
from streamfetch.accounts.models import User
from tests import media
from tests.uploads.library import ready_asset
from uploads.models import Asset


@pytest.fixture
def clean_storage(settings, tmp_path: Path) -> Path:
    """A folder of its own for what is stored; returns it."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }
    return folder


@pytest.fixture
def asset(alice: User, clean_storage: Path) -> Asset:
    """Two seconds of video."""
    return ready_asset(alice, media.video(duration_s=2))


@pytest.fixture
def project(alice: User, asset: Asset) -> VideoProject:
    """A part of the asset, in a small frame."""
    return projects.create(
        alice,
        name="Trip",
        timeline=Timeline(clips=[Clip(asset=asset.pk, end_time=0.6)]),
        settings=Settings(resolution=Resolution(width=160, height=90), frame_rate=25),
    )


def outputs(render: Render, storage: Path) -> list[str]:
    """Names of the files that a render has in storage."""
    folder = storage / "renders" / str(render.pk)
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []
