"""The webhook endpoints, as their owner and as a stranger see them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.mongo.database import database
from streamfetch.webhooks import events
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint
from streamfetch.webhooks.services import endpoints
from streamfetch.webhooks.services.emitting import emit
from tests.streamfetch.webhooks.conftest import Hook, Receiver

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/in?key=1"
WEBHOOKS = "/api/v1/webhooks/"


def create(api: APIClient, **changes: Any) -> Any:
    body = {"url": URL, "events": ["asset.ready"], "description": "mine"}
    return api.post(WEBHOOKS, body | changes)


def test_the_secret_is_shown_once_and_stored_unreadable(api: APIClient) -> None:
    made = create(api)
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert len(secret) > 40
    one = api.get(f"{WEBHOOKS}{made.json()['id']}/")
    assert one.json() == {k: v for k, v in made.json().items() if k != "secret"}
    assert secret not in api.get(WEBHOOKS).content.decode()
    stored = str(database()["webhook_endpoints"].find_one())
    assert secret not in stored
    assert secret.removeprefix("whsec_") not in stored


def test_change_and_delete(api: APIClient) -> None:
    address = f"{WEBHOOKS}{create(api).json()['id']}/"
    changed = api.patch(
        address, {"events": ["asset.failed", "asset.ready"], "is_active": False}
    )
    assert changed.json()["events"] == ["asset.ready", "asset.failed"]
    assert changed.json()["is_active"] is False
    assert "secret" not in changed.json()
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert api.get(WEBHOOKS).json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://10.0.0.7/hook"}, "url"),
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://me:secret@example.org/"}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"url": "https://example.org:6379/"}, "url"),
        ({"url": "https://example.org/" + "a" * 2000}, "url"),
        ({"url": ""}, "url"),
        ({"events": ["asset.exploded"]}, "events"),
        ({"events": []}, "events"),
        ({"events": "asset.ready"}, "events"),
        ({"secret": "mine"}, "secret"),
        ({"description": "x" * 201}, "description"),
    ],
)
def test_wrong_values_are_named(
    api: APIClient, changes: dict[str, Any], field: str
) -> None:
    answer = create(api, **changes)
    assert answer.status_code == 400
    assert field in answer.json()["errors"][0]["field"]
    assert not WebhookEndpoint.objects.exists()
    address = f"{WEBHOOKS}{create(api).json()['id']}/"
    assert api.patch(address, changes).status_code == 400


def test_there_is_a_most(api: APIClient, alice: User) -> None:
    for _ in range(endpoints.MAX_ENDPOINTS):
        endpoints.create(alice, url=URL, events=["asset.ready"])
    answer = create(api)
    assert answer.status_code == 409
    assert answer.json()["code"] == "too_many_webhooks"


def test_rotation(api: APIClient) -> None:
    made = create(api).json()
    rotate = f"{WEBHOOKS}{made['id']}/rotate-secret/"
    rotated = api.post(rotate, {})
    assert rotated.status_code == 200
    assert rotated.json()["secret"] != made["secret"]
    assert rotated.json()["previous_secret_until"] is not None
    at_once = api.post(rotate, {"overlap_hours": 0})
    assert at_once.json()["previous_secret_until"] is None
    assert api.post(rotate, {"overlap_hours": 1000}).status_code == 400
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.signing_secrets() == [at_once.json()["secret"]]


def test_two_rotations_at_once_do_not_both_win(alice: User) -> None:
    endpoint, _ = endpoints.create(alice, url=URL, events=["asset.ready"])
    stale = WebhookEndpoint.objects.get()
    endpoints.rotate_secret(endpoint, overlap_hours=1)
    with pytest.raises(endpoints.Conflict):
        endpoints.rotate_secret(stale, overlap_hours=1)


def test_a_ping_reaches_a_webhook_that_is_off(
    api: APIClient, hook: Hook, receiver: Receiver, work: Callable[[], None]
) -> None:
    endpoints.edit(hook.endpoint, is_active=False)
    address = f"{WEBHOOKS}{hook.endpoint.pk}/"
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    answers = [api.post(f"{address}ping/", **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    work()
    assert [sent.headers["StreamFetch-Event-Id"] for sent in receiver.received] == [
        answers[0].json()["event_id"]
    ]
    (logged,) = api.get(f"{address}deliveries/").json()["results"]
    assert logged["event_type"] == "ping"
    assert (logged["state"], logged["response_status"]) == ("succeeded", 200)
    assert logged["next_attempt_at"] is None


def test_an_event_is_sent_once_more_under_its_id(
    api: APIClient, hook: Hook, receiver: Receiver, work: Callable[[], None]
) -> None:
    emit(
        hook.endpoint.owner_id,
        event_type=events.ASSET_READY,
        subject_id=uuid4(),
        data={"n": 1},
    )
    first = WebhookDelivery.objects.get()
    address = f"{WEBHOOKS}{hook.endpoint.pk}/deliveries/{first.pk}/redeliver/"
    assert api.post(address).status_code == 409
    work()
    again = api.post(address)
    assert again.status_code == 202
    assert again.json()["id"] != str(first.pk)
    work()
    assert len(receiver.received) == 2
    assert receiver.received[0].body == receiver.received[1].body


def test_deliveries_come_in_pages(api: APIClient, hook: Hook) -> None:
    for _ in range(3):
        endpoints.ping(hook.endpoint)
    address = f"{WEBHOOKS}{hook.endpoint.pk}/deliveries/?page_size=2"
    first = api.get(address).json()
    second = api.get(first["next"]).json()
    seen = [row["id"] for row in first["results"] + second["results"]]
    assert len(set(seen)) == 3
    assert second["next"] is None


def test_a_stranger_finds_nothing(stranger_api: APIClient, hook: Hook) -> None:
    delivery = endpoints.ping(hook.endpoint)
    one = f"{WEBHOOKS}{hook.endpoint.pk}/"
    answers = [
        stranger_api.get(one),
        stranger_api.patch(one, {"is_active": False}),
        stranger_api.delete(one),
        stranger_api.post(f"{one}rotate-secret/", {}),
        stranger_api.post(f"{one}ping/"),
        stranger_api.get(f"{one}deliveries/"),
        stranger_api.post(f"{one}deliveries/{delivery.pk}/redeliver/"),
        stranger_api.post(f"/api/v1/jobs/{delivery.pk}/cancel/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert stranger_api.get(WEBHOOKS).json()["results"] == []
    assert WebhookDelivery.objects.count() == 1
    own, _ = endpoints.create(
        User.objects.get(username="charlie"), url=URL, events=["asset.ready"]
    )
    mixed = f"{WEBHOOKS}{own.pk}/deliveries/{delivery.pk}/redeliver/"
    assert stranger_api.post(mixed).status_code == 404


def test_visitors_must_sign_in(db: None) -> None:
    assert APIClient().get(WEBHOOKS).status_code == 401


def test_deliveries_are_not_in_the_list_of_jobs(api: APIClient, hook: Hook) -> None:
    endpoints.ping(hook.endpoint)
    assert api.get("/api/v1/jobs/").json()["results"] == []


def test_every_event_is_explained(api: APIClient) -> None:
    listed = api.get(f"{WEBHOOKS}events/").json()["events"]
    assert [each["name"] for each in listed] == list(events.EVENT_TYPES)
    assert all(each["description"] and each["example"] for each in listed)


def test_the_schema_has_examples() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    create_operation = schema["paths"]["/api/v1/webhooks/"]["post"]
    body = create_operation["requestBody"]["content"]["application/json"]
    answer = create_operation["responses"]["201"]["content"]["application/json"]
    assert "examples" in body
    assert "examples" in answer


@pytest.mark.parametrize(
    ("collection", "field"),
    [("webhook_endpoints", "owner_id"), ("webhook_deliveries", "endpoint_id")],
)
def test_lists_come_from_their_index(db: None, collection: str, field: str) -> None:
    plan = (
        database()[collection]
        .find({field: uuid4()})
        .sort([("created_at", -1), ("_id", -1)])
        .explain()["queryPlanner"]["winningPlan"]
    )
    assert "COLLSCAN" not in str(plan)
    assert "'SORT'" not in str(plan)
