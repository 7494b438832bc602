"""Tokens for programs."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from streamfetch.accounts.models import User
from tests.streamfetch.api.conftest import assert_problem

pytestmark = pytest.mark.django_db
TOKEN, REFRESH = "/api/v1/auth/token/", "/api/v1/auth/token/refresh/"
RIGHT = {"username": "alice", "password": "correct horse battery"}


def bearer(token: str) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_obtain_use_and_refresh(alice: User) -> None:
    pair = APIClient().post(TOKEN, RIGHT).data
    client = bearer(pair["access"])
    assert client.get("/api/v1/jobs/").status_code == 200
    # Without cookies there is nothing to forge.
    made = client.post("/api/v1/video-projects/", {"name": "P"})
    assert made.status_code == 201
    fresh = APIClient().post(REFRESH, {"refresh": pair["refresh"]}).data
    assert bearer(fresh["access"]).get("/api/v1/jobs/").status_code == 200


def test_wrong_names_and_passwords(alice: User) -> None:
    problem = assert_problem(APIClient().post(TOKEN, {**RIGHT, "password": "x"}), 401)
    unknown = assert_problem(APIClient().post(TOKEN, {**RIGHT, "username": "x"}), 401)
    assert problem == unknown
    assert_problem(APIClient().post(TOKEN, {"username": "alice"}), 400)
    assert_problem(APIClient().post(REFRESH, {"refresh": "made up"}), 401)


def test_made_up_and_old_tokens(alice: User) -> None:
    old = AccessToken.for_user(alice)
    old.set_exp(lifetime=-timedelta(minutes=5))
    for token in ("made.up.token", str(old), "é"):
        answer = bearer(token).get("/api/v1/jobs/")
        assert assert_problem(answer, 401)["code"] == "token_not_valid", token
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_new_password_ends_all_tokens(alice: User) -> None:
    pair = APIClient().post(TOKEN, RIGHT).data
    alice.set_password("yet another secret")
    alice.save()
    assert_problem(bearer(pair["access"]).get("/api/v1/jobs/"), 401)
    assert_problem(APIClient().post(REFRESH, {"refresh": pair["refresh"]}), 401)


def test_a_switched_off_account_ends_all_tokens(alice: User) -> None:
    pair = APIClient().post(TOKEN, RIGHT).data
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert_problem(bearer(pair["access"]).get("/api/v1/jobs/"), 401)
    assert_problem(APIClient().post(TOKEN, RIGHT), 401)


def test_guessing_is_slowed_down(alice: User) -> None:
    client = APIClient()
    answers = [client.post(TOKEN, {**RIGHT, "password": "x"}) for _ in range(11)]
    assert answers[9].status_code == 401
    assert assert_problem(answers[10], 429)["code"] == "throttled"
