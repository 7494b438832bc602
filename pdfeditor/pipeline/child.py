"""Runs one task on a hostile file in a confined process, and gives its answer.

The parsers abort instead of raising when memory runs out, and a renderer's bug
must not be this process: each task has a process, limits and no network. Task and
answer are files in the workspace; what it prints is progress, a JSON value a line.
"""

import json
import logging
import os
import site
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from streamfetch.errors import DomainError
from streamfetch.ffmpeg import process, sandbox

logger = logging.getLogger(__name__)

_PACKAGE = Path(__file__).resolve().parents[1]
_PROGRAM = Path(__file__).with_name("children") / "main.py"
_MEMORY_BYTES = 1536 * 1024 * 1024
_FILE_BYTES = 1024 * 1024 * 1024
_GRACE_S = 1.0
_TAIL_BYTES = 4000
_LONGEST_LINE = 1_000_000


class Unreadable(DomainError):
    """The file cannot be worked on; `code` says why and is stable."""

    code = "pdf_unreadable"
    http_status = 422


class Cancelled(Exception):
    """The job of this task is not wanted any more."""


def _words(code: str) -> str:
    """What a person is told, by the codes that tasks refuse with."""
    words = {
        "password_required": _("This PDF is locked. Enter its password to open it."),
        "password_wrong": _("This password does not open the PDF. Try another one."),
        "not_a_pdf": _(
            "This file is not a PDF, or too damaged to be repaired. Save it again "
            "with the program it came from."
        ),
        "no_pages": _("This PDF has no pages that could be shown."),
        "too_many_pages": _(
            "This PDF has more than 5,000 pages. Split it, then upload its parts."
        ),
        "no_such_page": _("A page that is asked for does not exist in this file."),
        "invalid_xfdf": _("This is not an XFDF file that can be read."),
        "invalid_image": _("This is not a PNG or JPEG picture that can be read."),
        "image_too_large": _(
            "This picture has more than 50 megapixels. Make it smaller first."
        ),
        "too_complex": _(
            "This PDF is too complex for this server: reading it took more memory or "
            "time than one file may have."
        ),
    }
    return words.get(code, words["too_complex"])


def run(
    task: str,
    *,
    workspace: Path,
    config: dict[str, Any],
    reads: Sequence[Path] = (),
    deadline_s: float,
    memory_bytes: int = _MEMORY_BYTES,
    on_line: Callable[[Any], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Any:
    """Run `task` with `config` and return its answer.

    Files of the config lie in `workspace` (writable) or are named in `reads`.
    Raises `Unreadable` with a code and words, and `Cancelled`.
    """
    workspace = workspace.resolve()
    name = f"{task}-{time.monotonic_ns()}"
    config_path, answer_path = workspace / f"{name}.json", workspace / f"{name}.answer"
    descriptor = os.open(config_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({**config, "answer": str(answer_path)}, file)
    limits = sandbox.Limits(
        memory_bytes=memory_bytes,
        cpu_s=max(2, int(deadline_s) + 1),
        file_bytes=_FILE_BYTES,
        nice=0,
    )
    argv = sandbox.confined(
        [sys.executable, "-I", "-B", str(_PROGRAM), task, str(config_path)],
        limits=limits,
        reads=reads,
        program_reads=_python_reads(),
        workspace=workspace,
    )
    try:
        _run(argv, workspace, deadline_s, on_line, should_stop)
        answer = json.loads(answer_path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unreadable(_words("too_complex"), code="too_complex") from error
    finally:
        config_path.unlink(missing_ok=True)
        answer_path.unlink(missing_ok=True)
    if "refused" in answer:
        refused = answer["refused"]
        raise Unreadable(
            refused.get("detail") or _words(refused["code"]), code=refused["code"]
        )
    return answer["result"]


def _run(
    argv: list[str],
    workspace: Path,
    deadline_s: float,
    on_line: Callable[[Any], None] | None,
    should_stop: Callable[[], bool] | None,
) -> None:
    give_up = time.monotonic() + deadline_s
    pending, tail = bytearray(), bytearray()

    def on_stdout(data: bytes) -> None:
        if on_line is None:
            return
        pending.extend(data)
        while (end := pending.find(b"\n")) >= 0:
            line = bytes(pending[:end])
            del pending[: end + 1]
            on_line(json.loads(line))
        del pending[_LONGEST_LINE:]

    def on_stderr(data: bytes) -> None:
        tail.extend(data)
        del tail[:-_TAIL_BYTES]

    def tick() -> None:
        if should_stop is not None and should_stop():
            raise Cancelled
        if time.monotonic() > give_up:
            raise Unreadable(_words("too_complex"), code="too_complex")

    env = sandbox.environment(home=workspace)
    with process.group(argv, cwd=workspace, env=env, grace_s=_GRACE_S) as child:
        process.pump(child, on_stdout=on_stdout, on_stderr=on_stderr, tick=tick)
    if child.returncode != os.EX_OK:
        # Never shown to people: it may quote the file.
        logger.warning("A task ended with %s: %s", child.returncode, bytes(tail))


@cache
def _python_reads() -> list[Path]:
    """What the interpreter and the tasks need, no settings and no secrets."""
    executable = Path(os.path.realpath(sys.executable))
    packages = [Path(path) for path in site.getsitepackages()]
    found = [Path(sys.prefix), Path(sys.base_prefix), *packages, _PACKAGE, executable]
    return [path for path in found if path.exists()]
