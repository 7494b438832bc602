"""What of a process's output people see, and what only the log keeps."""

import io
import os
from contextlib import suppress
from pathlib import Path

from streamfetch.embedded.console import ChildOutput, Console


def show(tmp_path: Path, *chunks: bytes, last_words: bool = False) -> str:
    stream = io.StringIO()
    output = ChildOutput(
        "web",
        log_path=tmp_path / "web.log",
        console=Console(stream=stream),
        verbose=False,
    )
    for chunk in chunks:
        output.feed(chunk)
    if last_words:
        output.last_words()
    output.close()
    return stream.getvalue()


def test_only_warnings_and_errors_are_shown(tmp_path: Path) -> None:
    shown = show(tmp_path, b"INFO: started\nWARN", b"ING: slow query\nGET / 200\n")
    assert shown == "          web | WARNING: slow query\n"
    log = (tmp_path / "web.log").read_text()
    assert log == "INFO: started\nWARNING: slow query\nGET / 200\n"


def test_of_a_traceback_the_exception_is_shown(tmp_path: Path) -> None:
    shown = show(
        tmp_path,
        b"ERROR: job failed\nTraceback (most recent call last):\n",
        b'  File "a.py", line 1\n    raise ERROR\nValueError: no\nINFO: next\n',
    )
    assert shown.splitlines() == [
        "          web | ERROR: job failed",
        "          web | ValueError: no",
    ]


def test_the_end_is_shown_when_it_died(tmp_path: Path) -> None:
    lines = b"".join(b"line %d\n" % number for number in range(20))
    shown = show(tmp_path, lines + b"cannot import", last_words=True)
    assert "line 19" in shown
    assert "line 11" not in shown
    assert (tmp_path / "web.log").read_text().endswith("cannot import\n")


def test_terminal_control_characters_are_defused(tmp_path: Path) -> None:
    shown = show(tmp_path, b"ERROR: \x1b]0;title\x07 \xff\n")
    assert shown == "          web | ERROR: ?]0;title? \N{REPLACEMENT CHARACTER}\n"


def test_an_endless_line_does_not_fill_the_memory(tmp_path: Path) -> None:
    show(tmp_path, *[b"x" * 50_000] * 4)
    assert max(map(len, (tmp_path / "web.log").read_text().split())) == 100_000


def test_a_closed_terminal_is_no_reason_to_fail() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), open(writer, "w") as stream:
        Console(stream=stream).problem("nobody reads this")
