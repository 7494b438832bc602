"""Whole jobs with ElevenLabs: one failing chunk, its retry, money, pauses, keys."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pytest
from django.test import Client
from rest_framework.test import APIClient

from automation import setup
from automation.engines.elevenlabs import engine as engine_module
from automation.engines.elevenlabs.surfaces import DubbingV1
from automation.models import AutomationJob, DubChunk, EngineKey, LogLine
from automation.pipeline import dub
from automation.services import chunks as chunk_services
from automation.services import engine_keys, jobs
from streamfetch.accounts.models import User
from streamfetch.errors import Conflict, Invalid
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.jobs.models import State
from streamfetch.storage.backends import media_storage
from tests.automation.conftest import started
from tests.automation.speech import RATE, Speech, decoded, level_db
from tests.fakes import elevenlabs
from tests.fakes.elevenlabs import Dub, FakeElevenLabs
from uploads.models import Asset

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


@pytest.fixture
def fake(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeElevenLabs]:
    monkeypatch.setattr(engine_module, "SETTLES_S", 0.0)
    monkeypatch.setattr(dub, "RETRY_DELAYS_S", (0.05, 0.05, 0.05))
    settings.ELEVENLABS_POLL_S = 0.05
    with elevenlabs.serving() as server:
        settings.ELEVENLABS_BASE_URL = server.address
        yield server


@pytest.fixture
def key(alice: User) -> EngineKey:
    return engine_keys.store(alice, engine="elevenlabs", key=elevenlabs.KEY)


def is_second(part: Dub) -> bool:
    return ":1:" in part.name


def chunk_keys(job: AutomationJob) -> dict[int, str]:
    return dict(
        DubChunk.objects.filter(job_id=job.pk).values_list("index", "output_for")
    )


def test_a_failed_chunk_keeps_the_original_and_alone_is_sent_again(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    spoken: Speech,
    tmp_path: Path,
) -> None:
    fake.dubs = lambda part: "failed" if is_second(part) else ""
    fake.fail = ["429"]
    job = started(alice, asset, engine="elevenlabs")
    dubbing()
    job.refresh_from_db()
    assert (job.state, job.error.code) == (State.FAILED, "chunks_failed")
    assert job.failure.failed_chunks == [1]
    assert job.failure.recoverable
    output = job.outputs.of("es")
    assert (output.is_complete, output.report.kept_original) == (False, [1])
    assert output.asset is None
    path = tmp_path / "partly.mp4"
    media_storage().fetch_to(output.key, path)
    boundary = job.plan.boundaries[0].sample
    tail = decoded(path)[boundary + RATE // 10 : len(spoken.sound) - RATE // 10]
    original = spoken.sound[boundary + RATE // 10 : len(spoken.sound) - RATE // 10]
    assert abs(level_db(tail) - level_db(original)) < 1

    before = chunk_keys(job)
    accepted = len(fake.accepted)
    fake.dubs = lambda part: ""
    jobs.retry(job)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert len(fake.accepted) == accepted + 1, "one new call for one failed chunk"
    assert {**chunk_keys(job), 1: ""} == {**before, 1: ""}
    output = job.outputs.of("es")
    assert output.is_complete
    assert output.report.passed, output.report
    result = Asset.objects.get(pk=output.asset)
    path = tmp_path / "whole.mp4"
    path.unlink(missing_ok=True)
    media_storage().fetch_to(result.source_key, path)
    sound = decoded(path)
    for start, end in spoken.words:
        assert level_db(sound[start:end]) > -40
    assert job.spent_usd == pytest.approx(0.5 * (38 + 38 - boundary / RATE) / 60, 0.02)


@pytest.mark.parametrize("script", ["garbage", "silent"])
def test_what_cannot_be_used_never_gets_into_the_result(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    script: str,
) -> None:
    fake.dubs = lambda part: script if is_second(part) else ""
    job = started(alice, asset, engine="elevenlabs-v2")
    dubbing()
    job.refresh_from_db()
    assert (job.state, job.error.code) == (State.FAILED, "chunks_failed")
    (failed,) = DubChunk.objects.filter(job_id=job.pk, state="failed")
    assert failed.error.code in {"unusable_answer", "silent_answer"}
    assert job.outputs.of("es").report.kept_original == [1]


@pytest.mark.parametrize(
    ("fail", "code"), [(["quota"], "quota_exceeded"), ([], "invalid_api_key")]
)
def test_keys_that_do_not_work_stop_the_job(
    *,
    alice: User,
    asset: Asset,
    fake: FakeElevenLabs,
    dubbing: Work,
    fail: list[str],
    code: str,
) -> None:
    secret = elevenlabs.KEY if fail else "sk_somebody_elses"
    engine_keys.store(alice, engine="elevenlabs", key=secret)
    fake.fail = fail * 2
    job = started(alice, asset, engine="elevenlabs")
    dubbing()
    job.refresh_from_db()
    assert (job.state, job.error.code) == (State.FAILED, code)
    assert job.failure.recoverable
    assert fake.accepted == []
    written = [line.message for line in LogLine.objects.filter(job_id=job.pk)]
    assert not any(secret in line for line in written)


def test_an_answer_that_came_later_is_counted_as_spent(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Charged, but listed only after it was looked for: not lost, and not free."""
    find = DubbingV1.find
    asked: list[str] = []

    def late(surface: DubbingV1, reference: str) -> str | None:
        asked.append(reference)
        return find(surface, reference) if len(asked) > 1 else None

    monkeypatch.setattr(DubbingV1, "find", late)
    fake.fail = ["500-kept"]
    job = started(alice, asset, engine="elevenlabs", max_parallel_jobs=1)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert len(fake.accepted) == 2, "one for each chunk"
    assert job.spent_usd == pytest.approx(0.5 * 38 / 60, 0.01)


