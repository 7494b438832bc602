"""The local engine: listen, translate, speak, and duck the original under it."""

import wave
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from automation.engines.base import (
    Capabilities,
    Dubbed,
    EngineError,
    EngineStopped,
    FatalEngineError,
    Spoken,
    Task,
)
from automation.engines.catalog import Setup
from automation.engines.local import ducking, listening, speaking, translating
from automation.engines.local.sounds import read_wav, write_wav


class LocalEngine:
    """Needs nothing but programs of this machine."""

    VERSION: ClassVar[str] = "1"

    def __init__(self, setup: Setup, capabilities: Capabilities) -> None:
        self._setup = setup
        self._capabilities = capabilities

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> None:
        if not self._capabilities.is_available:
            raise FatalEngineError(
                f"The local engine cannot work: "
                f"{self._capabilities.unavailable_reason}.",
                code="local_tool_missing",
            )

    def dub(self, task: Task) -> Dubbed:
        """The chunk, exactly as long as it is, in another language."""
        task.ledger.posting()
        try:
            original, _rate = read_wav(task.audio)
        except (wave.Error, EOFError) as error:
            raise EngineError("This part has no sound.", code="no_sound") from error
        phrases = list(task.transcript) or self._translated(task, original)
        if task.should_stop():
            raise EngineStopped
        voice = speaking.spoken(task, phrases, length=len(original))
        path = task.directory / "dubbed.wav"
        write_wav(path, ducking.over(original, voice), rate=48_000)
        return Dubbed(path=path, transcript=phrases)

    def _translated(self, task: Task, original: object) -> Sequence[Spoken]:
        heard = listening.heard(task, original.mean(axis=1))  # type: ignore[attr-defined]
        if not heard:
            task.tell("warning", "Nobody was heard to speak in a chunk")
            return []
        texts = translating.translate(
            [phrase.source for phrase in heard], task=task, setup=self._setup
        )
        return [
            replace(phrase, target=text)
            for phrase, text in zip(heard, texts, strict=True)
        ]

    def close(self) -> None:
        """Nothing is held open."""
