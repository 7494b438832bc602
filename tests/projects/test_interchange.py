"""Projects as files: out and in again unchanged, and what hostile files get."""

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import opentimelineio
import pytest
from rest_framework.test import APIClient

from projects.models import VideoProject
from projects.services.beginnings import start_project
from projects.timeline.otio import NotOTIO, read
from uploads.models import Asset

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/video-projects/imports/"


def url_of(project: VideoProject) -> str:
    return f"/api/v1/video-projects/{project.pk}/"


def packed(**files: Any) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            text = content if isinstance(content, bytes) else json.dumps(content)
            archive.writestr(name.replace("_", "."), text)
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_project_comes_back_from_both_formats(
    api: APIClient, project: VideoProject
) -> None:
    before = api.get(url_of(project)).data
    otio = api.get(f"{url_of(project)}exports/?format=otio")
    assert 'filename="trip.otio"' in otio["Content-Disposition"]
    zipped = api.get(f"{url_of(project)}exports/?format=zip")
    bodies = {
        "otio": otio.content.decode(),
        "zip": base64.b64encode(zipped.content).decode(),
    }
    for file_format, content in bodies.items():
        answer = api.post(IMPORTS, {"format": file_format, "content": content})
        assert answer.status_code == 201, answer.content
        assert answer.data["timeline"] == before["timeline"]
        assert answer.data["settings"] == before["settings"]
        assert answer.data["id"] != before["id"]
    assert api.get(f"{url_of(project)}exports/?format=exe").status_code == 400


def test_the_otio_is_read_by_its_own_library(
    api: APIClient, project: VideoProject, tmp_path: Path
) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(api.get(f"{url_of(project)}exports/?format=otio").content)
    timeline = opentimelineio.adapters.read_from_file(str(path))
    (track,) = timeline.tracks
    (clip,) = track
    assert clip.duration().to_seconds() == pytest.approx(0.6)
    assert track.kind == "Video"


def test_a_timeline_of_another_program_finds_files_by_name(
    api: APIClient, asset: Asset
) -> None:
    otio = opentimelineio.schema
    time = opentimelineio.opentime
    clip = otio.Clip(
        name="x",
        media_reference=otio.ExternalReference(f"file:///C:/shots/{asset.file_name}"),
        source_range=time.TimeRange(
            time.RationalTime(12, 24), time.RationalTime(24, 24)
        ),
    )
    gap = otio.Gap(duration=time.RationalTime(48, 24))
    track = otio.Track("V1", children=[gap, clip])
    timeline = otio.Timeline("Foreign")
    timeline.tracks.append(track)
    text = opentimelineio.adapters.write_to_string(timeline, "otio_json")
    answer = api.post(IMPORTS, {"format": "otio", "content": text})
    assert answer.status_code == 201, answer.content
    (found,) = answer.data["timeline"]["clips"]
    assert (found["start_time"], found["end_time"], found["position"]) == (0.5, 1.5, 2)
    assert found["asset"] == str(asset.pk)


def test_files_that_are_not_in_the_library_are_named(
    api: APIClient, stranger_api: APIClient, project: VideoProject
) -> None:
    for file_format in ("otio", "zip"):
        made = api.get(f"{url_of(project)}exports/?format={file_format}").content
        content = made.decode() if file_format == "otio" else (
            base64.b64encode(made).decode()
        )  # fmt: skip
        body = {"format": file_format, "content": content}
        answer = stranger_api.post(IMPORTS, body)
        assert (answer.status_code, answer.data["code"]) == (400, "media_missing")
    assert VideoProject.objects.count() == 1


BAD_OTIO = [
    "",
    "[]",
    "{}",
    "[" * 100_000,
    '{"OTIO_SCHEMA": "Clip.1"}',
    '{"OTIO_SCHEMA": "Timeline.1", "tracks": {"children": 3}}',
    json.dumps(
        {
            "OTIO_SCHEMA": "Timeline.1",
            "tracks": {
                "children": [
                    {
                        "OTIO_SCHEMA": "Track.1",
                        "children": [{"OTIO_SCHEMA": "Gap.1", "source_range": {}}],
                    }
                ]
            },
        }
    ),
]


@pytest.mark.parametrize("text", BAD_OTIO)
def test_what_is_no_timeline_is_refused(text: str) -> None:
    with pytest.raises(NotOTIO):
        read(text, lambda _id, _name: None)


def test_hostile_zips_are_refused(api: APIClient, project: VideoProject) -> None:
    document = {"version": 1, "timeline": {"clips": [{"end_time": -1}]}}
    bomb = b"0" * (17 * 1024 * 1024)
    cases = {
        "not base64!": "not_a_project",
        base64.b64encode(b"PK nothing").decode(): "not_a_project",
        packed(project_json={}, media_json=[]): "not_a_project",
        packed(project_json=bomb, media_json=[]): "not_a_project",
        packed(project_json=b"[" * 100_000, media_json=[]): "not_a_project",
        packed(media_json=[]): "not_a_project",
        packed(project_json=document, media_json=[]): "invalid",
    }
    for content, code in cases.items():
        answer = api.post(IMPORTS, {"format": "zip", "content": content})
        assert (answer.status_code, answer.data["code"]) == (400, code), content[:40]
    assert VideoProject.objects.count() == 1


def test_a_project_begins_with_a_file_once(asset: Asset) -> None:
    first = start_project(asset.owner_id, asset)
    assert start_project(asset.owner_id, asset) == first
    made = VideoProject.objects.get()
    assert made.get_absolute_url() == first
    assert [clip.asset for clip in made.timeline.clips] == [asset.pk]
