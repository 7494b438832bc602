"""Requests that another site makes a browser send."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from projects.models import VideoProject
from streamfetch.accounts.models import User
from tests.streamfetch.api.conftest import assert_problem

pytestmark = pytest.mark.django_db
PROJECTS = "/api/v1/video-projects/"
HERE = {"HTTP_HOST": "localhost:8000", "REMOTE_ADDR": "127.0.0.1"}


def csrf_token(client: Client) -> str:
    """As the page's scripts get it."""
    client.get("/settings/", **HERE)
    return str(client.cookies["csrftoken"].value)


def send(client: Client, **headers: str) -> Any:
    return client.post(
        PROJECTS, {"name": "P"}, content_type="application/json", **HERE, **headers
    )


@pytest.mark.parametrize("signed_in_by", ["session", "being the local owner"])
def test_unsafe_requests_with_cookies_need_the_token(
    alice: User, settings: Settings, signed_in_by: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    if signed_in_by == "session":
        client.force_login(alice)
    else:
        settings.SIGNS_IN_OWNER = True
    assert_problem(send(client), 403)
    token = csrf_token(client)
    assert_problem(send(client), 403)
    assert_problem(send(client, HTTP_X_CSRFTOKEN="x" * 64), 403)
    for origin in ("https://evil.example", "null", "http://localhost:9999"):
        refused = send(client, HTTP_X_CSRFTOKEN=token, HTTP_ORIGIN=origin)
        assert assert_problem(refused, 403)["code"] == "permission_denied", origin
    assert VideoProject.objects.count() == 0
    assert send(client, HTTP_X_CSRFTOKEN=token).status_code == 201
    own = {"HTTP_ORIGIN": "http://localhost:8000"}
    assert send(client, HTTP_X_CSRFTOKEN=token, **own).status_code == 201


def test_forms_of_other_sites_are_refused(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/settings/", {"first_name": "M"}, **HERE).status_code == 403
    assert client.post("/logout/", **HERE).status_code == 403
    assert client.post("/login/", {"username": "a"}, **HERE).status_code == 403


def test_forms_cannot_be_sent_to_the_api(api: APIClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = api.generic("POST", PROJECTS, '{"name": "P"}', content_type=kind)
        assert_problem(answer, 415)
