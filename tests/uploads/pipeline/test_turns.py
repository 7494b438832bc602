"""With one worker, every file plays before any gets its better qualities."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dramatiq
import pytest

from streamfetch.jobs import queue
from streamfetch.jobs.models import Priority, State
from streamfetch.jobs.running import run_job
from streamfetch.jobs.sweeping import sweep_lost_messages
from tests import media
from tests.uploads.pipeline import playing
from tests.uploads.pipeline.conftest import copy_folder
from uploads.models import Asset, AssetChunk, AssetProcessing, Rendition
from uploads.pipeline import chunks, publishing, turns
from uploads.pipeline.processing import process

pytestmark = pytest.mark.django_db
Register = Callable[[Path], AssetProcessing]


@pytest.fixture(autouse=True)
def _nobody_else_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAITING_S", 0)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, list[str]]]:
    """Each asset and what was made to play of it, in turn."""
    seen: list[tuple[Any, list[str]]] = []
    real = publishing.publish

    def publish(folder: Any, tracks: Any, **options: Any) -> None:
        real(folder, tracks, **options)
        seen.append((folder.asset_id, sorted(track.name for track in tracks)))

    monkeypatch.setattr(publishing, "publish", publish)
    return seen


def film() -> Path:
    return media.video(duration_s=7, width=854, height=480, gop=250)


def test_the_first_quality_of_all_comes_before_the_second_of_any(
    register: Register,
    published: list[tuple[Any, list[str]]],
    tmp_path: Path,
) -> None:
    first, second = register(film()), register(film())
    worker = dramatiq.Worker(dramatiq.get_broker(), worker_timeout=50, worker_threads=1)
    worker.start()
    try:
        for name in ("ffmpeg-high", "ffmpeg"):
            dramatiq.get_broker().join(name, timeout=100_000)
        worker.join()
    finally:
        worker.stop()
    small, all_of_it = ["360p", "audio"], ["360p", "480p", "audio"]
    assert published == [
        (first.asset_id, small),
        (second.asset_id, small),
        (second.asset_id, all_of_it),
        (first.asset_id, all_of_it),
    ]
    for job in (first, second):
        job.refresh_from_db()
        assert (job.state, job.attempts) == (State.SUCCEEDED, 1)
        assert job.first_part is None
        ladder = Rendition.objects.get(asset_id=job.asset_id, spec="ladder")
        folder = copy_folder(
            ladder.key.rpartition("/")[0] + "/", tmp_path / str(job.pk)
        )
        tracks = playing.dash(folder)
        assert tracks["480p"]["lengths"] == tracks["360p"]["lengths"] == [4, 3]
        assert (folder / "thumbnails.vtt").exists()


def stepped_aside(register: Register) -> AssetProcessing:
    """One whose first quality plays, while another waits."""
    job, _other = register(film()), register(film())
    run_job(AssetProcessing, str(job.pk), process)
    job.refresh_from_db()
    assert (job.state, job.priority) == (State.QUEUED, Priority.NORMAL)
    assert Asset.objects.get(pk=job.asset_id).status == Asset.Status.PROCESSING
    return job


def test_a_message_that_is_lost_meanwhile_goes_to_the_later_queue(
    register: Register,
) -> None:
    job = stepped_aside(register)
    broker: Any = dramatiq.get_broker()
    assert str(job.pk) in broker.ids_within_reach("ffmpeg")
    AssetProcessing.objects.filter(pk=job.pk).update(
        not_before=job.created_at.replace(year=2020), sent_at=None
    )
    assert sweep_lost_messages() == 0
    # Its first message too, which no worker took here.
    broker.flush_all()
    assert sweep_lost_messages() == 1
    assert str(job.pk) in broker.ids_within_reach("ffmpeg")


def test_one_that_is_started_again_makes_everything_anew(register: Register) -> None:
    job = stepped_aside(register)
    assert job.cancel()
    job.refresh_from_db()
    assert job.first_part is not None
    again: Any = queue.retry(job)
    again.refresh_from_db()
    assert (again.first_part, again.priority) == (None, Priority.HIGH)


def test_a_long_film_lets_others_in_between_its_parts(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "LONG_MS", 5000)
    monkeypatch.setattr(chunks, "CHUNK_S", 4)
    monkeypatch.setattr(turns, "others_wait", lambda: False)
    long = register(media.video(duration_s=9, width=854, height=480, gop=250))
    real = chunks._help_once
    helped: list[str] = []

    def help_once(*args: Any, **options: Any) -> bool:
        stages = options.get("stages") or []
        if stages == [chunks_ladder]:
            # Somebody drops a file while the second part is at work.
            monkeypatch.setattr(turns, "others_wait", lambda: bool(helped))
            helped.append("ladder")
        return real(*args, **options)

    chunks_ladder = "ladder"
    monkeypatch.setattr(chunks, "_help_once", help_once)
    run_job(AssetProcessing, str(long.pk), process)
    long.refresh_from_db()
    assert (long.state, helped) == (State.QUEUED, ["ladder"])
    waiting = AssetChunk.objects.filter(state=State.QUEUED).first()
    assert waiting is not None
    run_job(AssetChunk, str(waiting.pk), chunks.encode)
    # That part alone: who fetched the source does not go on with the others.
    assert len(helped) == 1
    monkeypatch.setattr(turns, "others_wait", lambda: False)
    run_job(AssetProcessing, str(long.pk), process)
    long.refresh_from_db()
    assert long.state == State.SUCCEEDED, long.error
