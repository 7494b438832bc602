"""Cursor pages through HTTP."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.api.pagination import decode_cursor, encode_cursor
from tests.streamfetch.api.conftest import assert_problem
from tests.streamfetch.belongings import asset_of, belongings_of

ASSETS = "/api/v1/assets/"


def walk(api: APIClient, url: str) -> list[list[str]]:
    pages = []
    while url:
        answer = api.get(url)
        assert answer.status_code == 200, answer.content
        pages.append([each["id"] for each in answer.data["results"]])
        url = answer.data["next"]
    return pages


@pytest.mark.django_db
def test_every_page_once_newest_first(api: APIClient, alice: User) -> None:
    made = [str(asset_of(alice, f"Clip {n}").pk) for n in range(7)]
    pages = walk(api, f"{ASSETS}?page_size=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {pk for page in pages for pk in page} == set(made)
    first = api.get(ASSETS, {"page_size": 3}).data
    assert first["previous"] is None
    second = api.get(first["next"]).data
    assert api.get(second["previous"]).data["results"] == first["results"]


@pytest.mark.django_db
def test_pages_keep_their_filters(api: APIClient, alice: User) -> None:
    for number in range(4):
        asset_of(alice, f"{'Trip' if number % 2 else 'Other'} {number}")
    pages = walk(api, f"{ASSETS}?page_size=1&search=trip")
    assert [len(page) for page in pages] == [1, 1]


@pytest.mark.django_db
def test_jobs_of_every_kind_are_one_list(api: APIClient, alice: User) -> None:
    for _each in range(3):
        belongings_of(alice)
    pages = walk(api, "/api/v1/jobs/?page_size=2")
    found = [pk for page in pages for pk in page]
    everything = api.get("/api/v1/jobs/").data["results"]
    kinds = {each["kind"] for each in everything}
    assert {"download", "render"} < kinds
    assert len(found) == len(set(found)) == 3 * len(kinds)
    assert [each["id"] for each in everything] == found
    times = [each["created_at"] for each in everything]
    assert times == sorted(times, reverse=True)


@pytest.mark.django_db
def test_made_up_cursors_are_refused(api: APIClient) -> None:
    document = SimpleNamespace(created_at=datetime.now(tz=UTC), pk=uuid4())
    for cursor in (
        "x",
        "\0",
        "é",
        "MTIz",
        "..",
        "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjAw",
        "A" * 5000,
        encode_cursor(document)[:-3],
    ):
        problem = assert_problem(api.get(ASSETS, {"cursor": cursor}), 400)
        assert problem["errors"][0]["field"] == "cursor", cursor


@pytest.mark.django_db
def test_page_sizes_have_bounds(api: APIClient) -> None:
    for size in ("0", "-1", "201", "x", "1.5", "\uff19", "9" * 5000, ""):
        problem = assert_problem(api.get(ASSETS, {"page_size": size}), 400)
        assert problem["errors"][0]["field"] == "page_size", size


@pytest.mark.django_db
def test_a_page_may_have_the_most(api: APIClient, alice: User) -> None:
    asset_of(alice)
    assert len(api.get(ASSETS, {"page_size": "200"}).data["results"]) == 1


def test_a_cursor_is_exact_to_the_microsecond() -> None:
    start = datetime(2026, 11, 21, tzinfo=UTC)
    for step in range(0, 2_000_000, 997):
        moment = start + timedelta(microseconds=step)
        document = SimpleNamespace(created_at=moment, pk=uuid4())
        assert decode_cursor(encode_cursor(document)) == (moment, document.pk)
