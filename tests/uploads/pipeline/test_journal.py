"""The log of a file's processing: what was found, chosen and how long it took."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from streamfetch.jobs.models import State
from streamfetch.jobs.running import run_job
from tests import media
from tests.uploads.pipeline.conftest import Processed
from uploads.models import MAX_LOG_ENTRIES, AssetProcessing
from uploads.pipeline.processing import process

pytestmark = pytest.mark.django_db


def log_of(api: APIClient, asset_id: object) -> list[str]:
    found = api.get(f"/api/v1/assets/{asset_id}/").data["processing_log"]
    assert [entry["at"] for entry in found] == sorted(entry["at"] for entry in found)
    return [entry["message"] for entry in found]


def test_it_says_what_was_copied_and_what_encoded(
    bring: Callable[[Path], Processed], api: APIClient
) -> None:
    made = bring(
        media.video(duration_s=9, width=1280, height=720, gop=100, source="smptebars")
    )
    lines = log_of(api, made.asset.pk)
    assert lines[1].startswith("Found mov; h264 1280x720, 25/s; aac 48000 Hz")
    assert lines[2] == "Qualities to make: 360p (640x360), 720p (1280x720)."
    assert lines[3] == "720p is the source itself: copied, not encoded."
    encoded = [line for line in lines if line.startswith("Encoded 360p")]
    assert "The sound is the source's own: copied, not encoded." in lines
    assert re.search(r" in \d+\.\d s: \d+\.\d times real time", encoded[0])
    assert lines[-1].startswith("Done after ")
    listed = api.get("/api/v1/assets/").data["results"]
    assert "processing_log" not in listed[0]


def test_it_says_why_nothing_was_copied(
    bring: Callable[[Path], Processed], api: APIClient
) -> None:
    made = bring(media.video(duration_s=2, rotation=90))
    assert any("rotated" in line for line in log_of(api, made.asset.pk))


def test_failures_and_later_tries_are_in_it_once(
    register: Callable[[Path], AssetProcessing],
    api: APIClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = register(media.video(duration_s=1))
    monkeypatch.setattr(
        "uploads.pipeline.processing._check_length", lambda _info: 1 / 0
    )
    monkeypatch.setattr("uploads.models.AssetProcessing.RETRY_DELAYS_S", (0,))
    for _attempt in range(2):
        run_job(AssetProcessing, str(job.pk), process)
    job.refresh_from_db()
    assert job.state == State.FAILED
    lines = log_of(api, job.asset_id)
    assert len([line for line in lines if line.startswith("Try 2")]) == 1
    assert [line for line in lines if line.startswith("Failed: ")] == [lines[-1]]


def test_it_does_not_grow_forever() -> None:
    job = AssetProcessing(asset_title="A")
    for number in range(MAX_LOG_ENTRIES + 20):
        job.log = job.log_with(f"Line {number}")
        job.log = job.log_with(f"Line {number}")
    assert len(job.log.entries) == MAX_LOG_ENTRIES
    assert job.log.entries[-1].message == f"Line {MAX_LOG_ENTRIES + 19}"
