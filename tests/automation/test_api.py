"""The endpoints: what they accept, what they refuse, and what they show."""

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from automation.documents import Boundary, ChunkPlan
from automation.models import AutomationJob, DubChunk, LogLine
from automation.pipeline.journal import note, trim
from automation.pipeline.retention import remove_old_files
from automation.services import jobs
from streamfetch.accounts.models import User
from streamfetch.jobs.models import State
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from tests.automation.conftest import started
from tests.streamfetch.belongings import asset_of, dub_of
from uploads.models import Asset, Kind
from uploads.services import followups

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/automation/jobs/"


def post(api: APIClient, asset: Asset, **config: Any) -> Any:
    values = {"target_languages": ["es"], **config}
    return api.post(JOBS, {"asset": str(asset.pk), "config": values})


def with_sound(asset: Asset) -> Asset:
    asset.facts.audio_codec = "aac"
    asset.save()
    return asset


@pytest.mark.parametrize(
    ("config", "field", "code"),
    [
        ({"target_languages": ["de"]}, "config.target_languages[0]",
         "language_pair_unsupported"),
        ({"target_languages": ["xx"]}, "config.target_languages[0]",
         "language_pair_unsupported"),
        ({"source_language": "fr"}, "config.target_languages[0]",
         "language_pair_unsupported"),
        ({"source_language": "auto"}, "config.source_language",
         "language_not_detected"),
        ({"use_watermark": True}, "config.use_watermark", "watermark_unsupported"),
        ({"engine": "elevenlabs"}, "config.engine", "engine_key_missing"),
        ({"target_languages": []}, "config.target_languages", "too_short"),
        ({"target_languages": ["es", "es"]}, "config.target_languages", "value_error"),
        ({"max_parallel_jobs": 6}, "config.max_parallel_jobs", "less_than_equal"),
        ({"chunk_duration": 45}, "config.chunk_duration", "literal_error"),
        ({"engine": "magic"}, "config.engine", "literal_error"),
        ({"chunks": 3}, "config.chunks", "extra_forbidden"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_before_it_starts(
    api: APIClient, alice: User, config: dict[str, Any], field: str, code: str
) -> None:
    answer = post(api, with_sound(asset_of(alice)), **config)
    assert answer.status_code == 400, answer.content
    found = {(each["field"], each["code"]) for each in answer.json()["errors"]}
    assert (field, code) in found, answer.json()
    assert AutomationJob.objects.count() == 0


def test_sources_that_cannot_be_dubbed(api: APIClient, alice: User) -> None:
    silent = asset_of(alice)
    assert post(api, silent).json()["code"] == "no_audio"
    picture = with_sound(asset_of(alice))
    Asset.objects.filter(pk=picture.pk).update(kind=Kind.IMAGE)
    assert post(api, picture).json()["code"] == "not_a_video"
    long = with_sound(asset_of(alice))
    Asset.objects.filter(pk=long.pk).update(duration_ms=5 * 3600 * 1000)
    assert post(api, long).json()["code"] == "too_long"
    inside = {"source_url": "http://169.254.169.254/a.mp4", "config": {}}
    assert api.post(JOBS, inside).json()["errors"][0]["field"] == "url"
    assert api.post(JOBS, {"config": {}}).status_code == 400


def test_an_estimate_before_starting(
    api: APIClient, alice: User, settings: Any
) -> None:
    settings.ELEVENLABS_API_KEY = "sk_server_key_1"
    settings.ELEVENLABS_USD_PER_MINUTE = 0.6
    config = {"engine": "elevenlabs", "target_languages": ["es", "de"],
              "chunk_duration": 120, "budget_usd": 11}  # fmt: skip
    body = {"duration_ms": 600_000, "config": config}
    found = api.post("/api/v1/automation/estimate/", body).json()
    assert (found["chunk_count"], found["engine_calls"]) == (5, 10)
    assert (found["cost_usd"], found["is_within_budget"]) == (12.0, False)
    asset = with_sound(asset_of(alice))
    Asset.objects.filter(pk=asset.pk).update(duration_ms=600_000)
    refused = post(api, asset, **config)
    assert refused.json()["code"] == "over_budget"
    del config["budget_usd"]
    times = [
        api.post(
            "/api/v1/automation/estimate/",
            {"duration_ms": 600_000, "config": {**config, **changes}},
        ).json()["time_s"]
        for changes in ({}, {"output_format": "webm"}, {"use_watermark": True})
    ]
    assert times == sorted(set(times)), "what is encoded takes longer"


def test_engines_say_what_they_can(api: APIClient) -> None:
    found = {each["name"]: each for each in api.get(
        "/api/v1/automation/engines/").json()}  # fmt: skip
    assert found["local"]["is_offline"]
    returning = {name for name, each in found.items() if each["returns_video"]}
    assert returning == {"elevenlabs"}, "the one that makes watermarks"
    assert found["local"]["quality"] == "demo"
    assert {"es", "ca", "gl"} == set(found["local"]["sources"]["en"])
    assert not found["elevenlabs"]["has_key"]
    api.post("/api/v1/automation/engine-keys/",
             {"engine": "elevenlabs", "key": "sk_0123456789"})  # fmt: skip
    (listed,) = api.get("/api/v1/automation/engine-keys/").json()["results"]
    assert listed["hint"] == "6789"
    assert "sk_" not in json.dumps(listed)
    found = api.get("/api/v1/automation/engines/").json()
    assert all(each["has_key"] for each in found)


def test_a_job_that_waits_can_be_paused_resumed_cancelled_deleted(
    api: APIClient, alice: User
) -> None:
    job = post(api, with_sound(asset_of(alice))).json()
    address = f"{JOBS}{job['id']}/"
    AutomationJob.objects.filter(pk=job["id"]).update(eta_s=60.0)
    assert api.get(address).json()["progress"]["estimated_completion"] is not None
    assert (job["status"], job["stream_url"]) == ("pending", f"{address}stream/")
    assert api.post(f"{address}resume/").json()["code"] == "not_paused"
    assert api.post(f"{address}pause/").json()["is_paused"]
    assert api.post(f"{address}pause/").json()["code"] == "not_pausable"
    assert not api.post(f"{address}resume/").json()["is_paused"]
    assert api.patch(address, {"name": "Renamed"}).json()["name"] == "Renamed"
    assert api.get(f"{address}preview/").json()["code"] == "not_chunked"
    assert api.post(f"{address}cancel/").json()["status"] == "cancelled"
    assert api.post(f"{address}retry/").json()["status"] == "pending"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_the_log_keeps_the_last_thousand_lines(api: APIClient, alice: User) -> None:
    job, _chunk, _key = dub_of(alice, asset_of(alice))
    LogLine.objects.bulk_create(
        [LogLine(job_id=job.pk, message=f"line {n}") for n in range(1100)]
    )
    note(job, "the last one", level="warning")
    trim(job)
    assert LogLine.objects.filter(job_id=job.pk).count() == 1000
    page = api.get(f"{JOBS}{job.pk}/logs/", {"level": "warning"}).json()
    assert [each["message"] for each in page["results"]] == ["the last one"]
    text = api.get(f"{JOBS}{job.pk}/logs/text/").content.decode()
    assert text.count("\n") == 1000
    assert text.rstrip().endswith("the last one")


def signed(body: bytes, *, at: int | None = None, secret: str = "whsec_x") -> str:  # noqa: S107
    stamp = str(at or int(time.time()))
    signed_text = f"{stamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed_text, hashlib.sha256).hexdigest()
    return f"t={stamp},v0={digest}"


def test_call_backs_are_proven_and_may_repeat(alice: User, settings: Any) -> None:
    settings.ELEVENLABS_WEBHOOK_SECRET = "whsec_x"
    _job, chunk, _key = dub_of(alice, asset_of(alice))
    DubChunk.objects.filter(pk=chunk.pk).update(remote_id="p1")
    body = json.dumps({"type": "x", "data": {"project_id": "p1"}}).encode()
    address = "/api/v1/automation/webhooks/elevenlabs/"

    def call(header: str, content: bytes = body) -> int:
        return (
            Client()
            .post(
                address,
                content,
                content_type="application/json",
                headers={"ElevenLabs-Signature": header},
            )
            .status_code
        )

    assert call("") == 401
    assert call(signed(body, secret="other")) == 401
    assert call(signed(body, at=int(time.time()) - 3600)) == 401
    assert call(signed(b"[1]"), b"[1]") == 400
    chunk.refresh_from_db()
    assert chunk.notified_at is None
    assert [call(signed(body)), call(signed(body))] == [204, 204]
    chunk.refresh_from_db()
    assert chunk.notified_at is not None


def test_old_files_are_removed_and_results_stay(
    alice: User, clean_storage: Any, tmp_path: Any
) -> None:
    job, _chunk, _key = dub_of(alice, asset_of(alice))
    path = tmp_path / "x.flac"
    path.write_bytes(b"x")
    key = keys.dub_file(job.pk, "dub", "ab12cd34", "flac")
    media_storage().save_file(path, key)
    long_ago = timezone.now() - timedelta(days=31)
    AutomationJob.objects.filter(pk=job.pk).update(
        created_at=long_ago, finished_at=timezone.now()
    )
    assert remove_old_files() == 0
    AutomationJob.objects.filter(pk=job.pk).update(finished_at=long_ago)
    assert remove_old_files() == 1
    assert remove_old_files() == 0
    assert media_storage().head(key) is None


def test_dubbing_is_offered_for_what_comes_in(alice: User) -> None:
    asset = with_sound(asset_of(alice))
    first = followups.run("dub", alice.pk, asset)
    assert followups.run("dub", alice.pk, asset) == first
    (job,) = AutomationJob.objects.filter(owner_id=alice.pk)
    assert first == f"/automation/{job.pk}/"
    assert job.config.review


def test_a_removed_job_takes_its_files_along(
    alice: User, asset: Asset, tmp_path: Any
) -> None:
    job = started(alice, asset)
    path = tmp_path / "x.flac"
    path.write_bytes(b"x")
    key = keys.dub_file(job.pk, "dub", "ab12cd34", "flac")
    media_storage().save_file(path, key)
    jobs.remove(job)
    assert media_storage().head(key) is None
    assert not AutomationJob.objects.filter(pk=job.pk).exists()
    assert job.state in {State.QUEUED, State.CANCELLED}


@pytest.mark.parametrize(
    ("boundaries", "field", "code"),
    [
        ([1_000], "boundaries[0]", "chunk_too_short"),
        ([100 * 48_000, 100 * 48_000 + 10], "boundaries[1]", "chunk_too_short"),
        ([460 * 48_000], "boundaries[0]", "chunk_too_long"),
        ([100 * 48_000], "boundaries[0]", "chunk_too_long"),
        ([], "boundaries[0]", "chunk_too_long"),
    ],
)
def test_cuts_that_no_engine_takes_are_refused_at_the_cut(
    *,
    alice: User,
    asset: Asset,
    api: APIClient,
    boundaries: list[int],
    field: str,
    code: str,
) -> None:
    job, *_ = dub_of(alice, asset)
    plan = ChunkPlan(
        sample_count=600 * 48_000, boundaries=[Boundary(sample=300 * 48_000)]
    )
    AutomationJob.objects.filter(pk=job.pk).update(
        config=job.config.model_copy(update={"review": True}),
        plan=plan,
        state=State.QUEUED,
        paused_at=timezone.now(),
    )
    answer = api.put(f"{JOBS}{job.pk}/boundaries/", {"boundaries": boundaries})
    assert answer.status_code == 400
    problem = answer.json()["errors"][0]
    assert (problem["field"], problem["code"]) == (field, code)
    job.refresh_from_db()
    assert job.plan == plan
