"""Range, If-Range and If-None-Match headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.storage.http_ranges import (
    Slice,
    Unsatisfiable,
    asked_slice,
    is_unchanged,
    range_applies,
)

DATE = "Sat, 21 Nov 2026 00:00:00 GMT"
DATE_S = 1795219200


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", Slice(0, 100)),
        ("bytes=0-0", Slice(0, 1)),
        ("bytes=10-19", Slice(10, 20)),
        ("bytes=90-500", Slice(90, 100)),
        ("bytes=-10", Slice(90, 100)),
        ("bytes=-1000", Slice(0, 100)),
        # Not understood: the whole file, as the RFC allows.
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "0-," * 10_000 + "1-", None),
        ("bytes=" + "9" * 30 + "-", None),
        ("bytes=\u0661-", None),
    ],
)
def test_asked_slice(header: str | None, expected: Slice | None) -> None:
    assert asked_slice(header, size_bytes=100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_outside_of_the_file(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_slice(header, size_bytes=100)


def test_an_empty_file_has_no_ranges() -> None:
    with pytest.raises(Unsatisfiable):
        asked_slice("bytes=0-", size_bytes=0)
    assert asked_slice(None, size_bytes=0) is None


@given(st.text(max_size=40), st.integers(0, 1000))
def test_no_header_leads_outside(tail: str, size_bytes: int) -> None:
    try:
        part = asked_slice("bytes=" + tail, size_bytes=size_bytes)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size_bytes


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "expected"),
    [
        ('"a"', None, True),
        ('W/"a"', None, True),
        ('"x", "a"', None, True),
        ("*", None, True),
        ('"x"', None, False),
        ('"x"', DATE, False),
        (None, DATE, True),
        (None, "Sat, 21 Nov 2020 00:00:00 GMT", False),
        (None, "nonsense", False),
        (None, None, False),
    ],
)
def test_unchanged(if_none_match, if_modified_since, expected: bool) -> None:
    unchanged = is_unchanged(
        if_none_match=if_none_match,
        if_modified_since=if_modified_since,
        etag='"a"',
        modified_s=DATE_S,
    )
    assert unchanged is expected


@pytest.mark.parametrize(
    ("if_range", "expected"),
    [
        (None, True),
        ('"a"', True),
        ('W/"a"', False),
        ('"b"', False),
        (DATE, True),
        ("Sat, 21 Nov 2026 00:00:01 GMT", False),
        ("nonsense", False),
    ],
)
def test_if_range(if_range: str | None, expected: bool) -> None:
    applies = range_applies(if_range, etag='"a"', modified_s=DATE_S)
    assert applies is expected
