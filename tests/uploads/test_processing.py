"""From bytes to an asset that can be watched, or a reason that can be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from streamfetch.accounts.models import User
from streamfetch.jobs import queue
from streamfetch.storage.backends import media_storage
from tests import media
from tests.uploads.sending import Browser, stored_keys
from uploads.models import Asset, AssetProcessing, Rendition
from uploads.services import assets

pytestmark = pytest.mark.django_db
Work = Callable[[], None]

MAKERS: dict[str, Callable[[], Path]] = {
    "video": media.chaptered,
    "sound": lambda: media.audio(duration_s=2),
    "picture": lambda: media.image(image_format="png"),
    "silent": lambda: media.video(duration_s=1, audio=False),
    "turned": lambda: media.video(duration_s=1, rotation=90),
    "uneven": lambda: media.video(duration_s=2, vfr=True),
    "wrong name": lambda: media.video(duration_s=1, codec="libvpx",
                                      audio_codec="libopus", container="webm"),
}  # fmt: skip

FACTS: dict[str, dict[str, Any]] = {
    "video": {
        "kind": "video",
        "width": 320,
        "height": 180,
        "video_codec": "h264",
        "audio_codec": "aac",
        "frame_rate": "25",
        "content_type": "video/mp4",
    },
    "sound": {
        "kind": "audio",
        "width": None,
        "height": None,
        "video_codec": None,
        "audio_codec": "mp3",
        "frame_rate": None,
        "content_type": "audio/mpeg",
    },
    "picture": {
        "kind": "image",
        "width": 320,
        "height": 180,
        "duration_ms": None,
        "audio_codec": None,
        "content_type": "image/png",
    },
    "silent": {"kind": "video", "video_codec": "h264", "audio_codec": None},
    "turned": {"kind": "video", "width": 180, "height": 320},
    "uneven": {"kind": "video"},
    "wrong name": {"kind": "video", "content_type": "video/webm"},
}
LENGTHS_MS = {"video": 2000, "sound": 2000, "silent": 1000, "turned": 1000}


def bring_in(browser: Browser, path: Path, work: Work) -> dict[str, Any]:
    """The asset's document when processing has ended."""
    answer = browser.upload(path, name="upload.mp4")
    assert answer.status_code == 202, answer.content
    work()
    asset_id = answer.data["asset"]["id"]
    found: dict[str, Any] = browser.api.get(f"/api/v1/assets/{asset_id}/").json()
    return found


@pytest.mark.parametrize("name", FACTS)
def test_every_kind_of_media_becomes_ready_with_its_facts(
    browser: Browser, work: Work, own_folders: Path, name: str
) -> None:
    asset = bring_in(browser, MAKERS[name](), work)
    assert asset["status"] == "ready", asset["last_error"]
    assert {key: asset[key] for key in FACTS[name]} == FACTS[name]
    if name in LENGTHS_MS:
        assert asset["duration_ms"] == pytest.approx(LENGTHS_MS[name], abs=60)
    assert asset["facts"]["is_variable_frame_rate"] == (name == "uneven")
    assert asset["facts"]["rotation"] == (90 if name == "turned" else 0)
    assert asset["last_error"] is None
    assert asset["processing"] is None
    # A frame, the picture itself, or the waveform.
    assert asset["poster_url"].startswith("/media/")
    playback = browser.api.get(f"/api/v1/assets/{asset['id']}/playback/").json()
    assert bool(playback["progressive"]) == (name != "picture")
    titles = [chapter["title"] for chapter in playback["chapters"]]
    assert titles == (["One = 1", "Two", "Last"] if name == "video" else [])
    assert list((own_folders / "workspaces").iterdir()) == []


def test_a_poster_that_came_along_stays(
    alice: User, work: Work, own_folders: Path, tmp_path: Path
) -> None:
    red = media.image(tmp_path / "red.jpg", source="color=red")
    brought = red.read_bytes()
    asset = assets.register_file(
        alice.pk, media.video(duration_s=1), asset_id=uuid4(), title="x", poster=red
    )
    work()
    asset.refresh_from_db()
    assert asset.status == Asset.Status.READY
    poster = Rendition.objects.get(asset_id=asset.pk, spec=Rendition.Spec.POSTER)
    with media_storage().open(poster.key) as file:
        assert file.read() == brought


