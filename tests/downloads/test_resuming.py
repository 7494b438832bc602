"""A plain file that is cut is gone on with, and ends with the same bytes."""

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest

from downloads.sources.base import Fetched, Means, Received, Wanted
from downloads.sources.direct import DirectSource
from downloads.sources.failures import SourceFailure
from streamfetch.egress.errors import TooLarge, Truncated
from tests.downloads.shelf import Shelf, serving

MEBIBYTE = 1024 * 1024
CONTENT = random.Random(5).randbytes(6 * MEBIBYTE)  # noqa: S311
FILES = {"/video.mp4": ("video/mp4", CONTENT)}


def fetch(url: str, tools: Means, told: list[Received] | None = None) -> Fetched:
    fetched = DirectSource().fetch(
        Wanted(url=url),
        means=tools,
        on_received=(told if told is not None else []).append,
        on_found=lambda _found: None,
    )
    assert fetched is not None
    return fetched


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


WHOLE = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_resends_less_than_a_mebibyte(tools: Means, share: float) -> None:
    with serving(FILES, cuts=[share]) as shelf:
        fetched = fetch(shelf.url("/video.mp4"), tools)
    assert digest(fetched.paths[0]) == WHOLE
    assert len(shelf.asked) == 2
    assert shelf.sent_bytes - len(CONTENT) <= MEBIBYTE


def test_many_cuts_in_one_file(tools: Means) -> None:
    told: list[Received] = []
    with serving(FILES, cuts=[0.1, 0.5, 0.9]) as shelf:
        fetched = fetch(shelf.url("/video.mp4"), tools, told)
    assert digest(fetched.paths[0]) == WHOLE
    assert len(shelf.asked) == 4
    assert told[-1].bytes_downloaded == told[-1].total_bytes == len(CONTENT)


def test_another_run_goes_on_where_the_first_one_died(tools: Means) -> None:
    stopping = replace(tools, should_stop=lambda: True)
    with serving(FILES, cuts=[0.5]) as shelf:
        with pytest.raises(Truncated):
            fetch(shelf.url("/video.mp4"), stopping)
        kept = (tools.directory / "part-0.partial").stat().st_size
        assert kept == len(CONTENT) // 2
        fetched = fetch(shelf.url("/video.mp4"), tools)
    assert shelf.asked[-1] == ("/video.mp4", f"bytes={kept}-")
    assert digest(fetched.paths[0]) == WHOLE
    assert shelf.sent_bytes == len(CONTENT)


def test_a_whole_file_is_not_asked_for_again(tools: Means) -> None:
    with serving(FILES) as shelf:
        fetch(shelf.url("/video.mp4"), tools)
        fetch(shelf.url("/video.mp4"), tools)
    assert len(shelf.asked) == 1


def test_a_file_that_changed_is_fetched_anew(tools: Means) -> None:
    stopping = replace(tools, should_stop=lambda: True)
    with serving(FILES, cuts=[0.5]) as shelf:
        with pytest.raises(Truncated):
            fetch(shelf.url("/video.mp4"), stopping)
        other = bytes(reversed(CONTENT))
        shelf.files = {"/video.mp4": ("video/mp4", other)}
        shelf.etag = '"2"'
        fetched = fetch(shelf.url("/video.mp4"), tools)
    assert fetched.paths[0].read_bytes() == other


def test_a_site_without_ranges_begins_again(tools: Means) -> None:
    stopping = replace(tools, should_stop=lambda: True)
    with serving(FILES, cuts=[0.5], has_ranges=False) as shelf:
        with pytest.raises(Truncated):
            fetch(shelf.url("/video.mp4"), stopping)
        fetched = fetch(shelf.url("/video.mp4"), tools)
    assert digest(fetched.paths[0]) == WHOLE


def test_a_site_that_promises_more_than_it_has_is_given_up(tools: Means) -> None:
    with (
        serving(FILES, lies_by_bytes=1000, has_ranges=False) as shelf,
        pytest.raises(Truncated),
    ):
        fetch(shelf.url("/video.mp4"), tools)
    assert len(shelf.asked) <= 3


def test_the_limit_counts_what_is_there_already(tools: Means) -> None:
    small = replace(tools, max_bytes=len(CONTENT) - 1)
    stopping = replace(tools, should_stop=lambda: True)
    with serving(FILES, cuts=[0.5]) as shelf:
        with pytest.raises(Truncated):
            fetch(shelf.url("/video.mp4"), stopping)
        with pytest.raises(TooLarge):
            fetch(shelf.url("/video.mp4"), small)


@pytest.mark.parametrize(
    ("status", "headers", "code", "wait_s"),
    [
        (404, {}, "removed", None),
        (410, {}, "removed", None),
        (429, {"Retry-After": "90"}, "rate_limited", 90.0),
        (451, {}, "geo_blocked", None),
        (503, {"Retry-After": "7"}, "site_failed", 7.0),
    ],
)
def test_refusals_of_a_site(
    tools: Means,
    *,
    status: int,
    headers: dict[str, str],
    code: str,
    wait_s: float | None,
) -> None:
    with (
        serving({}, refusals={"/video.mp4": (status, headers)}) as shelf,
        pytest.raises(SourceFailure) as raised,
    ):
        fetch(shelf.url("/video.mp4"), tools)
    assert (raised.value.code, raised.value.retry_after_s) == (code, wait_s)
    assert raised.value.recoverable == (code in {"rate_limited", "site_failed"})


def test_a_page_is_left_to_another_source(tools: Means) -> None:
    def at(shelf: Shelf, path: str) -> Fetched | None:
        return DirectSource().fetch(
            Wanted(url=shelf.url(path)),
            means=tools,
            on_received=lambda _received: None,
            on_found=lambda _found: None,
        )

    files = {
        "/page": ("text/html", b"<!doctype html><title>x</title>"),
        "/list": ("application/octet-stream", b"#EXTM3U\n#EXT-X-VERSION:3\n"),
        "/manifest": ("application/dash+xml", b"<?xml version='1.0'?><MPD/>"),
    }
    with serving(files, refusals={"/secret": (403, {})}) as shelf:
        for path in (*files, "/secret"):
            assert at(shelf, path) is None
    assert list(tools.directory.iterdir()) == []
