"""The page of webhooks: what its owner sees, and that no secret is on it."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.webhooks.events import EVENT_TYPES
from streamfetch.webhooks.services import endpoints

pytestmark = pytest.mark.django_db


def test_an_owner_sees_their_own_and_every_event(api: APIClient, alice: User) -> None:
    mine, secret = endpoints.create(
        alice, url="https://mine.test/", events=["asset.ready"]
    )
    other = User.objects.create_user("somebody")
    endpoints.create(other, url="https://theirs.test/", events=["asset.ready"])
    page = api.get(reverse("webhooks:list")).content.decode()
    assert str(mine.pk) in page
    assert "theirs.test" not in page
    assert secret not in page
    assert all(f'value="{name}"' in page for name in EVENT_TYPES)


def test_visitors_sign_in_first(db: None) -> None:
    answer = Client().get(reverse("webhooks:list"))
    assert answer.status_code == 302
    assert "next=/settings/webhooks/" in answer.headers["location"]
