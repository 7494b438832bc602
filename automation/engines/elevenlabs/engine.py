"""The ElevenLabs engine: sends a chunk once, waits, fetches, and never pays twice.

What is about to be sent is written down first. When no answer comes, the account is
searched for the chunk's name before anything is sent again.
"""

import time
from pathlib import Path
from typing import ClassVar

from automation.engines.base import (
    Capabilities,
    Dubbed,
    EngineError,
    EngineStopped,
    FatalEngineError,
    PassingEngineError,
    Spoken,
    Task,
)
from automation.engines.catalog import ELEVENLABS_V2, Setup
from automation.engines.elevenlabs.client import (
    Client,
    Gone,
    LostAnswer,
    NotReady,
    Slots,
)
from automation.engines.elevenlabs.surfaces import (
    DubbingV1,
    Progress,
    ProjectsV2,
    Surface,
)
from streamfetch.subtitles import InvalidSubtitles, parse

LONGEST_S = 3600.0
SETTLES_S = 1.0
FETCH_TRIES = 4
MAX_POLL_S = 30.0


class ElevenLabsEngine:
    """One account; its slots are shared by all threads of a job."""

    VERSION: ClassVar[str] = "1"

    def __init__(self, setup: Setup, capabilities: Capabilities) -> None:
        self._setup = setup
        self._capabilities = capabilities
        self._slots = Slots(capabilities.max_parallel)
        self._client = Client(
            base_url=setup.elevenlabs_url, api_key=setup.api_key, slots=self._slots
        )
        kind = ProjectsV2 if capabilities.name == ELEVENLABS_V2 else DubbingV1
        self._surface: Surface = kind(self._client, setup)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> None:
        if not self._setup.api_key:
            raise FatalEngineError(
                "There is no key for ElevenLabs. Store yours under engine keys, then "
                "retry the job.",
                code="engine_key_missing",
            )

    def close(self) -> None:
        self._client.close()

    def dub(self, task: Task) -> Dubbed:
        with self._slots.one(task.should_stop) as is_free:
            if not is_free:
                raise EngineStopped
            remote_id = task.ledger.remote_id or self._sent(task)
            try:
                progress = self._waited_for(task, remote_id)
                path = self._fetched(task, remote_id, progress)
            except Gone as error:
                task.ledger.abandoned()
                raise PassingEngineError(error.detail, code=error.code) from error
            return Dubbed(path=path, transcript=self._words(task, progress))

    def _sent(self, task: Task) -> str:
        """The id of the chunk at ElevenLabs; it is sent unless it is there."""
        ledger = task.ledger
        if ledger.was_posted and (found := self._surface.find(ledger.reference)):
            task.tell("info", f"{ledger.reference} had arrived before: taken over")
            ledger.accepted(found)
            return found
        if task.should_stop():
            raise EngineStopped
        ledger.posting()
        try:
            remote_id = self._surface.post(task)
        except LostAnswer as error:
            task.tell("warning", "No answer to a chunk that was sent: looking for it")
            time.sleep(SETTLES_S)
            found = self._surface.find(ledger.reference)
            if found is None:
                raise PassingEngineError(
                    error.detail, code=error.code, retry_after_s=error.retry_after_s
                ) from error
            remote_id = found
        except EngineError:
            # Refused, so it is not there, and nothing is paid for it.
            ledger.abandoned()
            raise
        ledger.accepted(remote_id)
        return remote_id

    def _waited_for(self, task: Task, remote_id: str) -> Progress:
        give_up = time.monotonic() + LONGEST_S
        pause_s = self._setup.poll_s
        while True:
            progress = self._looked(task, remote_id)
            if progress is not None and progress.failure:
                task.ledger.abandoned()
                raise EngineError(
                    f"ElevenLabs could not dub this part: {progress.failure}",
                    code="dub_failed",
                )
            if progress is not None and progress.is_ready:
                return progress
            if time.monotonic() > give_up:
                raise EngineError(
                    "ElevenLabs has not finished this part within an hour.",
                    code="engine_timeout",
                )
            self._pause(task, pause_s)
            pause_s = min(MAX_POLL_S, pause_s * 1.2)

    def _looked(self, task: Task, remote_id: str) -> Progress | None:
        """None when the question went wrong in a way that passes."""
        try:
            return self._surface.look(remote_id, language=task.target_language)
        except PassingEngineError as error:
            self._pause(task, min(MAX_POLL_S, error.retry_after_s or 0.0))
            return None

    def _pause(self, task: Task, seconds: float) -> None:
        """Wait, but not when it is over, nor once the engine has called back."""
        until = time.monotonic() + seconds
        asks = bool(self._setup.webhook_ids)
        asked_at = time.monotonic()
        while time.monotonic() < until:
            if task.should_stop():
                raise EngineStopped
            time.sleep(min(0.1, max(0.0, until - time.monotonic())))
            if asks and time.monotonic() - asked_at > 1:
                asked_at = time.monotonic()
                if task.ledger.was_notified():
                    return

    def _fetched(self, task: Task, remote_id: str, progress: Progress) -> Path:
        target = task.directory / "dubbed.bin"
        for number in range(FETCH_TRIES):
            try:
                self._surface.save(progress, target)
            except (NotReady, PassingEngineError, FatalEngineError, Gone) as error:
                if number == FETCH_TRIES - 1:
                    raise
                self._pause(task, min(MAX_POLL_S, error.retry_after_s or 1.0))
                # Signed addresses expire: a fresh look gives a fresh one.
                progress = self._looked(task, remote_id) or progress
            else:
                return target
        raise EngineError("The dubbed sound could not be fetched.")

    def _words(self, task: Task, progress: Progress) -> list[Spoken]:
        """What is said now; a dub without its words is still a dub."""
        try:
            text = self._surface.words(progress, task.directory / "words.txt")
            cues = parse(text) if text.strip() else []
        except (EngineError, InvalidSubtitles):
            task.tell("warning", "The words of a dubbed chunk could not be read")
            return []
        return [
            Spoken(start_ms=cue.start_ms, end_ms=cue.end_ms, source="", target=cue.text)
            for cue in cues
        ]
