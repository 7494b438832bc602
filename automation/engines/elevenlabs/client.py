"""Talks HTTP to the ElevenLabs API: one request at a time, errors understood.

Requests are never repeated here: a POST that is sent twice is paid twice. Only the
configured address gets the key; redirects are not followed.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from automation.engines.base import (
    EngineError,
    EngineFull,
    FatalEngineError,
    PassingEngineError,
)
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import FetchError
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import EgressProxy
from streamfetch.errors import DomainError

TIMEOUT_S = 240.0
CONNECT_S = 10.0
MAX_ANSWER_BYTES = 512 * 1024**2
DOWNLOAD_S = 900.0
MAX_MESSAGE = 300
_FATAL_CODES = {
    "invalid_api_key": "The key for ElevenLabs is wrong. Store the right one, then "
    "retry the job.",
    "missing_permissions": "The key for ElevenLabs may not dub. Give it the permission "
    "there, then retry the job.",
    "quota_exceeded": "Your quota at ElevenLabs is used up. Raise it there, then retry "
    "the job: what is dubbed already is not paid again.",
    "payment_required": "ElevenLabs asks for a payment. Settle it there, then retry.",
    "invalid_workspace_type": "Your ElevenLabs workspace may not dub over the API.",
    "watermark_not_allowed": "Your ElevenLabs plan only dubs with a watermark.",
}
_TYPES = {".wav": "audio/wav", ".mp4": "video/mp4"}
_SLOT_CODES = {"too_many_concurrent_requests", "concurrent_limit_exceeded"}


class LostAnswer(PassingEngineError):
    """A request may have been carried out although no answer says so."""

    code = "lost_answer"


class NotReady(PassingEngineError):
    """425: what was asked for is not there yet."""

    code = "not_ready"


class Gone(EngineError):
    """404: the engine does not know it (any more)."""

    code = "remote_gone"


class Slots:
    """How many dubs may be under way at once, as the engine's headers tell."""

    def __init__(self, limit: int) -> None:
        self._changed = threading.Condition()
        self._limit = limit
        self._active = 0

    @contextmanager
    def one(self, is_stopped: Any) -> Iterator[bool]:
        """Wait for a free slot; gives False when it was stopped before."""
        with self._changed:
            while self._active >= self._limit and not is_stopped():
                self._changed.wait(0.2)
            taken = not is_stopped()
            self._active += taken
        try:
            yield taken
        finally:
            with self._changed:
                self._active -= taken
                self._changed.notify_all()

    def learn(self, headers: Mapping[str, str]) -> None:
        most = headers.get("maximum-concurrent-requests", "")
        if most.isascii() and most.isdigit() and int(most[:6]):
            with self._changed:
                self._limit = int(most[:6])

    def lower(self) -> None:
        """The engine said that there are too many."""
        with self._changed:
            self._limit = max(1, min(self._limit, self._active) - 1)


