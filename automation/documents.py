"""What a dubbing job is asked to do and how far it is: the embedded documents.

Times of sound are whole samples at 48 kHz (`SAMPLE_RATE`), counted from the start of
the file; money is US dollars.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    computed_field,
    field_validator,
    model_validator,
)

SAMPLE_RATE = 48_000
MAX_LANGUAGES = 5
MAX_CUES = 2_000
MAX_TEXT = 2_000
LOG_LIMIT = 1_000

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
SourceLanguage = Annotated[str, Field(pattern=r"^(auto|[a-z]{2,3}(-[A-Z]{2})?)$")]
Strategy = Literal["fixed", "scene", "silence"]
Confidence = Literal["high", "low", "edge", "moved"]
ChunkState = Literal[
    "pending", "uploading", "processing", "complete", "failed", "retrying"
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DubConfig(_Strict):
    """How to dub.

    `strict_grid` keeps fixed and scene cuts where they fall instead of moving them
    to the nearest pause. With `review` the job stops once it has proposed chunks,
    and goes on when it is resumed. `then` names what to start with each result.
    """

    engine: Literal["local", "elevenlabs", "elevenlabs-v2"] = "local"
    source_language: SourceLanguage = "en"
    target_languages: list[Language] = Field(
        default=["es"], min_length=1, max_length=MAX_LANGUAGES
    )
    chunk_duration: Literal[30, 60, 120, 300] = 60
    chunking_strategy: Strategy = "silence"
    strict_grid: bool = False
    max_parallel_jobs: int = Field(default=2, ge=1, le=5)
    video_quality: Literal["1080p", "720p"] = "1080p"
    output_format: Literal["mp4", "webm"] = "mp4"
    use_watermark: bool = False
    keep_intermediate_files: bool = False
    num_speakers: int = Field(default=0, ge=0, le=32)
    budget_usd: float | None = Field(default=None, ge=0, le=100_000)
    review: bool = False
    then: Literal["", "project"] = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def target_language(self) -> str:
        """The first of `target_languages`."""
        return self.target_languages[0]

    @model_validator(mode="before")
    @classmethod
    def _one_language(cls, value: Any) -> Any:
        """`target_language` alone means that one; stored documents have both."""
        if not isinstance(value, dict) or "target_language" not in value:
            return value
        rest = {name: each for name, each in value.items() if name != "target_language"}
        return {"target_languages": [value["target_language"]], **rest}

    @field_validator("target_languages")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) != len(value):
            raise ValueError("Each language may be named once.")
        return value


class VideoInfo(BaseModel):
    """The source, as far as it is known. `size_bytes` is 0 until it is here."""

    title: str = ""
    duration_ms: int = 0
    width: int = 0
    height: int = 0
    codec: str = ""
    audio_codec: str | None = None
    frame_rate: str = ""
    frame_count: int = 0
    size_bytes: int = 0


class DownloadProgress(BaseModel):
    percent: float = 0.0
    bytes_downloaded: int = 0
    total_bytes: int | None = None
    speed_bytes_per_s: float = 0.0
    eta_s: float | None = None


class Boundary(BaseModel):
    """Where a chunk ends and the next begins.

    `low` confidence: no pause was near, so the quietest moment was taken. `handle`
    is how many samples of silence lie on both sides for a cross-fade.
    """

    sample: int = Field(ge=0)
    confidence: Confidence = "high"
    handle: int = Field(default=0, ge=0)


class ChunkPlan(BaseModel):
    """The sound's length and its inner boundaries, in order."""

    sample_count: int = 0
    boundaries: list[Boundary] = Field(default=[], max_length=2_000)
    floor_db: float = 0.0
    threshold_db: float = 0.0
    speech_share: float = 0.0
    strategy: Strategy = "silence"

    @property
    def edges(self) -> list[int]:
        """0, every boundary, and the end."""
        return [0, *(each.sample for each in self.boundaries), self.sample_count]


class DubbingProgress(BaseModel):
    """How many chunks, of all languages, are in which state."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    pending: int = 0
    active_jobs: int = 0


class MergingProgress(BaseModel):
    percent: float = 0.0
    current_step: Literal["", "replacing_audio", "concatenating", "finalizing"] = ""
    chunks_processed: int = 0
    total_chunks: int = 0


class ChunkError(BaseModel):
    code: str
    message: str


class Attempt(BaseModel):
    """What was sent to an engine, stored before it is sent.

    `reference` is the name under which the engine lists it; `posted_at` says that
    it may have arrived although no answer did.
    """

    reference: str
    posted_at: datetime | None = None
    remote_id: str = ""
    charged_usd: float = 0.0


class SpokenCue(BaseModel):
    """Words in a chunk, times in milliseconds from the chunk's own start."""

    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)
    source: str = Field(default="", max_length=MAX_TEXT)
    target: str = Field(default="", max_length=MAX_TEXT)


class Transcript(BaseModel):
    cues: list[SpokenCue] = Field(default=[], max_length=MAX_CUES)


class Failure(BaseModel):
    """What the job's plain error does not say."""

    stage: str = ""
    recoverable: bool = False
    failed_chunks: list[int] = []
    details: str = ""


class BoundaryCheck(BaseModel):
    """One join in the finished file, measured against the plan.

    `error_samples` is how far the sound is from where it belongs (None where it is
    silent); `step_lu` is how much the loudness changes there beyond what it does in
    the original.
    """

    sample: int
    error_samples: int | None = None
    step_lu: float | None = None


class Report(BaseModel):
    """Proof of one result: what was measured in the stored file."""

    frames_in: int = 0
    frames_out: int = 0
    video_ms: float = 0.0
    audio_ms: float = 0.0
    av_difference_ms: float = 0.0
    frame_ms: float = 0.0
    sample_count: int = 0
    planned_samples: int = 0
    boundaries: list[BoundaryCheck] = []
    max_boundary_error_samples: int = 0
    max_loudness_step_lu: float = 0.0
    peak_dbfs: float = 0.0
    video_copied: bool = True
    kept_original: list[int] = []
    flagged: dict[str, list[int]] = {}
    passed: bool = False


class Output(BaseModel):
    """A finished file: in the library once it is complete, else in the job."""

    language: str
    digest: str
    asset: str | None = None
    key: str = ""
    size_bytes: int = 0
    is_complete: bool = False
    followup_url: str | None = None
    report: Report = Report()


class Outputs(BaseModel):
    items: list[Output] = []

    def of(self, language: str) -> Output | None:
        return next((each for each in self.items if each.language == language), None)
