"""What a project's document may not hold: told by its path, and nothing is kept."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from projects.models import Render, VideoProject
from streamfetch.accounts.models import User
from tests import media
from tests.uploads.library import ready_asset
from uploads.models import Asset

URL = "/api/v1/video-projects/"
MALFORMED = [
    *("{", "", "null", "[]", '"x"', "\x00", "{}x"),
    b"\xff",
    '{"name": "\\ud800"}',
]
LONG_TITLE = '\'"quoted": %{pts} 🎬 ' * 500


@pytest.fixture
def asset(alice: User) -> Asset:
    """Two seconds of video."""
    return ready_asset(alice, media.video(duration_s=2))


@pytest.fixture
def project(api: APIClient, asset: Asset) -> dict[str, Any]:
    made = api.post(URL, {"name": "Trip", "asset": str(asset.pk)})
    assert made.status_code == 201, made.content
    found: dict[str, Any] = made.data
    return found


def clip_of(asset: Asset, /, **values: Any) -> dict[str, Any]:
    return {"asset": str(asset.pk), "end_time": 1.0} | values


def with_clip(**values: Any) -> Callable[[Asset], dict[str, Any]]:
    return lambda asset: {"clips": [clip_of(asset, **values)]}


def with_text(**values: Any) -> Callable[[Asset], dict[str, Any]]:
    text = {"text": "Hello", "end_time": 1, **values}
    return lambda asset: {"clips": [clip_of(asset)], "text_overlays": [text]}


def with_effect(**values: Any) -> Callable[[Asset], dict[str, Any]]:
    return with_clip(effects=[values])


def with_sound(**values: Any) -> Callable[[Asset], dict[str, Any]]:
    return lambda asset: {"audio_tracks": [clip_of(asset, **values)]}


FIRST, SECOND = str(uuid4()), str(uuid4())


def with_transition(**values: Any) -> Callable[[Asset], dict[str, Any]]:
    transition = {"type": "dissolve", "from_clip": FIRST, "to_clip": SECOND} | values
    return lambda asset: {
        "clips": [clip_of(asset, id=FIRST), clip_of(asset, id=SECOND, position=1)],
        "transitions": [transition],
    }


def two_clips(asset: Asset) -> dict[str, Any]:
    return {"clips": [clip_of(asset), clip_of(asset, position=0.5)]}


def twins(asset: Asset) -> dict[str, Any]:
    same = {"id": str(uuid4())}
    return {"clips": [clip_of(asset, **same), clip_of(asset, position=1, **same)]}


BAD_TIMELINES = {
    "past the end": (with_clip(end_time=2.5), "clips[0].end_time"),
    "long past the end": (with_clip(end_time=1e300), "clips[0].end_time"),
    "infinite": (with_clip(end_time=1e999), "clips[0].end_time"),
    "not a number": (with_clip(end_time=float("nan")), "clips[0].end_time"),
    "negative start": (with_clip(start_time=-0.5), "clips[0].start_time"),
    "negative place": (with_clip(position=-1), "clips[0].position"),
    "end before start": (with_clip(start_time=1.5), "clips[0]"),
    "no length": (with_clip(start_time=1.0), "clips[0]"),
    "shorter than can be said": (with_clip(end_time=0.0001), "clips[0]"),
    "past a day": (with_clip(position=86_399.5), "clips[0].position"),
    "overlap": (two_clips, "clips[1].position"),
    "same id": (twins, "clips[1].id"),
    "no asset": (lambda asset: {"clips": [{"end_time": 1}]}, "clips[0].asset"),
    "asset of nobody": (with_clip(asset=str(uuid4())), "clips[0].asset"),
    "no id at all": (with_clip(asset="../../etc/passwd"), "clips[0].asset"),
    "unknown field": (with_clip(colour="red"), "clips[0].colour"),
    "no such layer": (with_clip(layer=10), "clips[0].layer"),
    "unknown effect": (with_effect(type="explode"), "clips[0].effects[0].type"),
    "unknown parameter": (
        with_effect(type="blur", parameters={"x": 1}),
        "clips[0].effects[0].parameters.x",
    ),
    "too much of an effect": (
        with_effect(type="blur", parameters={"radius": 51}),
        "clips[0].effects[0].parameters.radius",
    ),
    "a colour for a number": (
        with_effect(type="blur", parameters={"radius": "#ffffff"}),
        "clips[0].effects[0].parameters.radius",
    ),
    "a key that is no colour": (
        with_effect(type="chroma_key", parameters={"color": "red':x"}),
        "clips[0].effects[0].parameters.color",
    ),
    "an effect after the end": (
        with_effect(type="sepia", start_time=1),
        "clips[0].effects[0].start_time",
    ),
    "an effect without time": (
        with_effect(type="sepia", start_time=0.5, end_time=0.5),
        "clips[0].effects[0]",
    ),
    "nothing left": (
        with_clip(transform={"crop": {"left": 0.5, "right": 0.5}}),
        "clips[0].transform.crop",
    ),
    "too large": (with_clip(transform={"scale": 11}), "clips[0].transform.scale"),
    "far away": (with_clip(transform={"x": 4}), "clips[0].transform.x"),
    "fade without end": (with_clip(fade_in=1e999), "clips[0].fade_in"),
    "sound of nobody": (with_sound(asset=str(uuid4())), "audio_tracks[0].asset"),
    "sound past its end": (with_sound(end_time=3), "audio_tracks[0].end_time"),
    "sounds at once": (
        lambda asset: {"audio_tracks": [clip_of(asset), clip_of(asset)]},
        "audio_tracks[1].position",
    ),
    "a transition of nobody": (
        with_transition(from_clip=str(uuid4())),
        "transitions[0].from_clip",
    ),
    "a transition in a clip": (
        with_transition(to_clip=FIRST),
        "transitions[0].to_clip",
    ),
    "a long transition": (
        with_transition(duration=2.1),
        "transitions[0].duration",
    ),
    "an unknown transition": (with_transition(type="spin"), "transitions[0].type"),
    "a caption's font": (
        lambda asset: {"captions": {"style": {"font_family": "Nope"}}},
        "captions.style.font_family",
    ),
    "a caption's end": (
        lambda asset: {
            "captions": {"cues": [{"text": "a", "start_time": 2, "end_time": 1}]}
        },
        "captions.cues[0]",
    ),
    "no language": (
        lambda asset: {"captions": {"language": "en; DROP"}},
        "captions.language",
    ),
    "stopped": (with_clip(speed=0), "clips[0].speed"),
    "text for a number": (with_clip(volume="loud"), "clips[0].volume"),
    "deafening": (with_clip(volume=5), "clips[0].volume"),
    "not clips": (lambda asset: {"clips": "all of them"}, "clips"),
    "10,000 clips": (
        lambda asset: {"clips": [clip_of(asset)] * 10_000},
        "clips",
    ),
    "long title": (with_text(text=LONG_TITLE), "text_overlays[0].text"),
    "empty title": (with_text(text=""), "text_overlays[0].text"),
    "unknown font": (
        with_text(style={"font_family": "Comic Sans MS"}),
        "text_overlays[0].style.font_family",
    ),
    "font of a path": (
        with_text(style={"font_family": "../../x"}),
        "text_overlays[0].style.font_family",
    ),
    "no colour": (
        with_text(style={"color": "red;drawbox"}),
        "text_overlays[0].style.color",
    ),
    "outside": (with_text(position={"x": 1.5}), "text_overlays[0].position.x"),
    "ends first": (with_text(start_time=2), "text_overlays[0]"),
    "unknown part": (lambda asset: {"wipes": []}, "wipes"),
    "not a timeline": (lambda asset: [], ""),
}


def refused_fields(answer: Any) -> list[str]:
    """The fields that a 400 names; its `detail` names the first of them, too."""
    assert answer.status_code == 400, answer.content
    problem = answer.json()
    fields = [error["field"] for error in problem["errors"]]
    assert fields
    assert fields[0] in problem["detail"]
    assert all(error["message"] and error["code"] for error in problem["errors"])
    return fields


def as_json(document: Any) -> str:
    """As a hostile client would write it: JSON can say infinity by overflow."""
    return json.dumps(document).replace("Infinity", "1e999").replace("NaN", "1e999")


def test_bad_timelines_are_refused_by_their_path(
    api: APIClient, asset: Asset, project: dict[str, Any]
) -> None:
    url = f"{URL}{project['id']}/"
    for name, (make, path) in BAD_TIMELINES.items():
        timeline = make(asset)
        field = f"timeline.{path}".rstrip(".")
        edited = as_json({"timeline": timeline, "revision": 1})
        answer = api.patch(url, edited, content_type="application/json")
        assert field in refused_fields(answer), name
        made = as_json({"name": "Another", "timeline": timeline})
        answer = api.post(URL, made, content_type="application/json")
        assert field in refused_fields(answer), name
    assert api.get(url).data == project
    assert VideoProject.objects.count() == 1


def test_numbers_that_json_does_not_know_are_refused(
    api: APIClient, project: dict[str, Any]
) -> None:
    url = f"{URL}{project['id']}/"
    for literal in ("NaN", "Infinity", "-Infinity"):
        body = f'{{"revision": 1, "timeline": {{"playhead_time": {literal}}}}}'
        answer = api.patch(url, body, content_type="application/json")
        assert answer.status_code == 400
    assert api.get(url).data == project


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "\x00"}, "name"),
    ({"name": None}, "name"),
    ({"description": "x" * 2001}, "description"),
    ({"colour": "red"}, "colour"),
    ({"status": "completed"}, "status"),
    ({"owner": str(uuid4())}, "owner"),
    ({"settings": {"frame_rate": 0}}, "settings.frame_rate"),
    ({"settings": {"frame_rate": 1e999}}, "settings.frame_rate"),
    (
        {"settings": {"resolution": {"width": 15, "height": 90}}},
        "settings.resolution.width",
    ),
    (
        {"settings": {"resolution": {"width": 100_000, "height": 90}}},
        "settings.resolution.width",
    ),
    ({"settings": {"background_color": "black"}}, "settings.background_color"),
    ({"settings": {"codec": "x"}}, "settings.codec"),
    ({"revision": "first"}, "revision"),
    ({"revision": 0}, "revision"),
    ({"revision": 10**30}, "revision"),
]


def test_bad_fields_are_refused_by_name(
    api: APIClient, project: dict[str, Any]
) -> None:
    url = f"{URL}{project['id']}/"
    for changes, field in BAD_FIELDS:
        body = as_json({"revision": 1, **changes})
        answer = api.patch(url, body, content_type="application/json")
        assert field in refused_fields(answer), changes
    assert api.get(url).data == project


@pytest.mark.parametrize("whole", [True, False])
def test_malformed_json_is_refused(
    api: APIClient, project: dict[str, Any], whole: bool
) -> None:
    url, ask = (URL, api.post) if whole else (f"{URL}{project['id']}/", api.patch)
    for body in MALFORMED:
        answer = ask(url, body, content_type="application/json")
        assert answer.status_code == 400, (body, answer.content)
        assert answer["Content-Type"].startswith("application/problem+json")
        assert answer.json()["detail"]
    assert VideoProject.objects.count() == 1


def test_the_revision_must_be_said(api: APIClient, project: dict[str, Any]) -> None:
    url = f"{URL}{project['id']}/"
    for headers in ({}, {"If-Match": "*"}, {"If-Match": "9" * 5000}):
        answer = api.patch(url, {"name": "New"}, headers=headers)
        assert (answer.status_code, answer.data["code"]) == (400, "revision_missing")
        assert answer.data["errors"][0]["field"] == "revision"
    answer = api.patch(url, {"name": "New"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.data["revision"]) == (200, 2)


@pytest.mark.parametrize("revision", [1, 3, 2**31 - 1])
def test_a_stale_edit_gets_the_current_document(
    api: APIClient, project: dict[str, Any], revision: int
) -> None:
    url = f"{URL}{project['id']}/"
    assert api.patch(url, {"name": "First", "revision": 1}).status_code == 200
    answer = api.patch(url, {"name": "Second", "revision": revision})
    assert (answer.status_code, answer.data["code"]) == (409, "revision_conflict")
    current = answer.json()["current"]
    assert (current["name"], current["revision"]) == ("First", 2)
    assert current["timeline"]["clips"] == project["timeline"]["clips"]
    assert api.get(url).data["name"] == "First"


def test_assets_of_others_and_in_the_bin_are_not_there(
    api: APIClient, stranger_api: APIClient, asset: Asset, project: dict[str, Any]
) -> None:
    answer = stranger_api.post(URL, {"name": "Theft", "asset": str(asset.pk)})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["field"] == "asset"
    answer = stranger_api.post(
        URL, {"name": "Theft", "timeline": {"clips": [clip_of(asset)]}}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "timeline.clips[0].asset"
    assert stranger_api.get(f"{URL}{project['id']}/").status_code == 404

    asset.move_to_bin()
    answer = api.post(f"{URL}{project['id']}/renders/", {})
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "field": "timeline.clips[0].asset",
        "code": "asset_missing",
        "message": "This file is not in your library any more. Restore it from the "
        "bin or remove the clip.",
    }
    assert VideoProject.objects.count() == 1
    assert Render.objects.count() == 0


def test_an_asset_that_is_not_ready_is_named(
    api: APIClient, asset: Asset, project: dict[str, Any]
) -> None:
    Asset.objects.filter(pk=asset.pk).update(status=Asset.Status.PROCESSING)
    answer = api.post(URL, {"name": "Early", "asset": str(asset.pk)})
    assert (answer.status_code, answer.data["code"]) == (400, "asset_not_ready")
    assert answer.data["errors"][0]["field"] == "asset"
    answer = api.post(f"{URL}{project['id']}/renders/", {})
    assert answer.data["errors"][0]["field"] == "timeline.clips[0].asset"


@pytest.mark.parametrize(
    "timeline", [{}, {"text_overlays": [{"text": "Hello", "end_time": 1}]}]
)
def test_an_empty_timeline_is_not_rendered(
    api: APIClient, project: dict[str, Any], timeline: dict[str, Any]
) -> None:
    api.patch(f"{URL}{project['id']}/", {"timeline": timeline, "revision": 1})
    answer = api.post(f"{URL}{project['id']}/renders/", {})
    assert (answer.status_code, answer.data["code"]) == (400, "empty_timeline")
    assert answer.data["errors"][0]["field"] == "timeline.clips"
    assert Render.objects.count() == 0


def test_clips_shorter_than_a_frame_are_not_rendered(
    api: APIClient, asset: Asset, project: dict[str, Any]
) -> None:
    timeline = {"clips": [clip_of(asset, end_time=0.01)]}
    api.patch(f"{URL}{project['id']}/", {"timeline": timeline, "revision": 1})
    answer = api.post(f"{URL}{project['id']}/renders/", {})
    assert (answer.status_code, answer.data["code"]) == (400, "empty_timeline")


BAD_WISHES: list[tuple[dict[str, Any], str]] = [
    ({"format": "gif"}, "format"),
    ({"preset": "8k"}, "preset"),
    ({"start_time": -1}, "start_time"),
    ({"start_time": 2}, "start_time"),
    ({"start_time": 1, "end_time": 1}, "end_time"),
    ({"start_time": 1e999}, "start_time"),
    ({"loudness_lufs": -9}, "loudness_lufs"),
]


def test_wishes_that_cannot_be_met_are_named(
    api: APIClient, project: dict[str, Any]
) -> None:
    for wish, field in BAD_WISHES:
        answer = api.post(
            f"{URL}{project['id']}/renders/",
            as_json(wish),
            content_type="application/json",
        )
        assert answer.status_code == 400, wish
        assert answer.json()["errors"][0]["field"] == field, wish
        if "format" not in wish and "1e999" not in as_json(wish):
            query = f"{URL}{project['id']}/plan/"
            assert api.get(query, wish).status_code == 400, wish
    assert Render.objects.count() == 0


def test_a_long_gif_is_refused(
    api: APIClient, asset: Asset, project: dict[str, Any]
) -> None:
    clips = [clip_of(asset, position=number) for number in range(61)]
    api.patch(f"{URL}{project['id']}/", {"timeline": {"clips": clips}, "revision": 1})
    answer = api.post(f"{URL}{project['id']}/renders/", {"preset": "gif"})
    assert (answer.status_code, answer.data["code"]) == (400, "too_long")
