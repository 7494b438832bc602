"""Signing in and out through the pages."""

import pytest
from django.contrib.auth import get_user
from django.test import Client

from streamfetch.accounts.models import User
from streamfetch.accounts.throttling import TRIES_PER_WINDOW

pytestmark = pytest.mark.django_db
RIGHT = {"username": "alice", "password": "correct horse battery"}
WRONG = {**RIGHT, "password": "wrong"}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_in_and_out(client: Client, alice: User) -> None:
    assert client.get("/").status_code == 302
    assert client.get("/").headers["Location"] == "/login/?next=/"
    page = client.get("/login/?next=/projects/")
    assert page.status_code == 200
    answer = client.post("/login/?next=/projects/", RIGHT)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/projects/"
    assert client.get("/projects/").status_code == 200
    # Somebody who is in already is not asked again.
    assert client.get("/login/").status_code == 302
    answer = client.post("/logout/")
    assert answer.headers["Location"] == "/login/"
    assert not is_signed_in(client)
    assert client.get("/projects/").status_code == 302


def test_a_wrong_password_is_told_in_words(client: Client, alice: User) -> None:
    answer = client.post("/login/", WRONG)
    assert answer.status_code == 200
    assert "do not go together" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_switched_off_account_stays_out(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client.post("/login/", RIGHT)
    assert not is_signed_in(client)


def test_a_link_cannot_sign_anybody_out(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/logout/").status_code == 405
    assert is_signed_in(client)


def test_next_leads_to_this_site_only(client: Client, alice: User) -> None:
    for address in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
    ):
        answer = client.post("/login/", {**RIGHT, "next": address})
        assert answer.headers["Location"] == "/", address
        client.post("/logout/")


@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_after_too_many_tries_even_the_right_password_waits(
    client: Client, alice: User, page: str
) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    for _ in range(TRIES_PER_WINDOW):
        assert client.post(page, WRONG).status_code == 200
    # Other spellings are the same name.
    for name in ("alice", "ALICE", " alice ", "\uff41lice"):
        answer = client.post(page, {**RIGHT, "username": name})
        assert "Too many tries" in answer.content.decode()
    assert client.post("/login/", RIGHT).status_code == 429
    assert client.post("/login/", RIGHT).headers["Retry-After"] == "300"
    assert not is_signed_in(client)


def test_one_name_does_not_block_another(client: Client, alice: User) -> None:
    User.objects.create_user("bob", password="a third long secret")
    for _ in range(TRIES_PER_WINDOW + 1):
        client.post("/login/", WRONG)
    client.post("/login/", {"username": "bob", "password": "a third long secret"})
    assert is_signed_in(client)


def test_the_right_password_starts_the_count_anew(client: Client, alice: User) -> None:
    for _ in range(TRIES_PER_WINDOW + 2):
        client.post("/login/", WRONG)
        if _ < TRIES_PER_WINDOW - 1:
            assert client.post("/login/", RIGHT).status_code == 302
            client.post("/logout/")
    assert client.post("/login/", RIGHT).status_code == 302


def test_pages_of_one_user_keep_working_with_a_new_session(
    client: Client, alice: User
) -> None:
    client.post("/login/", RIGHT)
    assert get_user(client).pk == alice.pk  # type: ignore[arg-type]
    answer = client.post("/settings/", {"first_name": "Alice", "email": "nonsense"})
    assert answer.status_code == 200
    answer = client.post("/settings/", {"first_name": "Alice", "email": "a@b.example"})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.first_name, alice.display_name) == ("Alice", "Alice")
    assert client.get("/settings/").status_code == 200
