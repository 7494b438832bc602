"""A user's settings are the same on every device."""

import pytest
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.preferences.models import UserSettings
from streamfetch.preferences.services import preferences

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/settings/"


def test_there_are_usual_ones_before_anything_is_chosen(api: APIClient) -> None:
    answer = api.get(ADDRESS).data

    assert answer["theme"] == "system"
    assert answer["player"]["volume"] == 1.0
    assert not UserSettings.objects.exists()


def test_a_change_keeps_the_rest(api: APIClient) -> None:
    api.patch(ADDRESS, {"theme": "dark"}, format="json")
    api.patch(ADDRESS, {"player": {"speed": 1.5}}, format="json")
    answer = api.patch(ADDRESS, {"player": {"captions": "de"}}, format="json")

    assert answer.status_code == 200
    assert api.get(ADDRESS).data == answer.data
    assert answer.data["theme"] == "dark"
    assert answer.data["player"] == {
        "volume": 1.0,
        "muted": False,
        "speed": 1.5,
        "captions": "de",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"player": {"volume": 7}}, "player.volume"),
        ({"player": "loud"}, "player"),
        ({"player": {"colour": "red"}}, "player.colour"),
        ({"sound": True}, "sound"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_changes(
    api: APIClient, changes: dict[str, object], field: str
) -> None:
    answer = api.patch(ADDRESS, changes, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert api.get(ADDRESS).data["theme"] == "system"


def test_something_else_than_an_object_is_refused(api: APIClient) -> None:
    assert api.patch(ADDRESS, ["dark"], format="json").status_code == 400


def test_two_devices_at_once_both_count(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferences.change(alice, {"theme": "dark"})
    merge = preferences._merged
    meanwhile = [{"player": {"speed": 2.0}}]

    def interrupted(before, changes):
        if meanwhile:
            preferences.change(alice, meanwhile.pop())
        return merge(before, changes)

    monkeypatch.setattr(preferences, "_merged", interrupted)
    preferences.change(alice, {"theme": "light"})

    assert preferences.of(alice).theme == "light"
    assert preferences.of(alice).player.speed == 2.0
