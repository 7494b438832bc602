"""Who is told what, and how often."""

from uuid import uuid4

import pytest

from streamfetch.accounts.models import User
from streamfetch.jobs import queue
from streamfetch.webhooks import events
from streamfetch.webhooks.models import WebhookDelivery
from streamfetch.webhooks.services import endpoints
from streamfetch.webhooks.services.emitting import emit

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/"


def test_only_those_who_want_it_are_told(alice: User, charlie: User) -> None:
    wants, _ = endpoints.create(alice, url=URL, events=["asset.ready"])
    endpoints.create(alice, url=URL, events=["asset.failed"])
    off, _ = endpoints.create(alice, url=URL, events=["asset.ready"])
    endpoints.edit(off, is_active=False)
    endpoints.create(charlie, url=URL, events=["asset.ready"])
    emit(alice.pk, event_type=events.ASSET_READY, subject_id=uuid4(), data={})
    told = WebhookDelivery.objects.get()
    assert (told.endpoint_id, told.owner_id) == (wants.pk, alice.pk)


def test_nobody_wants_it_and_nothing_is_stored(alice: User) -> None:
    emit(alice.pk, event_type=events.ASSET_READY, subject_id=uuid4(), data={})
    assert not WebhookDelivery.objects.exists()


def test_the_same_happening_is_told_once(alice: User) -> None:
    for _ in range(2):
        endpoints.create(alice, url=URL, events=["asset.ready", "asset.failed"])
    subject = uuid4()

    def tell(event_type: events.EventType, occurrence: str) -> None:
        emit(
            alice.pk,
            event_type=event_type,
            subject_id=subject,
            data={},
            occurrence=occurrence,
        )

    for _ in range(3):
        tell(events.ASSET_READY, "job 1")
    assert WebhookDelivery.objects.count() == 2
    assert len(set(WebhookDelivery.objects.values_list("event_id", flat=True))) == 1
    tell(events.ASSET_READY, "job 2")
    tell(events.ASSET_FAILED, "job 1")
    assert WebhookDelivery.objects.count() == 6
    assert len(set(WebhookDelivery.objects.values_list("event_id", flat=True))) == 3


def test_telling_goes_on_after_a_crash_in_the_middle(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        endpoints.create(alice, url=URL, events=["asset.ready"])
    subject = uuid4()
    really_submit = queue.submit
    left = [1]

    def submit_one(job: WebhookDelivery) -> None:
        if not left:
            raise RuntimeError("the process died")
        left.pop()
        really_submit(job)

    monkeypatch.setattr(queue, "submit", submit_one)
    with pytest.raises(RuntimeError):
        emit(alice.pk, event_type=events.ASSET_READY, subject_id=subject, data={})
    monkeypatch.undo()
    emit(alice.pk, event_type=events.ASSET_READY, subject_id=subject, data={})
    assert WebhookDelivery.objects.count() == 2
