from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dramatiq
import pytest

from automation.documents import DubConfig
from automation.models import AutomationJob
from automation.services import jobs
from streamfetch.accounts.models import User
from tests.automation.speech import Speech, speech, talking_video
from tests.uploads.library import ready_asset
from uploads.models import Asset


@pytest.fixture(scope="session")
def spoken() -> Speech:
    return speech(38)


@pytest.fixture(scope="session")
def talk(spoken: Speech, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """38 seconds in which somebody speaks English."""
    return talking_video(tmp_path_factory.mktemp("talk") / "talk.mp4", spoken.sound)


@pytest.fixture
def clean_storage(settings: Any, tmp_path: Path) -> Path:
    """A folder of its own for what is stored; returns it."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }
    return folder


@pytest.fixture
def asset(alice: User, clean_storage: Path, talk: Path) -> Asset:
    return ready_asset(alice, talk, title="The harbour")


@pytest.fixture
def dubbing(db: None) -> Iterator[Callable[[], None]]:
    """Call it to have a real worker do all dubbing that is queued, and nothing else."""
    broker = dramatiq.get_broker()
    worker = dramatiq.Worker(
        broker, queues={"dubbing"}, worker_timeout=50, worker_threads=1
    )
    worker.start()

    def until_done() -> None:
        broker.join("dubbing", timeout=100_000)
        worker.join()

    yield until_done
    worker.stop()


def started(owner: User, asset: Asset, **config: Any) -> AutomationJob:
    values = {"chunk_duration": 30, "target_languages": ["es"], **config}
    return jobs.create(owner, asset=asset.pk, config=DubConfig.model_validate(values))
