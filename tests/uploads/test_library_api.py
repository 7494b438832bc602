"""Finding, tagging, deleting and cutting what is in the library."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.media_app import media_app
from tests import media
from uploads.models import Asset, ClipMaking, Rendition, UploadSession
from uploads.pipeline.retention import abort_expired_uploads
from uploads.services import assets

pytestmark = pytest.mark.django_db

PRINT = "ab" * 32


def ready(owner: User, title: str, **values: Any) -> Asset:
    return Asset.objects.create(
        owner=owner,
        title=title,
        status=Asset.Status.READY,
        source_key=keys.asset_source(uuid4(), "mp4"),
        **{"size_bytes": 1000, "duration_ms": 5000, **values},
    )


def titles(api: APIClient, query: str = "") -> list[str]:
    answer = api.get(f"/api/v1/assets/?{query}")
    assert answer.status_code == 200, answer.content
    return [asset["title"] for asset in answer.data["results"]]


def start(api: APIClient, size_bytes: int = 2000, **values: Any) -> Any:
    body = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": size_bytes}
    return api.post("/api/v1/uploads/", body | values)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=beach", ["Beach day"]),
        ("search=summer", ["Beach day"]),
        ("search=.*", []),
        ("tag=summer", ["Beach day"]),
        ("tag=sum", []),
        ("sort=title", ["Attic", "Beach day", "Zoo"]),
        ("sort=size", ["Zoo", "Attic", "Beach day"]),
        ("sort=duration", ["Attic", "Zoo", "Beach day"]),
        ("sort=oldest", ["Zoo", "Beach day", "Attic"]),
        ("kind=audio", ["Attic"]),
        ("created_after=2030-01-01", []),
        ("created_before=2030-01-01&sort=title", ["Attic", "Beach day", "Zoo"]),
        ("deleted=true", []),
    ],
)
def test_the_library_is_searched_filtered_and_sorted(
    api: APIClient, alice: User, query: str, found: list[str]
) -> None:
    ready(alice, "Zoo", size_bytes=9000, duration_ms=6000)
    ready(alice, "Beach day", size_bytes=10, duration_ms=1, tags=["summer"])
    ready(alice, "Attic", kind="audio", duration_ms=7000)
    assert titles(api, query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=random", "sort"),
        ("created_after=yesterday", "created_after"),
        ("created_before=2026-13-40", "created_before"),
        ("deleted=perhaps", "deleted"),
        ("sort=title&cursor=-1", "cursor"),
    ],
)
def test_a_wrong_filter_is_named(api: APIClient, query: str, field: str) -> None:
    answer = api.get(f"/api/v1/assets/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_pages_in_another_order_hold_everything_once(
    api: APIClient, alice: User
) -> None:
    for number in range(7):
        ready(alice, f"Video {number}", size_bytes=number)
    url = "/api/v1/assets/?sort=size&page_size=3"
    seen: list[str] = []
    for _ in range(3):
        answer = api.get(url).data
        seen += [asset["title"] for asset in answer["results"]]
        url = answer["next"]
    assert url is None
    assert seen == [f"Video {number}" for number in range(6, -1, -1)]


def test_tags_are_stored_once_each_and_an_old_revision_is_refused(
    api: APIClient, alice: User
) -> None:
    asset = ready(alice, "Tagged")
    url = f"/api/v1/assets/{asset.pk}/"
    answer = api.patch(url, {"tags": ["a", "b", "a"], "revision": 1})
    assert answer.data["tags"] == ["a", "b"]
    assert api.patch(url, {"tags": [], "revision": 1}).status_code == 409
    assert api.patch(url, {"tags": ["x" * 41]}).status_code == 400


def test_an_asset_in_a_project_is_deleted_only_when_asked_twice(
    api: APIClient, alice: User
) -> None:
    asset = ready(alice, "Used")
    api.post("/api/v1/video-projects/", {"name": "Film", "asset": str(asset.pk)})
    refused = api.delete(f"/api/v1/assets/{asset.pk}/")
    assert refused.status_code == 409
    assert refused.json()["code"] == "in_use"
    assert [use["title"] for use in refused.json()["used_by"]] == ["Film"]
    assert titles(api) == ["Used"]
    assert api.delete(f"/api/v1/assets/{asset.pk}/?force=true").status_code == 204
    assert titles(api) == []
    assert titles(api, "deleted=true") == ["Used"]


def test_many_are_deleted_restored_and_purged_each_on_its_own(
    api: APIClient, alice: User, charlie: User
) -> None:
    mine, others = ready(alice, "Mine"), ready(charlie, "Not mine")
    media_storage().save_file(media.image(), keys.asset_source(mine.pk, "png"))

    def bulk(action: str) -> Any:
        ids = [str(mine.pk), str(others.pk)]
        return api.post("/api/v1/assets/bulk/", {"action": action, "ids": ids}).data

    assert [str(each) for each in bulk("purge")["done"]] == []
    assert bulk("delete")["done"] == [mine.pk]
    assert bulk("restore")["done"] == [mine.pk]
    assert bulk("delete")["refused"][0]["code"] == "not_found"
    assert bulk("purge")["done"] == [mine.pk]
    assert list(media_storage().list_prefix(keys.asset(mine.pk))) == []
    assert not Asset.objects.filter(pk=mine.pk).exists()
    assert Asset.objects.filter(pk=others.pk).exists()


def test_the_room_taken_is_shown_and_a_quota_is_kept(
    api: APIClient, alice: User, settings: Any
) -> None:
    asset = ready(alice, "Big", size_bytes=5000)
    Rendition.objects.create(
        asset=asset, spec="poster", key="x", content_type="image/jpeg", size_bytes=500
    )
    settings.USER_QUOTA_BYTES = 6000
    usage = api.get("/api/v1/assets/usage/").data
    assert usage == {"size_bytes": 5500, "asset_count": 1, "quota_bytes": 6000}
    refused = start(api, 2000)
    assert refused.status_code == 413
    assert refused.json()["code"] == "quota_reached"
    assert UploadSession.objects.count() == 0


def test_the_same_file_goes_on_where_it_stopped_on_any_device(
    api: APIClient, stranger_api: APIClient
) -> None:
    size = 101 * 1024 * 1024
    first = start(api, size, fingerprint=PRINT)
    assert first.status_code == 201
    again = start(api, size, fingerprint=PRINT)
    assert again.status_code == 200
    assert again.data["id"] == first.data["id"]
    assert len(again.data["urls"]) == 11
    assert start(stranger_api, size, fingerprint=PRINT).status_code == 201
    listed = api.get("/api/v1/uploads/").data["results"]
    assert [(row["id"], row["filename"], row["arrived_bytes"]) for row in listed] == [
        (first.data["id"], "a.mp4", 0)
    ]


def test_a_file_that_is_there_already_is_offered_instead(
    api: APIClient, alice: User
) -> None:
    known = ready(alice, "Known", size_bytes=2000, fingerprint=PRINT)
    refused = start(api, 2000, fingerprint=PRINT)
    assert refused.status_code == 409
    assert refused.json()["code"] == "already_in_library"
    assert refused.json()["asset"]["id"] == str(known.pk)
    assert start(api, 2000, fingerprint=PRINT, force=True).status_code == 201


def test_an_upload_with_parts_waits_longer_than_an_hour(api: APIClient) -> None:
    begun = start(api, 101 * 1024 * 1024)
    empty = start(api, 102 * 1024 * 1024)
    session = UploadSession.objects.get(pk=begun.data["id"])
    send_last_part(session, number=11, size_bytes=1024 * 1024)
    UploadSession.objects.update(expires_at=session.created_at)
    abort_expired_uploads()
    states = {str(each.pk): each.status for each in UploadSession.objects.all()}
    assert states[str(begun.data["id"])] == "open"
    assert str(empty.data["id"]) not in states


def send_last_part(session: UploadSession, *, number: int, size_bytes: int) -> None:
    """Sends a part to its signed address, as the browser does."""
    target = media_storage().part_target(
        session.key, session.storage_upload_id, number, plan=session.plan, expires_s=600
    )

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=media_app)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.put(
                "http://server" + target.url.removeprefix("/media"),
                content=b"x" * size_bytes,
                headers=dict(target.headers),
            )

    answer = asyncio.run(send())
    assert answer.is_success, answer.text


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 1000), (760, 1960)])
def test_a_clip_is_an_asset_of_its_own_and_exact(
    api: APIClient,
    alice: User,
    work: Callable[[], None],
    start_ms: int,
    end_ms: int,
) -> None:
    source = assets.register_file(
        alice.pk, media.video(duration_s=3), asset_id=uuid4(), title="Whole"
    )
    work()
    made = api.post(
        f"/api/v1/assets/{source.pk}/clips/",
        {"start_ms": start_ms, "end_ms": end_ms, "title": "Piece"},
    )
    assert made.status_code == 202, made.content
    work()
    clip = api.get(f"/api/v1/assets/{made.data['asset']['id']}/").data
    assert clip["status"] == "ready", clip
    assert clip["title"] == "Piece"
    assert clip["duration_ms"] == pytest.approx(end_ms - start_ms, abs=60)
    assert ClipMaking.objects.get().state == "succeeded"
    key = Rendition.objects.get(asset_id=clip["id"], spec=Rendition.Spec.LADDER).key
    manifest = json.loads(media_storage().read_range(key, 0, 100_000))
    assert manifest["duration"] == pytest.approx((end_ms - start_ms) / 1000, abs=0.06)


@pytest.mark.parametrize("is_hdr", [False, True])
def test_a_clip_that_is_encoded_is_even_and_sdr(
    api: APIClient, alice: User, work: Callable[[], None], is_hdr: bool
) -> None:
    odd = media.video(
        width=321, height=181, source="testsrc", pix_fmt="yuv444p", hdr=is_hdr
    )
    source = assets.register_file(alice.pk, odd, asset_id=uuid4(), title="Odd")
    work()
    body = {"start_ms": 760, "end_ms": 1560}
    made = api.post(f"/api/v1/assets/{source.pk}/clips/", body)
    work()
    clip = api.get(f"/api/v1/assets/{made.data['asset']['id']}/").data
    assert (clip["status"], clip["last_error"]) == ("ready", None)
    assert (clip["width"], clip["height"]) == (320, 180)
    assert not clip["facts"]["is_hdr"]
    assert clip["duration_ms"] == pytest.approx(800, abs=60)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"start_ms": 0, "end_ms": 90_000}, "end_ms"),
        ({"start_ms": 500, "end_ms": 500}, "end_ms"),
        ({"start_ms": -1, "end_ms": 500}, "start_ms"),
        ({"start_ms": 0}, "end_ms"),
    ],
)
def test_a_clip_outside_of_its_source_is_refused(
    api: APIClient, alice: User, body: dict[str, int], field: str
) -> None:
    source = ready(alice, "Source")
    answer = api.post(f"/api/v1/assets/{source.pk}/clips/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert Asset.objects.count() == 1
