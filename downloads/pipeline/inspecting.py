"""Finds out what is at an address, once for all who ask at the same time.

Kept under `video:{id}` for an hour; where each format can be fetched from, under
`format:{id}:{format}` for 15 minutes. Refusals are kept too, for a moment.
"""

import logging
import math
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from downloads.pipeline import glancing, means
from downloads.pipeline.thumbnails import thumbnail_of
from downloads.sources.base import Means
from downloads.sources.failures import SourceFailure
from downloads.sources.video import Found, Video
from streamfetch import caching
from streamfetch.egress.errors import FetchError, InvalidUrl, UnsafeUrl
from streamfetch.egress.url import PublicUrl
from streamfetch.storage.workspace import Workspace

logger = logging.getLogger(__name__)

REFUSED_FOR_S = 60
TROUBLED_FOR_S = 5
WAIT_S = means.LOOK_S + means.LOOK_WAIT_S
MAX_CACHED_FORMATS = 60
MAX_BASE_TEXT = 2000
_FOUND: TypeAdapter[Found] = TypeAdapter(Found)
# What of a video all its formats share, and a download needs.
_BASE_FIELDS = frozenset(
    {
        "id",
        "title",
        "ext",
        "extractor",
        "extractor_key",
        "webpage_url",
        "channel",
        "uploader",
        "duration",
        "chapters",
        "http_headers",
        "live_status",
        "is_live",
    }
)


@dataclass(frozen=True)
class Looked:
    """`was_hit`: it was in the cache, for `age_s`. `cache_id` is its name there.
    `is_shared`: everybody sees the same, as nobody's cookies were shown."""

    found: Found
    was_hit: bool
    cache_id: str
    age_s: float = 0.0
    is_shared: bool = True


def look_up(url: PublicUrl, *, owner_id: UUID | None) -> Looked:
    """What is at `url`, as `owner_id` may see it.

    Raises `SourceFailure`, `FetchError`, `InvalidUrl`, `UnsafeUrl`, `Busy`.
    """
    cookies = means.cookies_for(owner_id, url)
    name = means.cache_id(url, owner_id=owner_id, has_cookies=bool(cookies))

    def load() -> tuple[dict[str, Any], int]:
        try:
            found = _look(url, cache_id=name, cookies=cookies)
        except (SourceFailure, FetchError, InvalidUrl, UnsafeUrl) as error:
            return {"refusal": _noted(error)}, _kept_s(error)
        return _kept(found), caching.VIDEO_METADATA_TTL_S

    try:
        value, hit = caching.remember_once(caching.video_key(name), load, wait_s=WAIT_S)
    except TimeoutError as error:
        raise SourceFailure("too_slow") from error
    if "refusal" in value:
        raise _raised(value["refusal"])
    return Looked(
        _FOUND.validate_python(value["found"]),
        hit,
        name,
        age_s=time.time() - value["looked_at"],
        is_shared=not cookies,
    )


def renew(url: PublicUrl) -> None:
    """Look again at what everybody may see; meanwhile the old words are served.

    Raises what `look_up` raises, and leaves what is known as it is then.
    """
    name = means.cache_id(url, owner_id=None, has_cookies=False)
    found = _look(url, cache_id=name, cookies="")
    key = caching.video_key(name)
    caching.replace(key, _kept(found), caching.VIDEO_METADATA_TTL_S)


def age_s(url: PublicUrl) -> float:
    """How old what everybody may see is; infinite when nothing is known."""
    name = means.cache_id(url, owner_id=None, has_cookies=False)
    value = caching.peek(caching.video_key(name))
    if not isinstance(value, dict) or "looked_at" not in value:
        return math.inf
    return time.time() - float(value["looked_at"])


def _kept(found: Found) -> dict[str, Any]:
    return {"found": found.model_dump(mode="json"), "looked_at": time.time()}


def known(url: PublicUrl, *, owner_id: UUID | None) -> Found | None:
    """What the cache knows of an address; nothing is asked of its site."""
    has_cookies = bool(means.cookies_for(owner_id, url))
    name = means.cache_id(url, owner_id=owner_id, has_cookies=has_cookies)
    value = caching.peek(caching.video_key(name))
    if not isinstance(value, dict) or "found" not in value:
        return None
    return _FOUND.validate_python(value["found"])


def ready_formats(cache_id: str, format_ids: list[str]) -> dict[str, Any] | None:
    """yt-dlp's words about these formats, if all are fresh: no new extraction."""
    base: dict[str, Any] = {}
    raws = []
    for format_id in format_ids:
        value = caching.lookup(caching.format_key(cache_id, format_id))
        if value is None:
            return None
        base = value["base"]
        raws.append(value["format"])
    return {**base, "formats": raws} if raws else None


def _look(url: PublicUrl, *, cache_id: str, cookies: str) -> Found:
    address = means.fetched_url(url)
    with Workspace(label="look") as workspace, means.look_proxy() as proxy:
        tools = Means(
            directory=workspace.path,
            proxy=proxy,
            max_bytes=means.LOOK_BYTES,
            deadline_s=means.LOOK_S,
            cookies=cookies,
        )
        found = means.direct().inspect(address, video_id=cache_id, means=tools)
        if isinstance(found, Video):
            glancing.add_details(found, means=tools)
        if found is not None:
            return found
        found, info = means.ytdlp().inspect_raw(address, video_id=cache_id, means=tools)
        if isinstance(found, Video):
            found.thumbnail = thumbnail_of(found, proxy=proxy, workspace=workspace)
            _keep_formats(found, info)
    return found


def _keep_formats(video: Video, info: dict[str, Any]) -> None:
    raws = {raw.get("format_id"): raw for raw in info.get("formats") or []}
    base = {key: value for key, value in info.items() if key in _BASE_FIELDS}
    for one in video.formats[:MAX_CACHED_FORMATS]:
        raw = raws.get(one.format_id)
        # Lists of fragments are long and expire one by one.
        if raw is None or raw.get("is_fragmented"):
            continue
        caching.replace(
            caching.format_key(video.id, one.format_id),
            {"base": base, "format": raw},
            caching.FORMAT_URL_TTL_S,
        )


def _kept_s(error: SourceFailure | FetchError | InvalidUrl | UnsafeUrl) -> int:
    if not error.recoverable:
        return REFUSED_FOR_S
    asked_s = getattr(error, "retry_after_s", None) or 0
    return int(min(REFUSED_FOR_S, max(TROUBLED_FOR_S, asked_s)))


def _noted(
    error: SourceFailure | FetchError | InvalidUrl | UnsafeUrl,
) -> dict[str, Any]:
    return {
        "kind": "source" if isinstance(error, SourceFailure) else "fetch",
        "code": error.code,
        "detail": error.detail,
        "recoverable": error.recoverable,
        "retry_after_s": getattr(error, "retry_after_s", None),
        "http_status": error.http_status,
    }


def _raised(noted: dict[str, Any]) -> SourceFailure | FetchError:
    if noted["kind"] == "source":
        return SourceFailure(
            noted["code"],
            detail=noted["detail"],
            retry_after_s=noted["retry_after_s"],
        )
    error = FetchError(noted["detail"], code=noted["code"])
    error.recoverable = noted["recoverable"]
    error.http_status = noted["http_status"]
    return error
