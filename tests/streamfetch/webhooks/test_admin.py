"""What an operator sees of webhooks, and what not."""

import pytest
from django.test import Client

from streamfetch.accounts.models import User
from streamfetch.webhooks.services import endpoints
from tests.streamfetch.webhooks.conftest import Hook

pytestmark = pytest.mark.django_db
ADMIN = "/admin/webhooks"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("operator", password="x" * 20))
    return client


def test_an_operator_sees_no_secret(operator: Client, hook: Hook) -> None:
    for address in (
        f"{ADMIN}/webhookendpoint/",
        f"{ADMIN}/webhookendpoint/?is_active__exact=1",
        f"{ADMIN}/webhookendpoint/{hook.endpoint.pk}/change/",
    ):
        page = operator.get(address)
        assert page.status_code == 200
        assert hook.endpoint.url in page.content.decode()
        assert hook.secret not in page.content.decode()
        assert hook.endpoint.secret not in page.content.decode()


def test_switching_off_leaves_a_new_secret_alone(operator: Client, hook: Hook) -> None:
    page = f"{ADMIN}/webhookendpoint/{hook.endpoint.pk}/change/"
    secret = endpoints.rotate_secret(hook.endpoint, overlap_hours=0)
    answer = operator.post(page, {"url": "https://elsewhere.example.org/"})
    assert answer.status_code == 302
    url = hook.endpoint.url
    hook.endpoint.refresh_from_db()
    assert not hook.endpoint.is_active
    assert hook.endpoint.url == url
    assert hook.endpoint.signing_secrets() == [secret]


def test_deliveries_are_listed(operator: Client, hook: Hook) -> None:
    delivery = endpoints.ping(hook.endpoint)
    assert operator.get(f"{ADMIN}/webhookdelivery/").status_code == 200
    one = operator.get(f"{ADMIN}/webhookdelivery/{delivery.pk}/change/")
    assert one.status_code == 200
    assert str(delivery.event_id) in one.content.decode()
