"""What belongs to somebody does not exist for anybody else."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.mongo.database import database
from tests.streamfetch.api.conftest import EVENTS, assert_problem, operations
from tests.streamfetch.belongings import belongings_of


def everything() -> dict[str, list[Any]]:
    """All documents of the product, by collection."""
    return {
        name: list(database()[name].find(sort=[("_id", 1)]))
        for name in database().list_collection_names()
        if not name.startswith(("django_", "auth_"))
    }


@pytest.mark.django_db
def test_every_route_hides_what_is_not_yours(
    alice: User, stranger_api: APIClient
) -> None:
    ids = belongings_of(alice)
    before = everything()
    walked = 0
    for operation in operations():
        if operation.parameters:
            send = getattr(stranger_api, operation.method)
            answer = send(operation.url(ids), operation.body)
            problem = assert_problem(answer, 404)
            assert problem["code"] == "not_found", operation
            walked += 1
    assert walked > 20
    assert everything() == before


@pytest.mark.django_db
def test_lists_show_a_stranger_nothing(alice: User, stranger_api: APIClient) -> None:
    belongings_of(alice)
    lists = 0
    for operation in operations():
        if operation.method == "get" and not operation.parameters:
            answer = stranger_api.get(operation.path)
            assert answer.status_code == 200
            if "next" in answer.data:
                lists += 1
                assert answer.data == {"next": None, "previous": None, "results": []}
    assert lists >= 5


@pytest.mark.django_db
def test_every_route_wants_a_sign_in(alice: User) -> None:
    ids = belongings_of(alice)
    before = everything()
    client = APIClient()
    for operation in operations():
        if "/auth/" in operation.path:
            continue
        send = getattr(client, operation.method)
        answer = send(operation.url(ids), operation.body)
        assert assert_problem(answer, 401)["code"] == "not_authenticated", operation
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert_problem(client.get(EVENTS), 401)
    assert everything() == before


@pytest.mark.django_db
def test_the_owner_gets_through(api: APIClient, alice: User) -> None:
    """Otherwise the tests above would prove nothing."""
    ids = belongings_of(alice)
    for operation in operations():
        if operation.method == "get":
            answer = api.get(operation.url(ids))
            assert answer.status_code in {200, 302, 404}, (operation, answer.content)
            if answer.status_code == 404:
                # A render without a file, a frame of a source without one.
                assert operation.path.endswith(("/file/", "/frame/")), operation