class Client:
    """One account at one address."""

    def __init__(self, *, base_url: str, api_key: str, slots: Slots) -> None:
        self._base_url = base_url.rstrip("/")
        self._slots = slots
        self._http = httpx.Client(
            headers={"xi-api-key": api_key},
            timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S),
            follow_redirects=False,
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: str) -> Any:
        """JSON. Raises `EngineError`."""
        return self._json(self._send("GET", path, params=query))

    def text(self, path: str, **query: str) -> str:
        return self._send("GET", path, params=query).text

    def post(
        self, path: str, *, fields: Mapping[str, Any], file: tuple[str, Path]
    ) -> Any:
        """A multipart form with one file. Raises `LostAnswer` when it may have
        arrived, another `EngineError` when it was refused."""
        name, source = file
        with source.open("rb") as content:
            answer = self._send(
                "POST",
                path,
                data=dict(fields),
                files={name: (source.name, content, _TYPES[source.suffix])},
            )
        return self._json(answer)

    def save(self, path: str, target: Path) -> None:
        """Stream an answer's body into a file. Raises `EngineError`."""
        self._save(self._url(path), target)

    def save_url(self, url: str, target: Path) -> None:
        """The same for an address that the engine gave: without the key, and by way
        of the filtering proxy unless it leads back to the engine itself."""
        if urlsplit(url)[:2] == urlsplit(self._base_url)[:2]:
            self._save(url, target)
            return
        limits = EgressLimits(max_bytes=MAX_ANSWER_BYTES, max_seconds=DOWNLOAD_S)
        try:
            with (
                EgressProxy(AllowedHosts(), limits=limits) as proxy,
                open_stream(url, proxy=proxy) as stream,
                target.open("wb") as file,
            ):
                for block in stream:
                    file.write(block)
        except FetchError as error:
            raise PassingEngineError(
                "The dubbed sound could not be fetched.", code="output_unreachable"
            ) from error
        except DomainError as error:
            raise EngineError(
                "The engine named an address that is not fetched from.",
                code="output_refused",
            ) from error

    def _save(self, url: str, target: Path) -> None:
        received = 0
        try:
            with self._http.stream("GET", url) as answer, target.open("wb") as file:
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    self._check(answer)
                    raise PassingEngineError("The engine sent no sound.")
                for block in answer.iter_bytes():
                    received += len(block)
                    if received > MAX_ANSWER_BYTES:
                        raise EngineError("The engine sent too much.", code="too_large")
                    file.write(block)
        except httpx.HTTPError as error:
            raise PassingEngineError(
                "The connection to ElevenLabs broke.", code="connection_lost"
            ) from error

    def _url(self, path: str) -> str:
        return self._base_url + quote(path)

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, self._url(path), **request)
        except httpx.ConnectError as error:
            raise PassingEngineError(
                "ElevenLabs cannot be reached.", code="engine_unreachable"
            ) from error
        except httpx.HTTPError as error:
            kind = LostAnswer if method == "POST" else PassingEngineError
            raise kind("ElevenLabs did not answer.", code="lost_answer") from error
        self._slots.learn(answer.headers)
        self._check(answer, was_post=method == "POST")
        return answer

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        try:
            found = answer.json()
        except ValueError as error:
            raise PassingEngineError(
                "ElevenLabs answered with something else than JSON.",
                code="answer_unreadable",
            ) from error
        if not isinstance(found, dict):
            raise PassingEngineError(
                "ElevenLabs answered with something unexpected.",
                code="answer_unreadable",
            )
        return found

    def _check(self, answer: httpx.Response, *, was_post: bool = False) -> None:
        """Raises what an answer's status and body mean."""
        status = answer.status_code
        if answer.is_success:
            return
        code, message = error_in(answer)
        wait_s = retry_after_s(answer)
        if code in _FATAL_CODES or status in {401, 402, 403}:
            known = "invalid_api_key" if status == 401 else "payment_required"
            name = code if code in _FATAL_CODES else known
            raise FatalEngineError(_FATAL_CODES[name], code=name)
        if status == 404:
            raise Gone(f"ElevenLabs does not know it: {message}")
        if status == 425 or code == "dubbing_not_dubbed":
            raise NotReady("The dub is not ready.", retry_after_s=wait_s)
        if status == 429:
            if code in _SLOT_CODES:
                self._slots.lower()
                raise EngineFull(
                    "All slots of the ElevenLabs account are taken.",
                    code=code,
                    retry_after_s=wait_s,
                )
            raise PassingEngineError(
                "ElevenLabs is busy.", code=code or "rate_limited", retry_after_s=wait_s
            )
        if status >= 500 or status in {408, 409}:
            kind = LostAnswer if was_post and status >= 500 else PassingEngineError
            raise kind(f"ElevenLabs has a problem ({status}).", retry_after_s=wait_s)
        raise EngineError(
            f"ElevenLabs refuses this part: {message or status}",
            code=code or "engine_refused",
        )


def error_in(answer: httpx.Response) -> tuple[str, str]:
    """Code and message of an error in any of the shapes that the API has."""
    try:
        body = answer.json()
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    detail = body.get("detail", body.get("error", ""))
    if isinstance(detail, list):
        first = detail[0] if detail and isinstance(detail[0], dict) else {}
        place = ".".join(str(each) for each in first.get("loc", []))
        return "invalid", f"{place}: {first.get('msg', '')}"[:MAX_MESSAGE]
    if isinstance(detail, dict):
        code = detail.get("code") or detail.get("status") or ""
        return str(code), str(detail.get("message", ""))[:MAX_MESSAGE]
    return str(detail), str(body.get("message", detail))[:MAX_MESSAGE]


def retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds until `Retry-After`, in either of its forms."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
