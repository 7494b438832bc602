"""Which bytes of a file an HTTP request asks for (RFC 9110, sections 13 and 14).

Pure: header values in, numbers out.
"""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)


class Unsatisfiable(Exception):
    """The asked range lies outside of the file (416)."""


@dataclass(frozen=True)
class Slice:
    """Bytes `start` to `end` (exclusive) of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def asked_slice(header: str | None, *, size_bytes: int) -> Slice | None:
    """The one range that is asked for; None means the whole file.

    Several ranges and malformed ones are ignored, as the RFC allows: no player needs
    them, and lists of thousands of ranges are an attack. Raises `Unsatisfiable`.
    """
    match = _ONE_RANGE.fullmatch(header) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start = int(first)
        end = min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    if start >= size_bytes or start >= end:
        raise Unsatisfiable
    return Slice(start, end)


def is_unchanged(
    *,
    if_none_match: str | None,
    if_modified_since: str | None,
    etag: str,
    modified_s: int,
) -> bool:
    """Whether the client's copy is still good (304)."""
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in tags or etag in tags
    date_s = _seconds(if_modified_since)
    return date_s is not None and modified_s <= date_s


def range_applies(if_range: str | None, *, etag: str, modified_s: int) -> bool:
    """Whether a range may be served: the client's earlier bytes are of this file."""
    if if_range is None:
        return True
    value = if_range.strip()
    # A weak tag never matches here.
    return value == etag if '"' in value else _seconds(value) == modified_s


def _seconds(date: str | None) -> int | None:
    if not date:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None
