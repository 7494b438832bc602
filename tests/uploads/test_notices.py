"""Programs are told about an asset's life, once for each happening."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from streamfetch.accounts.models import User
from streamfetch.jobs import queue
from streamfetch.jobs.models import JobError, State
from streamfetch.webhooks.events import EVENT_TYPES
from streamfetch.webhooks.models import WebhookDelivery
from streamfetch.webhooks.services import endpoints
from tests.media import video
from uploads.models import Asset, AssetProcessing
from uploads.services import assets

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
NOT_REALLY_A_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(autouse=True)
def _listening(alice: User) -> None:
    # A closed port: what is queued is looked at, not what arrives.
    endpoints.create(alice, url="http://127.0.0.1:49999/", events=list(EVENT_TYPES))


@pytest.fixture(autouse=True)
def _one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WebhookDelivery, "RETRY_DELAYS_S", ())


def told() -> list[str]:
    return sorted(WebhookDelivery.objects.values_list("event_type", flat=True))


def bring_in(alice: User, path: Path) -> Asset:
    return assets.register_file(alice.pk, path, asset_id=uuid4(), title="Harbour")


def processing_of(asset: Asset) -> AssetProcessing:
    return AssetProcessing.objects.get(asset_id=asset.pk)


def test_a_video_is_told_of_three_times(alice: User, work: Work) -> None:
    asset = bring_in(alice, video(duration_s=1))
    work()
    assert told() == ["asset.playable", "asset.ready", "asset.uploaded"]
    ready = WebhookDelivery.objects.get(event_type="asset.ready").payload
    told_of = ready["data"]["asset"]
    assert (told_of["id"], told_of["status"]) == (str(asset.pk), "ready")
    assert (told_of["width"], told_of["height"]) == (320, 180)
    assert 900 <= told_of["duration_ms"] <= 1100
    assert told_of["api_url"].endswith(f"/api/v1/assets/{asset.pk}/")
    uploaded = WebhookDelivery.objects.get(event_type="asset.uploaded").payload
    assert uploaded["data"]["asset"]["status"] == "processing"
    assert set(told_of) == set(EVENT_TYPES["asset.ready"].example["asset"])


def test_work_that_is_done_twice_is_told_once(alice: User, work: Work) -> None:
    asset = bring_in(alice, video(duration_s=1))
    work()
    before = WebhookDelivery.objects.count()
    # The worker died after its work and before it could say so.
    job = processing_of(asset)
    AssetProcessing.objects.filter(pk=job.pk).update(state=State.QUEUED)
    queue.send(job)
    assets.accept(asset)
    work()
    assert processing_of(asset).state == State.SUCCEEDED
    assert WebhookDelivery.objects.count() == before


def test_processing_again_is_told_again(alice: User, work: Work) -> None:
    asset = bring_in(alice, video(duration_s=1))
    work()
    assets.reprocess(asset)
    work()
    assert told() == [
        "asset.playable",
        "asset.playable",
        "asset.ready",
        "asset.ready",
        "asset.uploaded",
    ]


def test_a_failure_is_told_with_its_reason(
    alice: User, work: Work, tmp_path: Path
) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(NOT_REALLY_A_PICTURE)
    asset = bring_in(alice, path)
    work()
    assert told() == ["asset.failed", "asset.uploaded"]
    failed = WebhookDelivery.objects.get(event_type="asset.failed").payload
    assert failed["data"]["asset"]["status"] == "failed"
    assert failed["data"]["asset"]["error"]["message"]
    # Told twice for the same end, and once more for another.
    job = processing_of(asset)
    job.on_failure(JobError(code="again", message="again"))
    assert told().count("asset.failed") == 1
    queue.retry(job)
    work()
    assert told().count("asset.failed") == 2


def test_cancelled_processing_is_a_failure(alice: User) -> None:
    asset = bring_in(alice, video(duration_s=1))
    queue.cancel(processing_of(asset))
    assert told() == ["asset.failed", "asset.uploaded"]