def test_waiting_for_a_slot_is_no_failure(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dub, "SLOT_LOOK_S", 0.02)
    fake.fail = ["429-slots"] * 12
    job = started(alice, asset, engine="elevenlabs-v2")
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert {each.retry_count for each in DubChunk.objects.filter(job_id=job.pk)} == {0}
    waits = LogLine.objects.filter(job_id=job.pk, message__contains="waits:")
    assert 1 <= waits.count() <= 2


def test_call_backs_that_come_twice_spare_the_waiting(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    settings: Any,
) -> None:
    settings.ELEVENLABS_POLL_S = 600.0
    settings.ELEVENLABS_WEBHOOK_IDS = ["wh1"]
    settings.ELEVENLABS_WEBHOOK_SECRET = fake.webhook_secret
    answers: list[int] = []

    def call(body: bytes, signature: str) -> None:
        answer = Client().post(
            "/api/v1/automation/webhooks/elevenlabs/",
            body,
            content_type="application/json",
            headers={"ElevenLabs-Signature": signature},
        )
        answers.append(answer.status_code)

    def soon(part: Dub) -> str:
        Timer(1, fake.call_back, [part]).start()
        return ""

    fake.webhook, fake.dubs = call, soon
    job = started(alice, asset, engine="elevenlabs-v2")
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert answers == [204] * 4
    assert len(fake.accepted) == 2


def test_a_watermarked_picture_takes_the_place_of_the_sources(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    spoken: Speech,
    tmp_path: Path,
) -> None:
    """It comes back at another rate and size, for one of two chunks."""
    fake.dubs = lambda part: "failed" if is_second(part) else ""
    job = started(
        alice, asset, engine="elevenlabs", use_watermark=True, output_format="webm"
    )
    dubbing()
    job.refresh_from_db()
    assert job.error.code == "chunks_failed", job.error
    assert {each.fields["watermark"] for each in fake.accepted} == {"true"}
    assert all(each.is_video for each in fake.accepted)
    output = job.outputs.of("es")
    path = tmp_path / "half.webm"
    media_storage().fetch_to(output.key, path)
    marked = corners(path)
    edge = frames_before(job.plan.boundaries[0].sample)
    assert len(marked) == 950
    assert marked[:edge].min() > 220
    assert marked[edge:].max() < 200, "the original has no mark"

    fake.dubs = lambda part: ""
    jobs.retry(job)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    report = job.outputs.of("es").report
    assert report.passed, report
    assert (report.frames_in, report.frames_out, report.video_copied) == (
        950,
        950,
        False,
    )
    result = Asset.objects.get(pk=job.outputs.of("es").asset)
    assert (result.file_name, result.content_type) == ("dubbed-es.webm", "video/webm")
    path = tmp_path / "whole.webm"
    media_storage().fetch_to(result.source_key, path)
    assert corners(path).min() > 220
    sound = decoded(path)
    for start, end in spoken.words:
        assert level_db(sound[start:end]) > -40


def corners(path: Path) -> np.ndarray:
    """How bright the upper left corner is, 0 to 255, in every frame."""
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-i", str(path), "-vf"]
    argv += ["crop=iw/8:ih/8:0:0,scale=1:1:flags=area,format=gray", "-f", "rawvideo"]
    argv += ["-fps_mode", "passthrough", "pipe:1"]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, dtype=np.uint8)


