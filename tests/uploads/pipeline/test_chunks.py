"""Long sources are encoded in parts, and nobody can tell from the result."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from streamfetch.errors import DomainError
from streamfetch.jobs.models import LeaseLost, State
from streamfetch.jobs.running import run_job
from tests import media
from tests.uploads.pipeline import playing
from tests.uploads.pipeline.conftest import Processed, copy_folder
from uploads.models import Asset, AssetChunk, AssetProcessing, Rendition
from uploads.pipeline import chunks
from uploads.pipeline.processing import process

pytestmark = pytest.mark.django_db

RUNGS = ("360p", "480p")


@pytest.fixture(autouse=True)
def _short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LONG_MS", 5000)
    monkeypatch.setattr(chunks, "CHUNK_S", 8)
    monkeypatch.setattr(AssetChunk, "RETRY_DELAYS_S", (0, 0, 0))


def source(**options: Any) -> Path:
    wanted = {"duration_s": 22, "width": 854, "height": 480, "gop": 250} | options
    return media.video(**wanted)


def folder_of(job: AssetProcessing, folder: Path) -> Path:
    ladder = Rendition.objects.get(asset_id=job.asset_id, spec=Rendition.Spec.LADDER)
    return copy_folder(ladder.key.rpartition("/")[0] + "/", folder)


def every_frame(path: Path) -> list[bytes]:
    """Each frame, small: enough to tell it from its neighbours."""
    size = 64 * 36
    argv = ["-i", str(path), "-map", "0:v", "-vf", "scale=64:36", "-fps_mode"]
    argv += ["passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"]
    raw = media._ffmpeg(argv)
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def distance(one: bytes, other: bytes) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("fps", "gop", "segments"),
    # With a key frame every 2.8 s the source itself is the best rung.
    [("25", 250, 6), ("30000/1001", 250, 6), ("25", 70, 4)],
)
def test_parts_join_without_a_seam(
    fps: str,
    gop: int,
    segments: int,
    bring: Callable[[Path], Processed],
    tmp_path: Path,
) -> None:
    original = source(fps=fps, gop=gop)
    made = bring(original)
    wanted = every_frame(original)
    for rung in RUNGS:
        listed = playing.playlist(made.folder / rung / "index.m3u8")
        whole = playing.joined(listed, tmp_path / f"{rung}.mp4")
        times = playing.frame_times(whole)
        assert times == [n / Fraction(fps) for n in range(len(wanted))]
        shown = every_frame(whole)
        for number in range(1, len(wanted) - 1):
            around = [distance(shown[number], wanted[number + by]) for by in (-1, 0, 1)]
            assert min(around) == around[1], number
    assert len(playing.dash(made.folder)["360p"]["segments"]) == segments
    assert not AssetChunk.objects.exists()


def test_uneven_frame_times_join_too(
    bring: Callable[[Path], Processed], tmp_path: Path
) -> None:
    made = bring(source(vfr=True))
    listed = playing.playlist(made.folder / "480p" / "index.m3u8")
    whole = playing.joined(listed, tmp_path / "480p.mp4")
    times = playing.frame_times(whole)
    assert times == [Fraction(n, 25) for n in range(len(times))]
    assert len(times) in (549, 550)


def test_free_workers_take_parts(
    register: Callable[[Path], AssetProcessing],
    work: Callable[[], None],
    tmp_path: Path,
) -> None:
    job = register(source())
    work()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    folder = folder_of(job, tmp_path)
    assert set(playing.dash(folder)) == {*RUNGS, "audio"}
    listed = playing.playlist(folder / "audio" / "index.m3u8")
    whole = playing.joined(listed, tmp_path / "audio.mp4")
    assert playing.sound_seconds(whole) == pytest.approx(22, abs=0.05)


class Passing(DomainError):
    code = "passing"
    recoverable = True


def test_a_part_that_fails_is_tried_again_alone(
    register: Callable[[Path], AssetProcessing], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = chunks._encoded
    tries: list[tuple[str, int]] = []

    def fails_once(run: Any, *args: Any, **kwargs: Any) -> Any:
        plan = run.job.plan
        tries.append((plan.stage, plan.number))
        if tries.count(("preview", 1)) == 1 and plan.number == 1:
            raise Passing("The storage was away.")
        return real(run, *args, **kwargs)

    monkeypatch.setattr(chunks, "_encoded", fails_once)
    job = register(source())
    run_job(AssetProcessing, str(job.pk), process)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert job.attempts == 1
    assert tries.count(("preview", 1)) == 2
    assert len(tries) == len(set(tries)) + 1


def test_parts_that_are_done_stay_done(
    register: Callable[[Path], AssetProcessing],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    real = chunks._help_once
    tries = []

    def dies(*args: Any, **kwargs: Any) -> bool:
        if len(tries) == 2:
            raise LeaseLost
        tries.append(None)
        return real(*args, **kwargs)

    job = register(source())
    with monkeypatch.context() as patch:
        patch.setattr(chunks, "_help_once", dies)
        run_job(AssetProcessing, str(job.pk), process)
    AssetProcessing.objects.filter(pk=job.pk).update(state=State.QUEUED)
    done = list(AssetChunk.objects.filter(state=State.SUCCEEDED))
    assert len(done) == 2
    encoded = []
    real_encoded = chunks._encoded

    def counted(run: Any, *args: Any, **kwargs: Any) -> Any:
        encoded.append(run.job.pk)
        return real_encoded(run, *args, **kwargs)

    monkeypatch.setattr(chunks, "_encoded", counted)
    run_job(AssetProcessing, str(job.pk), process)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert not {chunk.pk for chunk in done} & set(encoded)
    assert set(playing.dash(folder_of(job, tmp_path))) == {*RUNGS, "audio"}


def test_a_part_that_cannot_be_encoded_says_so(
    register: Callable[[Path], AssetProcessing], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any, **kwargs: Any) -> Any:
        raise DomainError("Its frames are damaged.")

    monkeypatch.setattr(chunks, "_encoded", fails)
    job = register(source())
    run_job(AssetProcessing, str(job.pk), process)
    job.refresh_from_db()
    assert job.state == State.FAILED
    asset = Asset.objects.get(pk=job.asset_id)
    assert asset.last_error.code == "part_failed"
    assert "Its frames are damaged." in asset.last_error.message


def test_parts_of_a_cancelled_processing_are_not_encoded(
    register: Callable[[Path], AssetProcessing], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = register(source())

    def cancels(*args: Any, **kwargs: Any) -> bool:
        job.cancel()
        raise LeaseLost

    monkeypatch.setattr(chunks, "_help_once", cancels)
    run_job(AssetProcessing, str(job.pk), process)
    waiting = AssetChunk.objects.filter(state=State.QUEUED).first()
    assert waiting is not None
    run_job(AssetChunk, str(waiting.pk), chunks.encode)
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED
