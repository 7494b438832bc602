"""Deliveries to a real receiver, by a real worker."""

import json
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from streamfetch.jobs.models import State
from streamfetch.webhooks import events
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint
from streamfetch.webhooks.pipeline import sending
from streamfetch.webhooks.services import endpoints
from streamfetch.webhooks.services.emitting import emit
from tests.streamfetch.webhooks.conftest import SECRET_ANSWER, Hook, Receiver

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
Verify = Callable[..., bool]


def tell(hook: Hook, *, occurrence: str = "") -> WebhookDelivery:
    event_id = emit(
        hook.endpoint.owner_id,
        event_type=events.ASSET_READY,
        subject_id=uuid4(),
        data={"asset": {"title": "Über den Wolken"}},
        occurrence=occurrence,
    )
    return WebhookDelivery.objects.get(event_id=event_id)


def fresh(delivery: WebhookDelivery) -> WebhookDelivery:
    delivery.refresh_from_db()
    return delivery


def test_an_event_arrives_signed(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify
) -> None:
    delivery = tell(hook)
    work()
    (sent,) = receiver.received
    assert verify(sent.headers["StreamFetch-Signature"], sent.body, hook.secret)
    assert sent.path == "/hook"
    assert sent.headers["Content-Type"] == "application/json"
    event = json.loads(sent.body)
    assert event["type"] == "asset.ready"
    assert event["data"] == {"asset": {"title": "Über den Wolken"}}
    assert UUID(event["id"]) == delivery.event_id
    assert sent.headers["StreamFetch-Event-Id"] == event["id"]
    fresh(delivery)
    assert delivery.state == State.SUCCEEDED
    assert delivery.response_status == 200
    assert delivery.duration_ms is not None


def test_the_signature_tells_changes_apart(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify
) -> None:
    tell(hook)
    work()
    (sent,) = receiver.received
    header = sent.headers["StreamFetch-Signature"]
    assert not verify(header, sent.body + b" ", hook.secret)
    assert not verify(header, sent.body, hook.secret + "x")
    assert not verify(header, sent.body, hook.secret, tolerance_s=-1)
    later = header.replace("t=1", "t=2", 1)
    assert not verify(later, sent.body, hook.secret, tolerance_s=10**10)


def test_both_secrets_sign_during_a_rotation(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify
) -> None:
    new_secret = endpoints.rotate_secret(hook.endpoint, overlap_hours=1)
    tell(hook)
    work()
    header, body = (
        receiver.received[0].headers["StreamFetch-Signature"],
        receiver.received[0].body,
    )
    assert header.count("v1=") == 2
    assert verify(header, body, hook.secret)
    assert verify(header, body, new_secret)


def test_the_previous_secret_ends_with_its_overlap(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify
) -> None:
    new_secret = endpoints.rotate_secret(hook.endpoint, overlap_hours=1)
    WebhookEndpoint.objects.update(
        previous_secret_until=timezone.now() - timedelta(seconds=1)
    )
    tell(hook)
    work()
    header = receiver.received[0].headers["StreamFetch-Signature"]
    assert header.count("v1=") == 1
    assert verify(header, receiver.received[0].body, new_secret)


def test_a_leaked_secret_is_void_at_once(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify
) -> None:
    endpoints.rotate_secret(hook.endpoint, overlap_hours=0)
    tell(hook)
    work()
    header = receiver.received[0].headers["StreamFetch-Signature"]
    assert not verify(header, receiver.received[0].body, hook.secret)


def test_errors_are_tried_again_under_one_id(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify
) -> None:
    receiver.answers = [500, 404]
    delivery = tell(hook)
    work()
    assert len(receiver.received) == 3
    assert (
        len({sent.headers["StreamFetch-Event-Id"] for sent in receiver.received}) == 1
    )
    assert len({sent.body for sent in receiver.received}) == 1
    for sent in receiver.received:
        assert verify(sent.headers["StreamFetch-Signature"], sent.body, hook.secret)
    fresh(delivery)
    assert (delivery.state, delivery.attempts) == (State.SUCCEEDED, 3)


def test_a_receiver_that_never_takes_it_fails_in_the_end(
    hook: Hook, receiver: Receiver, work: Work, api: APIClient
) -> None:
    receiver.answers = [500] * 10
    delivery = tell(hook)
    work()
    assert len(receiver.received) == 4
    fresh(delivery)
    assert (delivery.state, delivery.response_status) == (State.FAILED, 500)
    assert delivery.error.code == "http_error"
    hook.endpoint.refresh_from_db()
    assert hook.endpoint.failing_since is not None
    assert hook.endpoint.is_active
    # What the receiver said stays with the receiver.
    log = api.get(f"/api/v1/webhooks/{hook.endpoint.pk}/deliveries/")
    assert SECRET_ANSWER not in log.content
    assert log.json()["results"][0]["error"]["code"] == "http_error"


def test_the_schedule_lasts_about_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    delays_s = WebhookDelivery.RETRY_DELAYS_S
    assert 20 * 3600 < sum(delays_s) < 26 * 3600
    assert list(delays_s) == sorted(delays_s)


def test_an_endpoint_that_is_dead_for_days_is_switched_off(
    hook: Hook, receiver: Receiver, work: Work
) -> None:
    since = timezone.now() - timedelta(days=4)
    WebhookEndpoint.objects.update(failing_since=since)
    receiver.answers = [500] * 4
    tell(hook)
    work()
    hook.endpoint.refresh_from_db()
    assert not hook.endpoint.is_active
    assert hook.endpoint.disabled_at is not None
    endpoints.edit(hook.endpoint, is_active=True)
    assert hook.endpoint.failing_since is None
    assert hook.endpoint.disabled_at is None


def test_one_success_forgets_that_it_was_failing(
    hook: Hook, receiver: Receiver, work: Work
) -> None:
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=4))
    tell(hook)
    work()
    hook.endpoint.refresh_from_db()
    assert hook.endpoint.failing_since is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(
    hook: Hook,
    receiver: Receiver,
    make_receiver: Callable[[], Receiver],
    work: Work,
    status: int,
) -> None:
    other = make_receiver()
    receiver.location = other.url
    receiver.answers = [status] * 4
    delivery = tell(hook)
    work()
    assert fresh(delivery).state == State.FAILED
    assert delivery.error.code == "too_many_redirects"
    assert (other.connections, other.received) == (0, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_private_addresses_are_refused_without_a_hit(
    hook: Hook, receiver: Receiver, work: Work, settings, host: str
) -> None:
    url = receiver.url.replace("127.0.0.1", host)
    WebhookEndpoint.objects.update(url=url)
    settings.ALLOWED_PRIVATE_HOSTS = []
    delivery = tell(hook)
    work()
    fresh(delivery)
    assert (delivery.state, delivery.attempts) == (State.FAILED, 1)
    assert delivery.error.code == "blocked_address"
    assert receiver.connections == 0


def test_a_closed_port_is_tried_again(hook: Hook, work: Work) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{port}/")
    delivery = tell(hook)
    work()
    fresh(delivery)
    assert (delivery.state, delivery.attempts) == (State.FAILED, 4)
    assert delivery.response_status is None


def test_a_silent_receiver_does_not_keep_the_worker(
    hook: Hook, receiver: Receiver, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(WebhookDelivery, "RETRY_DELAYS_S", ())
    receiver.delay_s = 20
    delivery = tell(hook)
    started = time.monotonic()
    work()
    assert time.monotonic() - started < 10
    assert fresh(delivery).error.code == "timeout"


def test_a_webhook_that_was_switched_off_meanwhile_gets_nothing(
    hook: Hook, receiver: Receiver, work: Work
) -> None:
    delivery = tell(hook)
    endpoints.edit(hook.endpoint, is_active=False)
    work()
    assert receiver.connections == 0
    assert fresh(delivery).error.code == "webhook_inactive"


def test_a_deleted_webhook_gets_nothing(
    hook: Hook, receiver: Receiver, work: Work
) -> None:
    tell(hook)
    endpoints.remove(hook.endpoint)
    work()
    assert receiver.connections == 0
    assert not WebhookDelivery.objects.exists()


def test_a_secret_that_cannot_be_read_says_what_to_do(
    hook: Hook, receiver: Receiver, work: Work, settings
) -> None:
    settings.SECRET_KEY = "another " * 10
    settings.SECRET_KEY_FALLBACKS = []
    delivery = tell(hook)
    work()
    assert fresh(delivery).error.code == "secret_unreadable"
    assert receiver.connections == 0


def test_old_secrets_survive_a_new_secret_key(
    hook: Hook, receiver: Receiver, work: Work, verify: Verify, settings
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another " * 10
    tell(hook)
    work()
    (sent,) = receiver.received
    assert verify(sent.headers["StreamFetch-Signature"], sent.body, hook.secret)