HOSTILE: dict[str, tuple[Callable[[], Path], str, str]] = {
    "truncated": (media.truncated_mp4, "truncated_media", "incomplete"),
    "ten hours": (media.claims_ten_hours, "truncated_media", "incomplete"),
    "ten long hours": (
        lambda: media.claims_ten_hours(container="stretched"),
        "truncated_media",
        "incomplete",
    ),
    "forbidden codec": (media.forbidden_codec, "unsupported_media", "convert"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_used_fails_with_a_reason(
    browser: Browser, work: Work, own_folders: Path, name: str
) -> None:
    make, code, word = HOSTILE[name]
    asset = bring_in(browser, make(), work)
    assert asset["status"] == "failed"
    assert asset["last_error"]["code"] == code
    assert word in asset["last_error"]["message"]
    assert "/" not in asset["last_error"]["message"]
    stored = Asset.objects.get()
    # Its source stays, for another try or for saving; nothing half-made does.
    assert stored_keys() == [stored.source_key]
    assert list((own_folders / "workspaces").iterdir()) == []
    job = AssetProcessing.objects.get()
    assert (job.attempts, job.error.recoverable) == (1, False)


def test_what_is_too_long_is_said_with_its_length(
    browser: Browser, work: Work, settings
) -> None:
    settings.MAX_SOURCE_MS = 1000
    asset = bring_in(browser, media.video(duration_s=2), work)
    assert (asset["status"], asset["last_error"]["code"]) == ("failed", "too_long")
    assert "Cut it into parts" in asset["last_error"]["message"]


REFUSED = {
    "prose": media.text_named_mp4,
    "noise": media.noise_named_mp4,
    "playlist": lambda: media.hls_playlist_named_mp4(Path("/etc/passwd")),
    "concat": lambda: media.concat_list_named_mp4(Path("/etc/passwd")),
    "DASH": lambda: media.dash_manifest_named_mp4(Path("/etc/passwd")),
    "SDP": media.sdp_named_mp4,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_media_is_refused_and_gone(browser: Browser, name: str) -> None:
    answer = browser.upload(REFUSED[name]())
    assert (answer.status_code, answer.data["code"]) == (422, "not_media")
    assert answer.json()["errors"][0]["field"] == "file"
    assert "passwd" not in answer.json()["detail"]
    assert not Asset.objects.exists()
    assert stored_keys() == []


def test_a_failed_asset_is_processed_again_when_the_cause_is_gone(
    browser: Browser, work: Work
) -> None:
    path = media.video(duration_s=1)
    answer = browser.upload(path)
    asset = Asset.objects.get()
    media_storage().remove(asset.source_key)
    work()
    url = f"/api/v1/assets/{asset.pk}/"
    failed = browser.api.get(url).data
    assert failed["status"] == "failed"
    assert failed["last_error"]["code"] == "object_missing"

    media_storage().save_file(path, asset.source_key)
    answer = browser.api.post(f"{url}reprocess/")
    assert (answer.status_code, answer.data["status"]) == (202, "processing")
    assert answer.data["last_error"] is None
    again = browser.api.post(f"{url}reprocess/")
    assert (again.status_code, again.data["code"]) == (409, "busy")
    work()
    assert browser.api.get(url).data["status"] == "ready"


def test_processing_that_was_cancelled_says_so(browser: Browser, work: Work) -> None:
    browser.upload(media.video(duration_s=1))
    job = AssetProcessing.objects.get()
    assert browser.api.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 200
    work()
    url = f"/api/v1/assets/{job.asset_id}/"
    found = browser.api.get(url).data
    assert (found["status"], found["last_error"]["code"]) == ("failed", "cancelled")
    assert found["processing"] is None
    assert browser.api.post(f"/api/v1/jobs/{job.pk}/retry/").status_code == 200
    assert browser.api.get(url).data["status"] == "processing"
    work()
    assert browser.api.get(url).data["status"] == "ready"


def test_deleted_while_it_waits_and_restored(browser: Browser, work: Work) -> None:
    browser.upload(media.video(duration_s=1))
    asset = Asset.objects.get()
    url = f"/api/v1/assets/{asset.pk}/"
    assert browser.api.delete(url).status_code == 204
    work()
    assert browser.api.get(url).status_code == 404
    assert AssetProcessing.objects.get().state == "cancelled"
    assert browser.api.post(f"{url}restore/").data["status"] == "processing"
    work()
    assert browser.api.get(url).data["status"] == "ready"


def test_doing_the_work_twice_leaves_what_doing_it_once_leaves(
    browser: Browser, work: Work
) -> None:
    bring_in(browser, media.video(duration_s=1), work)
    before = sorted(stored_keys())
    job = AssetProcessing.objects.get()
    AssetProcessing.objects.filter(pk=job.pk).update(state="queued")
    queue.send(job)
    work()
    job.refresh_from_db()
    assert job.state == "succeeded"
    assert sorted(stored_keys()) == before
