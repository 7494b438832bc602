"""The main job through the API: bring in, process, project, render, download."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient

from streamfetch.storage.backends import media_storage
from tests import media
from uploads.models import Asset, UploadSession


def send_file(api: APIClient, path: Path) -> str:
    """Upload a small file the way the browser does; returns the asset's id."""
    started = api.post(
        "/api/v1/uploads/",
        {
            "filename": path.name,
            "content_type": "video/mp4",
            "size_bytes": path.stat().st_size,
        },
    )
    assert started.status_code == 201, started.content
    session = UploadSession.objects.get(pk=started.data["id"])
    # The bytes go to storage, not through the API: here, straight into its file.
    media_storage().save_file(path, session.key)
    done = api.post(f"/api/v1/uploads/{started.data['id']}/complete/")
    assert done.status_code == 202, done.content
    return str(done.data["asset"]["id"])


@pytest.mark.django_db
def test_from_a_file_to_a_rendered_video(
    api: APIClient, work: Callable[[], None], client: Client
) -> None:
    asset_id = send_file(api, media.video(duration_s=3))
    work()

    asset = api.get(f"/api/v1/assets/{asset_id}/").data
    assert asset["status"] == Asset.Status.READY, asset
    assert asset["poster_url"]
    assert api.get(f"/api/v1/assets/{asset_id}/playback/").data["progressive"]

    made = api.post("/api/v1/video-projects/", {"name": "Trip", "asset": asset_id})
    assert made.status_code == 201, made.content
    project = made.data
    timeline = project["timeline"]
    timeline["clips"][0] |= {"start_time": 0.5, "end_time": 2.0}
    timeline["text_overlays"] = [
        {"text": 'A "title": 50 %{x} 🎬', "start_time": 0, "end_time": 1}
    ]
    edited = api.patch(
        f"/api/v1/video-projects/{project['id']}/",
        {"timeline": timeline, "revision": project["revision"]},
    )
    assert edited.status_code == 200, edited.content

    asked = api.post(f"/api/v1/video-projects/{project['id']}/renders/", {})
    assert asked.status_code == 202, asked.content
    work()

    render = api.get(f"/api/v1/renders/{asked.data['id']}/").data
    assert render["state"] == "succeeded", render
    assert render["duration_ms"] == pytest.approx(1500, abs=40)
    assert render["percent"] == 100
    assert render["size_bytes"] > 1000
    answer = api.get(f"/api/v1/renders/{render['id']}/file/")
    assert answer.status_code == 302
    assert api.get(f"/api/v1/video-projects/{project['id']}/").data["status"] == (
        "completed"
    )