def frames_before(sample: int) -> int:
    return -(-sample * 25 // RATE)


def test_without_a_key_nothing_starts(alice: User, asset: Asset) -> None:
    with pytest.raises(Invalid) as raised:
        started(alice, asset, engine="elevenlabs")
    assert raised.value.code == "engine_key_missing"


def test_keys_are_encrypted_and_replaced(alice: User, key: EngineKey) -> None:
    assert elevenlabs.KEY not in key.encrypted
    assert setup.key_of(alice.pk, "elevenlabs-v2") == elevenlabs.KEY
    engine_keys.store(alice, engine="elevenlabs", key="sk_another_one")
    assert setup.key_of(alice.pk, "elevenlabs") == "sk_another_one"
    assert EngineKey.objects.filter(owner_id=alice.pk).count() == 1


def test_a_budget_that_is_reached_in_the_middle(
    alice: User, asset: Asset, key: EngineKey, fake: FakeElevenLabs, dubbing: Work
) -> None:
    job = started(alice, asset, engine="elevenlabs", max_parallel_jobs=1)
    # More than its first chunk costs, less than both.
    jobs.change(job, budget_usd=0.31)
    dubbing()
    job.refresh_from_db()
    assert (job.state, job.error.code) == (State.FAILED, "budget_reached")
    assert len(fake.accepted) == 1
    jobs.change(job, budget_usd=1.0)
    jobs.retry(job)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert len(fake.accepted) == 2
    assert job.spent_usd <= 1


def test_review_pause_and_go_on(
    *,
    alice: User,
    asset: Asset,
    key: EngineKey,
    fake: FakeElevenLabs,
    dubbing: Work,
    api: APIClient,
) -> None:
    job = started(alice, asset, engine="elevenlabs", review=True)
    address = f"/api/v1/automation/jobs/{job.pk}/"
    dubbing()
    shown = api.get(address).json()
    assert (shown["status"], shown["is_paused"]) == ("chunking", True)
    assert shown["awaits_review"]
    assert fake.posts == 0
    preview = api.get(f"{address}preview/?points=100").json()
    assert len(preview["peaks"]) == 100
    assert max(preview["peaks"]) > 50
    wrong = api.put(f"{address}boundaries/", {"boundaries": [100]})
    assert wrong.json()["code"] == "boundary_out_of_place"
    assert [(each["field"], each["code"]) for each in wrong.json()["errors"]] == (
        [("boundaries[0]", "chunk_too_short")]
    )
    moved = api.put(f"{address}boundaries/", {"boundaries": [480_000, 1_200_000]})
    assert api.get(address).json()["progress"]["chunking"] == (
        {"total_chunks": 3, "processed": 0, "current_chunk": None}
    )
    assert [each["confidence"] for each in moved.json()["boundaries"]] == (
        ["moved", "moved"]
    )
    fake.looks_until_done = 10_000
    assert api.post(f"{address}resume/").status_code == 200
    job.refresh_from_db()
    assert job.paused_at is None
    fake.dubs = lambda part: pause_at_once(job)
    dubbing()
    job.refresh_from_db()
    assert (job.is_paused, job.state) == (True, State.QUEUED)
    sent = fake.posts
    assert sent
    fake.looks_until_done = 0
    fake.dubs = lambda part: ""
    api.post(f"{address}resume/")
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert job.plan.edges[1:3] == [480_000, 1_200_000]
    assert api.get(address).json()["progress"]["chunking"] == (
        {"total_chunks": 3, "processed": 3, "current_chunk": None}
    )
    assert len(fake.accepted) == 3, "what was sent before the pause is not sent again"
    assert api.get(f"{address}report/").json()[0]["report"]["passed"]
    assert "Paused" in api.get(f"{address}logs/text/").content.decode()


def pause_at_once(job: AutomationJob) -> str:
    AutomationJob.objects.get(pk=job.pk).pause()
    return ""


def test_one_chunk_is_redone_while_its_files_are_kept(
    alice: User, asset: Asset, key: EngineKey, fake: FakeElevenLabs, dubbing: Work
) -> None:
    job = started(alice, asset, engine="elevenlabs", keep_intermediate_files=True)
    dubbing()
    job.refresh_from_db()
    first = job.outputs.of("es")
    chunk = chunk_services.chunks_of(job)[0]
    with pytest.raises(Invalid):
        chunk_services.rewrite(job, chunk, [])
    chunk_services.redo(job, chunk)
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert len(fake.accepted) == 3
    second = job.outputs.of("es")
    assert second.asset != first.asset
    assert Asset.objects.get(pk=first.asset).is_deleted
    # Once they are gone, another dub of one chunk would cost all of them.
    AutomationJob.objects.filter(pk=job.pk).update(state=State.SUCCEEDED)
    DubChunk.objects.filter(job_id=job.pk).update(output_key="")
    with pytest.raises(Conflict):
        chunk_services.redo(job, chunk_services.chunks_of(job)[0])


def test_two_languages_share_all_but_the_dubbing(
    alice: User, asset: Asset, key: EngineKey, fake: FakeElevenLabs, dubbing: Work
) -> None:
    job = started(alice, asset, engine="elevenlabs-v2", target_languages=["es", "de"])
    dubbing()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert [each.language for each in job.outputs.items] == ["es", "de"]
    assert {dub.language for dub in fake.accepted} == {"es", "de"}
    assert len(fake.accepted) == 4
