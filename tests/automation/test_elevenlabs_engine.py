"""The engine against a faithful server: every error, and nothing paid twice."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from elevenlabs import ElevenLabs
from elevenlabs.core.api_error import ApiError

from automation.engines import building, catalog
from automation.engines.base import (
    EngineError,
    EngineStopped,
    FatalEngineError,
    PassingEngineError,
    Task,
)
from automation.engines.elevenlabs import engine as engine_module
from automation.engines.local.sounds import write_wav
from streamfetch.ffmpeg.probe import probe
from tests.automation.speech import RATE, speech
from tests.fakes import elevenlabs
from tests.fakes.elevenlabs import FakeElevenLabs

SURFACES = ["elevenlabs", "elevenlabs-v2"]


@dataclass
class MemoryLedger:
    reference: str = "job:0:abc"
    remote_id: str = ""
    was_posted: bool = False
    posts: int = 0
    notified: threading.Event = field(default_factory=threading.Event)

    def posting(self) -> None:
        self.was_posted = True
        self.remote_id = ""
        self.posts += 1

    def accepted(self, remote_id: str) -> None:
        self.remote_id = remote_id

    def abandoned(self) -> None:
        self.was_posted = False
        self.remote_id = ""

    def was_notified(self) -> bool:
        return self.notified.is_set()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeElevenLabs]:
    monkeypatch.setattr(engine_module, "SETTLES_S", 0.0)
    with elevenlabs.serving() as server:
        yield server


@pytest.fixture(scope="module")
def chunk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chunk") / "chunk.wav"
    write_wav(path, speech(4).sound, rate=RATE)
    return path


def setup_of(fake: FakeElevenLabs, **changes: Any) -> catalog.Setup:
    values = {"elevenlabs_url": fake.address, "api_key": elevenlabs.KEY, "poll_s": 0.02}
    return catalog.Setup(**{**values, **changes})


def task_of(chunk: Path, tmp_path: Path, ledger: MemoryLedger | None = None) -> Task:
    return Task(
        audio=chunk,
        sample_count=4 * RATE,
        channels=1,
        source_language="en",
        target_language="es",
        directory=tmp_path,
        ledger=ledger or MemoryLedger(),
        should_stop=lambda: False,
        tell=lambda level, text: None,
    )


@pytest.mark.parametrize("surface", SURFACES)
def test_a_chunk_comes_back_with_its_words(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path, surface: str
) -> None:
    engine = building.build(surface, setup_of(fake))
    ledger = MemoryLedger()
    dubbed = engine.dub(task_of(chunk, tmp_path, ledger))
    info = probe(dubbed.path)
    assert info.audio is not None
    assert abs(info.duration_ms - 4000) < 60
    assert [each.target for each in dubbed.transcript] == ["Hola a todos"]
    assert (ledger.posts, len(fake.accepted)) == (1, 1)
    assert fake.accepted[0].name == "job:0:abc"
    engine.close()


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("script", ["500-kept", "lost"])
def test_a_lost_answer_is_not_paid_twice(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path, surface: str, script: str
) -> None:
    fake.fail = [script]
    engine = building.build(surface, setup_of(fake))
    ledger = MemoryLedger()
    engine.dub(task_of(chunk, tmp_path, ledger))
    assert len(fake.accepted) == fake.posts == 1


def test_another_process_takes_over_what_was_sent(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path
) -> None:
    first = building.build("elevenlabs", setup_of(fake))
    first.dub(task_of(chunk, tmp_path))
    # As after a kill between sending and writing down the answer.
    ledger = MemoryLedger(was_posted=True)
    building.build("elevenlabs", setup_of(fake)).dub(task_of(chunk, tmp_path, ledger))
    assert (fake.posts, ledger.remote_id) == (1, "dub1")


def test_names_are_found_on_later_pages(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path
) -> None:
    engine = building.build("elevenlabs", setup_of(fake))
    engine.dub(task_of(chunk, tmp_path))
    for number in range(5):
        engine.dub(task_of(chunk, tmp_path, MemoryLedger(f"other:{number}:x")))
    ledger = MemoryLedger(was_posted=True)
    engine.dub(task_of(chunk, tmp_path, ledger))
    assert (fake.posts, ledger.remote_id) == (6, "dub1")


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        ("429", PassingEngineError, "rate_limit_exceeded"),
        ("429-slots", PassingEngineError, "too_many_concurrent_requests"),
        ("500-lost", PassingEngineError, "lost_answer"),
        ("quota", FatalEngineError, "quota_exceeded"),
        ("refused", EngineError, "invalid_audio"),
    ],
)
def test_refusals(
    *,
    fake: FakeElevenLabs,
    chunk: Path,
    tmp_path: Path,
    script: str,
    kind: type[EngineError],
    code: str,
) -> None:
    fake.fail, fake.retry_after = [script], "7"
    engine = building.build("elevenlabs", setup_of(fake))
    with pytest.raises(kind) as raised:
        engine.dub(task_of(chunk, tmp_path))
    assert raised.value.code == code
    if script.startswith("429"):
        assert raised.value.retry_after_s == 7
    assert fake.accepted == []


def test_a_wrong_key_stops_everything(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path
) -> None:
    engine = building.build("elevenlabs", setup_of(fake, api_key="sk_wrong_000000"))
    with pytest.raises(FatalEngineError) as raised:
        engine.dub(task_of(chunk, tmp_path))
    assert raised.value.code == "invalid_api_key"
    assert "sk_wrong" not in str(raised.value)


@pytest.mark.parametrize(
    ("surface", "script"), [("elevenlabs", "425"), ("elevenlabs-v2", "expired")]
)
def test_outputs_that_are_late_or_expired_are_asked_for_again(
    *,
    fake: FakeElevenLabs,
    chunk: Path,
    tmp_path: Path,
    surface: str,
    script: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake.dubs = lambda dub: script
    engine = building.build(surface, setup_of(fake))
    engine.dub(task_of(chunk, tmp_path))
    assert fake.accepted[0].fetches == 2


@pytest.mark.parametrize("surface", SURFACES)
def test_a_failed_dub_says_why_and_may_be_sent_again(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path, surface: str
) -> None:
    fake.dubs = lambda dub: "failed" if dub.id == "dub1" else ""
    engine = building.build(surface, setup_of(fake))
    ledger = MemoryLedger()
    with pytest.raises(EngineError) as raised:
        engine.dub(task_of(chunk, tmp_path, ledger))
    assert raised.value.code == "dub_failed"
    engine.dub(task_of(chunk, tmp_path, ledger))
    assert len(fake.accepted) == 2


def test_a_call_back_ends_the_wait(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path
) -> None:
    configured = setup_of(fake, poll_s=60.0, webhook_ids=("wh1",))
    ledger = MemoryLedger()
    ledger.notified.set()
    building.build("elevenlabs-v2", configured).dub(task_of(chunk, tmp_path, ledger))
    assert fake.accepted[0].fields["webhook_ids"] == "wh1"


def test_it_stops_when_it_is_told_to(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path
) -> None:
    fake.looks_until_done = 10_000
    asked: list[bool] = []

    def should_stop() -> bool:
        asked.append(True)
        return len(asked) > 20

    task = task_of(chunk, tmp_path)
    stopping = Task(**{**task.__dict__, "should_stop": should_stop})
    with pytest.raises(EngineStopped):
        building.build("elevenlabs", setup_of(fake)).dub(stopping)


def test_slots_follow_the_headers(
    fake: FakeElevenLabs, chunk: Path, tmp_path: Path
) -> None:
    fake.maximum = 2
    engine = building.build("elevenlabs", setup_of(fake))
    engine.dub(task_of(chunk, tmp_path))
    slots = engine._slots  # type: ignore[attr-defined]
    with slots.one(lambda: False) as a, slots.one(lambda: False) as b:
        assert (a, b) == (True, True)
        asked: list[bool] = []
        with slots.one(lambda: bool(asked.append(True)) or len(asked) > 2) as third:
            assert third is False


def test_the_official_client_finds_the_server_faithful(
    fake: FakeElevenLabs, chunk: Path
) -> None:
    client = ElevenLabs(base_url=fake.address, api_key=elevenlabs.KEY)
    with chunk.open("rb") as file:
        made = client.dubbing.create(
            file=("chunk.wav", file.read(), "audio/wav"),
            name="n",
            target_lang="es",
            request_options={"max_retries": 0},
        )
    while client.dubbing.get(made.dubbing_id).status != "dubbed":
        pass
    sound = b"".join(client.dubbing.audio.get(made.dubbing_id, "es"))
    assert len(sound) > 1000
    assert client.dubbing.list().dubs[0].name == "n"
    project = client.dubbing.project.create(
        file=("chunk.wav", chunk.read_bytes(), "audio/wav"),
        reference="r",
        target_language="es",
    )
    assert client.dubbing.project.get(project.project_id).reference == "r"


def test_the_official_clients_own_retry_would_lose_the_fields(
    fake: FakeElevenLabs, chunk: Path
) -> None:
    """Why ours never lets it: the server refuses a POST without `target_lang`."""
    fake.fail = ["429"]
    client = ElevenLabs(base_url=fake.address, api_key=elevenlabs.KEY)
    with pytest.raises(ApiError) as raised:
        client.dubbing.create(
            file=("chunk.wav", chunk.read_bytes(), "audio/wav"),
            name="n",
            target_lang="es",
        )
    assert raised.value.status_code == 422
    assert fake.accepted == []
