"""Names of downloads."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.storage.disposition import attachment, safe_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("film.mp4", 'attachment; filename="film.mp4"'),
        ("a b.mp4", 'attachment; filename="a b.mp4"'),
        (
            'a "b".mp4',
            "attachment; filename=\"a _b_.mp4\"; filename*=UTF-8''a%20%22b%22.mp4",
        ),
        (
            "Füße.mp4",
            "attachment; filename=\"Fu_e.mp4\"; filename*=UTF-8''F%C3%BC%C3%9Fe.mp4",
        ),
        (
            "🎬.mp4",
            "attachment; filename=\"_.mp4\"; filename*=UTF-8''%F0%9F%8E%AC.mp4",
        ),
        (
            "100%.mp4",
            "attachment; filename=\"100_.mp4\"; filename*=UTF-8''100%25.mp4",
        ),
    ],
)
def test_headers(name: str, expected: str) -> None:
    assert attachment(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "download"),
        ("...", "download"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x.mp4", "C__x.mp4"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x.mp4", "aSet-Cookie_ x.mp4"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\x00b.mp4", "ab.mp4"),
        ("👨‍👩‍👧.mp4", "👨‍👩‍👧.mp4"),
        ("x" * 500 + ".mp4", "x" * 176 + ".mp4"),
        ("🎬" * 100 + ".mp4", "🎬" * 44 + ".mp4"),
        ("\ud800.mp4", "mp4"),
    ],
)
def test_names(name: str, expected: str) -> None:
    assert safe_name(name) == expected


@given(st.text(max_size=400))
def test_any_name_makes_one_ascii_header(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    plain, _semicolon, encoded = header.partition("; filename*=UTF-8''")
    quoted = plain.removeprefix('attachment; filename="').removesuffix('"')
    assert '"' not in quoted
    assert (unquote(encoded) if encoded else quoted) == safe_name(name)
    assert 0 < len(safe_name(name).encode()) <= 190
    assert "/" not in safe_name(name)
