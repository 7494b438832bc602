"""The two dubbing surfaces of ElevenLabs: how each is sent to, asked and listed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from automation.engines.base import EngineError, PassingEngineError, Task
from automation.engines.catalog import Setup
from automation.engines.elevenlabs.client import Client

MAX_PAGES = 20


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a dub is. `audio` and `words` are where its outputs are, if anywhere."""

    is_ready: bool = False
    failure: str = ""
    audio: str = ""
    words: str = ""


class Surface(Protocol):
    def post(self, task: Task) -> str:
        """Send a chunk; returns its id. Raises `LostAnswer` and others."""

    def find(self, reference: str) -> str | None:
        """The id of what was sent under a name, if it arrived."""

    def look(self, remote_id: str, *, language: str) -> Progress:
        """Raises `Gone` and others."""

    def save(self, progress: Progress, target: Path) -> None:
        """Fetch the sound."""

    def words(self, progress: Progress, target: Path) -> str:
        """The subtitles, as text; "" when there are none."""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _required(answer: dict[str, Any], name: str) -> str:
    found = _text(answer.get(name))
    if not found:
        raise PassingEngineError(
            f"ElevenLabs answered without {name}.", code="answer_unreadable"
        )
    return found


class DubbingV1:
    """`/v1/dubbing`: one dub, sound or video back from its own address."""

    def __init__(self, client: Client, setup: Setup) -> None:
        self._client = client

    def post(self, task: Task) -> str:
        fields: dict[str, Any] = {
            "name": task.ledger.reference,
            "target_lang": task.target_language,
            "source_lang": task.source_language,
            "num_speakers": str(task.num_speakers),
            # Only a picture can carry one.
            "watermark": "true" if task.video else "false",
            "highest_resolution": "true" if task.video else "false",
            "drop_background_audio": "false",
        }
        answer = self._client.post(
            "/v1/dubbing", fields=fields, file=("file", task.video or task.audio)
        )
        return _required(answer, "dubbing_id")

    def find(self, reference: str) -> str | None:
        cursor = ""
        for _page in range(MAX_PAGES):
            query = {"page_size": "100", **({"cursor": cursor} if cursor else {})}
            answer = self._client.get("/v1/dubbing", **query)
            for each in answer.get("dubs", []):
                if each.get("name") == reference and each.get("status") != "failed":
                    return _text(each.get("dubbing_id")) or None
            cursor = _text(answer.get("next_cursor"))
            if not cursor:
                return None
        return None

    def look(self, remote_id: str, *, language: str) -> Progress:
        answer = self._client.get(f"/v1/dubbing/{remote_id}")
        status = answer.get("status")
        if status == "failed":
            return Progress(failure=_text(answer.get("error")) or "no reason was given")
        return Progress(
            is_ready=status == "dubbed",
            audio=f"/v1/dubbing/{remote_id}/audio/{language}",
            words=f"/v1/dubbing/{remote_id}/transcript/{language}",
        )

    def save(self, progress: Progress, target: Path) -> None:
        self._client.save(progress.audio, target)

    def words(self, progress: Progress, target: Path) -> str:
        return self._client.text(progress.words, format_type="srt")


class ProjectsV2:
    """`/v1/dubbing/project`: a project with one language, outputs at signed
    addresses that expire."""

    def __init__(self, client: Client, setup: Setup) -> None:
        self._client = client
        self._webhook_ids = setup.webhook_ids

    def post(self, task: Task) -> str:
        fields: dict[str, Any] = {
            "reference": task.ledger.reference,
            "target_language": task.target_language,
            "model_id": "dubbing_v2",
        }
        if task.source_language != "auto":
            fields["source_language"] = task.source_language
        if self._webhook_ids:
            fields["webhook_ids"] = list(self._webhook_ids)
        answer = self._client.post(
            "/v1/dubbing/project", fields=fields, file=("file", task.audio)
        )
        return _required(answer, "project_id")

    def find(self, reference: str) -> str | None:
        cursor = ""
        for _page in range(MAX_PAGES):
            query = {"page_size": "100", **({"cursor": cursor} if cursor else {})}
            answer = self._client.get("/v1/dubbing/project", **query)
            for each in answer.get("projects", []):
                if each.get("reference") == reference and each.get("status") != (
                    "failed"
                ):
                    return _text(each.get("project_id")) or None
            cursor = _text(answer.get("next_cursor"))
            if not cursor:
                return None
        return None

    def look(self, remote_id: str, *, language: str) -> Progress:
        project = self._client.get(f"/v1/dubbing/project/{remote_id}")
        if project.get("status") == "failed":
            return Progress(failure=_reason(project))
        ids = project.get("language_ids") or []
        if not ids:
            return Progress()
        found = self._client.get(f"/v1/dubbing/project/{remote_id}/language/{ids[0]}")
        if found.get("status") == "failed":
            return Progress(failure=_reason(found))
        outputs = found.get("outputs") or {}
        return Progress(
            is_ready=found.get("status") == "completed"
            and bool(outputs.get("lossless_audio")),
            audio=_text(outputs.get("lossless_audio")),
            words=_text(outputs.get("subtitles")),
        )

    def save(self, progress: Progress, target: Path) -> None:
        self._client.save_url(progress.audio, target)

    def words(self, progress: Progress, target: Path) -> str:
        if not progress.words:
            return ""
        self._client.save_url(progress.words, target)
        try:
            return target.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise EngineError("The subtitles are no text.") from error


def _reason(answer: dict[str, Any]) -> str:
    error = answer.get("error")
    said = error.get("message") if isinstance(error, dict) else error
    return _text(said) or "no reason was given"
