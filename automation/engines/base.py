"""The contract between the pipeline and whatever dubs a chunk. Knows no Django."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from streamfetch.errors import DomainError
from streamfetch.subtitles import Cue

ANY = "*"


class EngineError(DomainError):
    """An engine cannot or will not do what it was asked.

    `is_fatal`: every further chunk would fail too, so the job stops. `recoverable`:
    the same request may well succeed later; `retry_after_s` is when, if it said so.
    """

    code = "engine_error"
    http_status = 422
    is_fatal = False

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s


class PassingEngineError(EngineError):
    """The engine is busy, away, or had a hiccup."""

    code = "engine_busy"
    recoverable = True


class EngineFull(PassingEngineError):
    """All slots of the account are taken: to be waited for, however long it takes."""

    code = "engine_full"


class FatalEngineError(EngineError):
    """The key, the account or the set-up is wrong."""

    code = "engine_refuses"
    is_fatal = True


class EngineStopped(Exception):
    """`should_stop` said so while the engine was at work."""


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an engine can do, for people who choose one and for validation.

    `pairs` maps source languages to target languages; `ANY` stands for all of
    `languages`. `usd_per_minute` is per minute and language; None is unknown.
    `realtime_factor` is how long one chunk takes, as a share of its duration.
    """

    name: str
    label: str
    description: str
    quality: Literal["demo", "production"]
    is_offline: bool
    needs_key: bool
    languages: tuple[str, ...]
    pairs: dict[str, tuple[str, ...]]
    usd_per_minute: float | None
    realtime_factor: float
    detects_language: bool = False
    keeps_background: bool = False
    edits_transcript: bool = False
    clones_voices: bool = False
    chooses_speakers: bool = False
    watermark: bool = False
    returns_video: bool = False
    max_parallel: int = 5
    is_available: bool = True
    unavailable_reason: str = ""

    def can_dub(self, source: str, target: str) -> bool:
        if target not in self.languages or source == target:
            return False
        targets = self.pairs.get(source) or self.pairs.get(ANY, ())
        return ANY in targets or target in targets


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Words and their time in milliseconds from the start of a chunk."""

    start_ms: int
    end_ms: int
    source: str
    target: str = ""


class Ledger(Protocol):
    """Remembers, beyond this process, what was sent for one chunk.

    `reference` names the attempt. `posting` is called before anything that costs is
    sent, `accepted` with the engine's id as soon as it is known.
    """

    @property
    def reference(self) -> str: ...

    @property
    def remote_id(self) -> str: ...

    @property
    def was_posted(self) -> bool: ...

    def posting(self) -> None: ...

    def accepted(self, remote_id: str) -> None: ...

    def abandoned(self) -> None:
        """What was sent is known not to have arrived, or to have failed."""

    def was_notified(self) -> bool:
        """Whether the engine called back since the last look."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One chunk to dub.

    `audio` is a 48 kHz WAV of `sample_count` samples a channel; `directory` is the
    engine's own, empty. `captions` are what is known to be said, times from the
    chunk's start; `transcript` is what a person wants to be said instead.
    """

    audio: Path
    sample_count: int
    channels: int
    source_language: str
    target_language: str
    directory: Path
    ledger: Ledger
    should_stop: Callable[[], bool]
    tell: Callable[[str, str], None]
    captions: Sequence[Cue] = ()
    transcript: Sequence[Spoken] = ()
    num_speakers: int = 0
    use_watermark: bool = False
    video: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Dubbed:
    """What came back: a file to be decoded, unverified."""

    path: Path
    cost_usd: float = 0.0
    transcript: Sequence[Spoken] = field(default_factory=tuple)


class Engine(Protocol):
    """Dubs chunks. One instance serves one run of a job, from several threads."""

    VERSION: ClassVar[str]

    @property
    def capabilities(self) -> Capabilities: ...

    def check(self) -> None:
        """Raises `FatalEngineError` when nothing can be dubbed with this set-up."""

    def dub(self, task: Task) -> Dubbed:
        """Raises `EngineError` or `EngineStopped`."""

    def close(self) -> None: ...
