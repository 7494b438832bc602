"""Captions: added by people and by other apps, shown by the player, removed."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.errors import Invalid
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import MediaStorage
from streamfetch.subtitles import Cue
from tests.streamfetch.belongings import asset_of
from uploads import stored
from uploads.describing import playback
from uploads.models import Asset, Caption
from uploads.services import assets, captions

pytestmark = pytest.mark.django_db

CUES = [Cue(1000, 2500, "Ducks & <geese>"), Cue(3000, 4000, "Two\nlines")]
SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello <i>you</i>!\n"


@pytest.fixture
def asset(alice: User, storage: MediaStorage) -> Asset:
    return asset_of(alice)


def objects_of(asset: Asset) -> list[str]:
    return [each.key for each in media_storage().list_prefix(keys.asset(asset.pk))]


def test_words_come_back_as_they_were_added(asset: Asset) -> None:
    captions.add(asset, language="de", label="Deutsch", cues=CUES, automatic=True)
    added = captions.add(asset, language="en", cues=CUES[:1])
    by_people, automatic = captions.of(asset)
    assert (by_people.id, by_people.label, by_people.automatic) == (
        added.id,
        "English",
        False,
    )
    assert automatic.automatic
    assert by_people.cues() == CUES[:1]
    assert automatic.cues() == CUES


def test_adding_again_replaces_and_leaves_one_object(asset: Asset) -> None:
    for cues in (CUES, CUES, CUES[:1]):
        captions.add(asset, language="pt_br", label="Brasil", cues=cues)
    (track,) = captions.of(asset)
    assert track.language == "pt-BR"
    assert track.cues() == CUES[:1]
    assert objects_of(asset) == [track.key]


def test_tracks_with_the_same_words_do_not_share_an_object(asset: Asset) -> None:
    first = captions.add(asset, language="en", label="One", cues=CUES)
    captions.add(asset, language="en", label="Two", cues=CUES)
    captions.remove(asset, first.id)
    assert [track.cues() for track in captions.of(asset)] == [CUES]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"language": "klingon tongue"}, "language"),
        ({"language": ""}, "language"),
        ({"label": "x" * 61}, "label"),
        ({"cues": []}, "cues"),
    ],
)
def test_what_makes_no_sense_is_refused(
    asset: Asset, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        captions.add(asset, **{"language": "en", "label": "", "cues": CUES} | values)
    assert [each.field for each in refused.value.errors] == [field]
    assert not captions.of(asset)
    assert not objects_of(asset)


def test_a_file_has_so_many_captions_and_no_more(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captions, "MAX_PER_ASSET", 1)
    captions.add(asset, language="en", cues=CUES)
    with pytest.raises(Invalid, match="at most"):
        captions.add(asset, language="de", cues=CUES)
    captions.add(asset, language="en", cues=CUES[:1])


def test_the_api_takes_a_file_and_the_player_gets_it(
    asset: Asset, api: APIClient, http: httpx.Client, media_server: str
) -> None:
    url = f"/api/v1/assets/{asset.pk}/captions/"
    answer = api.post(url, {"language": "en", "text": SRT})
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["language"], row["label"], row["automatic"]) == ("en", "English", False)
    assert [each["id"] for each in api.get(url).json()["results"]] == [row["id"]]
    (shown,) = playback(asset)["captions"]
    assert shown["id"] == row["id"]
    text = http.get(media_server + shown["url"])
    assert text.headers["content-type"].startswith("text/vtt")
    assert text.text.startswith("WEBVTT")
    assert "Hello you!" in text.text
    assert api.delete(f"{url}{row['id']}/").status_code == 204
    assert api.delete(f"{url}{row['id']}/").status_code == 404
    assert playback(asset)["captions"] == []
    assert not objects_of(asset)


@pytest.mark.parametrize("text", ["ducks", "1\n00:00:09,000 --> 00:00:02,500\nHi\n"])
def test_a_file_that_is_none_is_refused_with_its_reason(
    asset: Asset, api: APIClient, text: str
) -> None:
    answer = api.post(
        f"/api/v1/assets/{asset.pk}/captions/", {"language": "en", "text": text}
    )
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] == "invalid_subtitles"


def test_captions_of_another_asset_are_not_found(
    asset: Asset, alice: User, api: APIClient
) -> None:
    added = captions.add(asset, language="en", cues=CUES)
    other = asset_of(alice, "Other")
    for pk in (added.id, uuid4()):
        url = f"/api/v1/assets/{other.pk}/captions/{pk}/"
        assert api.delete(url).status_code == 404
    assert captions.of(asset)


def test_they_are_looked_for_and_go_with_the_asset(asset: Asset, alice: User) -> None:
    added = captions.add(asset, language="en", cues=CUES)
    assert added.key in {wanted.key for wanted in stored._files_of_assets()}
    assets.move_to_bin(asset)
    assets.purge(alice, asset.pk)
    assert not Caption.objects.filter(asset_id=asset.pk).exists()
    assert not objects_of(asset)
