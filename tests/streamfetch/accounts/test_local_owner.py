"""The visitor of a server that runs on their own machine needs no account."""

import threading
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from streamfetch.accounts.local_owner import local_owner
from streamfetch.accounts.models import Session, User
from streamfetch.env import Environment

pytestmark = pytest.mark.django_db
HERE = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def _signs_in(settings: Settings) -> None:
    settings.SIGNS_IN_OWNER = True


def environment(**values: Any) -> Environment:
    return Environment(_env_file=None, **values)


def test_only_embedded_services_on_a_loopback_address_sign_in() -> None:
    assert environment(embedded=True).signs_in_owner
    assert environment(embedded=True, host="::1").signs_in_owner
    assert not environment().signs_in_owner
    assert not environment(embedded=True, host="0.0.0.0").signs_in_owner
    assert not environment(embedded=True, auto_sign_in=False).signs_in_owner
    assert not environment(auto_sign_in=True).signs_in_owner
    assert not environment(auto_sign_in=True, host="192.168.1.5").signs_in_owner
    production = environment(
        production=True,
        embedded=True,
        secret_key="abcdefghij" * 5,
        public_url="https://media.example.org",
        allowed_hosts=["media.example.org"],
    )
    assert not production.signs_in_owner


@pytest.mark.usefixtures("_signs_in")
def test_the_first_visit_makes_the_owner_and_later_ones_find_it() -> None:
    for _visit in range(2):
        assert Client().get("/settings/", **HERE).status_code == 200
    owner = User.objects.get()
    assert owner.is_local_owner
    assert not owner.has_usable_password()
    assert Session.objects.count() == 0


@pytest.mark.usefixtures("_signs_in")
def test_two_first_visits_at_once_make_one_owner() -> None:
    together = threading.Barrier(6)
    owners: list[User] = []

    def visit() -> None:
        together.wait(timeout=10)
        owners.append(local_owner())

    threads = [threading.Thread(target=visit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len({owner.pk for owner in owners}) == 1
    assert User.objects.count() == 1


@pytest.mark.usefixtures("_signs_in")
def test_nobody_from_elsewhere_is_signed_in() -> None:
    for name, changes in {
        "another machine": {"REMOTE_ADDR": "192.168.1.9"},
        "no address": {"REMOTE_ADDR": ""},
        "a proxy": {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        "a proxy's scheme": {"HTTP_X_FORWARDED_PROTO": "https"},
        "a proxy's host": {"HTTP_X_FORWARDED_HOST": "localhost"},
        "RFC 7239": {"HTTP_FORWARDED": "for=127.0.0.1"},
        "nginx": {"HTTP_X_REAL_IP": "127.0.0.1"},
        "a gateway": {"HTTP_VIA": "1.1 gateway"},
        "a rebound name": {"HTTP_HOST": "evil.example:8000"},
        "a look-alike": {"HTTP_HOST": "localhost.evil.example"},
    }.items():
        answer = Client().get("/settings/", **{**HERE, **changes})
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith("/login/"), name
    assert User.objects.count() == 0


@pytest.mark.usefixtures("_signs_in")
def test_other_loopback_addresses_count() -> None:
    for host, address in (("localhost:8000", "::1"), ("[::1]:8000", "127.0.0.1")):
        visit = {"HTTP_HOST": host, "REMOTE_ADDR": address}
        assert Client().get("/settings/", **visit).status_code == 200


def test_without_the_setting_nobody_is_signed_in(settings: Settings) -> None:
    settings.SIGNS_IN_OWNER = False
    assert Client().get("/settings/", **HERE).status_code == 302


@pytest.mark.usefixtures("_signs_in")
def test_who_signed_in_stays_that_person(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.get("/settings/", **HERE)
    assert answer.context["user"].pk == alice.pk


@pytest.mark.usefixtures("_signs_in")
def test_an_owner_who_was_switched_off_stays_out() -> None:
    owner = local_owner()
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Client().get("/settings/", **HERE).status_code == 302
