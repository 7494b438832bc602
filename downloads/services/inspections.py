"""Looking an address up before anything is fetched."""

import contextlib
from typing import Any

from dramatiq.errors import BrokerError
from redis.exceptions import RedisError

from downloads import actors
from downloads.pipeline import inspecting, warming
from downloads.services.downloads import parse_url
from downloads.sources.video import Playlist
from streamfetch.egress.errors import FetchError
from streamfetch.egress.url import PublicUrl
from streamfetch.errors import DomainError

ENTRIES_PER_PAGE = 100


class Unreachable(DomainError):
    """The address did not give what was asked of it; `code` says why."""

    code = "unreachable"
    http_status = 422


def look_up(owner: Any, url: PublicUrl) -> inspecting.Looked:
    """As `pipeline.inspecting` does; raises `Unreachable` instead of `FetchError`.

    What is asked for shortly before it expires is looked up again meanwhile.
    """
    try:
        looked = inspecting.look_up(url, owner_id=owner.pk)
    except FetchError as error:
        # Somebody else's server failed, not this one.
        raise Unreachable(error.detail, code=error.code, field="url") from error
    if looked.is_shared and looked.age_s > warming.RENEWED_AFTER_S:
        # Without a queue it expires as it would have.
        with contextlib.suppress(RedisError, BrokerError, OSError):
            actors.renew_look.send(str(url))
    return looked


def inspect(owner: Any, *, url: str, page: int = 1) -> dict[str, Any]:
    """What is at an address. A list comes in pages of 100 entries.

    Raises `Invalid` naming `url`, `SourceFailure`, `Unreachable`, `Busy`.
    """
    looked = look_up(owner, parse_url(url))
    found = looked.found
    answer: dict[str, Any] = {
        "cache": "HIT" if looked.was_hit else "MISS",
        "kind": found.kind,
        "page": 1,
        "page_count": 1,
    }
    body = found.model_dump(mode="json", exclude={"kind"})
    if isinstance(found, Playlist):
        count = len(found.entries)
        pages = max(1, -(-count // ENTRIES_PER_PAGE))
        page = min(max(1, page), pages)
        start = (page - 1) * ENTRIES_PER_PAGE
        body["entries"] = body["entries"][start : start + ENTRIES_PER_PAGE]
        answer |= {"page": page, "page_count": pages, "entry_total": count}
        return {**answer, "video": None, "playlist": body}
    return {**answer, "entry_total": 0, "video": body, "playlist": None}
