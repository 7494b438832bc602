"""What people see in the terminal, and what goes to the logs instead."""

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TextIO

from streamfetch.embedded.directory import MAX_LOG_BYTES

_IMPORTANT = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL)\b")
_TRACEBACK = "Traceback (most recent call last)"
_LAST_LINES = 8
_MAX_LINE_BYTES = 64 * 1024
_DIM, _RED, _BOLD, _RESET = "\x1b[2m", "\x1b[31m", "\x1b[1m", "\x1b[0m"


class Console:
    """Writes lines to the terminal; a closed terminal is no reason to fail."""

    def __init__(self, *, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str) -> None:
        """One line about what is going on."""
        self._write(text)

    def strong(self, text: str) -> None:
        """The line that people wait for."""
        self._write(self._paint(text, colour=_BOLD))

    def problem(self, text: str) -> None:
        """One line that says what is wrong and what to do."""
        self._write(self._paint(text, colour=_RED))

    def of_child(self, name: str, text: str) -> None:
        """A line that a process printed."""
        self._write(f"{self._paint(f'{name:>13} |', colour=_DIM)} {text}")

    def _paint(self, text: str, *, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._coloured else text

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._coloured = False


class ChildOutput:
    """Splits what one process prints into lines: all to its log, some to people.

    Shown are warnings, errors, and of a traceback the exception.
    """

    def __init__(
        self, name: str, *, log_path: Path, console: Console, verbose: bool
    ) -> None:
        self._name = name
        self._log_path = log_path
        self._log = log_path.open("ab", buffering=0)
        self._console = console
        self._verbose = verbose
        self._rest = b""
        self._in_traceback = False
        # What was not shown of the last lines, for the case that it dies.
        self._unseen: list[str] = []

    def feed(self, data: bytes) -> None:
        """Take bytes as they were read from the process."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MAX_LINE_BYTES:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._line(line)
        # A full disk costs lines of the log, not the server.
        with contextlib.suppress(OSError):
            self._log.write(b"".join(line + b"\n" for line in lines))
            if self._log.tell() > MAX_LOG_BYTES:
                self._log.close()
                self._log_path.replace(self._log_path.with_suffix(".log.1"))
                self._log = self._log_path.open("ab", buffering=0)

    def last_words(self) -> None:
        """Show the end of what it said: it died, and the reason may be there."""
        for text in self._unseen:
            self._console.of_child(self._name, text)
        self._unseen = []

    def close(self) -> None:
        """Write what came without a line end, and close the log."""
        if self._rest:
            self.feed(b"\n")
        self._log.close()

    def _line(self, line: bytes) -> None:
        # Control characters could rewrite what the terminal shows.
        text = line.decode(errors="replace").rstrip()
        text = "".join(c if c.isprintable() or c == "\t" else "?" for c in text)
        if not text:
            return
        if self._verbose or self._is_important(text):
            self._console.of_child(self._name, text)
        else:
            self._unseen = [*self._unseen[1 - _LAST_LINES :], text]

    def _is_important(self, text: str) -> bool:
        if self._in_traceback:
            # The first line that is not indented names the exception.
            self._in_traceback = text[0].isspace()
            return not self._in_traceback
        self._in_traceback = text.startswith(_TRACEBACK)
        return _IMPORTANT.search(text) is not None
