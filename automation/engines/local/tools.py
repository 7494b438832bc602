"""Finds and starts the programs that the local engine stands on."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from automation.engines.base import EngineError, EngineStopped, FatalEngineError, Task
from streamfetch.ffmpeg import process, sandbox

MEMORY_BYTES = 2 * 1024**3
FILE_BYTES = 1024**3
# Apertium's name of each pair that Debian packages for English.
APERTIUM_PAIRS = {"es": "eng-spa", "ca": "eng-cat", "gl": "en-gl"}


@cache
def program(name: str) -> Path | None:
    found = shutil.which(name, path="/usr/local/bin:/usr/bin:/bin")
    return Path(found) if found else None


@cache
def apertium_targets() -> dict[str, str]:
    """Target languages for which an English pair is installed, by pair name."""
    apertium = program("apertium")
    if apertium is None:
        return {}
    listed = subprocess.run(
        [str(apertium), "-l"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env=sandbox.environment(),
    )
    modes = set(listed.stdout.split())
    return {code: pair for code, pair in APERTIUM_PAIRS.items() if pair in modes}


def run(
    argv: Sequence[str],
    *,
    task: Task,
    timeout_s: float,
    reads: Sequence[Path] = (),
    program_reads: Sequence[Path] = (),
) -> bytes:
    """Run one program confined to the task's directory; returns what it printed.

    Raises `EngineError`, and `EngineStopped` when the task is stopped before.
    """
    if task.should_stop():
        raise EngineStopped
    limits = sandbox.Limits(
        memory_bytes=MEMORY_BYTES,
        cpu_s=int(timeout_s) + 1,
        file_bytes=FILE_BYTES,
        nice=5,
    )
    confined = sandbox.confined(
        argv,
        limits=limits,
        reads=reads,
        program_reads=program_reads,
        workspace=task.directory,
    )
    name = Path(argv[0]).name
    try:
        done = process.capture(
            confined,
            timeout_s=timeout_s,
            env=sandbox.environment(home=task.directory),
            max_bytes=4_000_000,
        )
    except process.OutOfTime as error:
        raise EngineError(
            f"{name} took too long for this part. Try shorter chunks.",
            code="local_timeout",
        ) from error
    if done.returncode:
        tail = done.stderr[-300:].decode(errors="replace").strip()
        task.tell("warning", f"{name} ended with {done.returncode}: {tail}")
        raise EngineError(
            f"{name} could not work on this part. Its words are in the log.",
            code="local_tool_failed",
        )
    return done.stdout


def required(name: str) -> Path:
    found = program(name)
    if found is None:
        raise FatalEngineError(
            f"{name} is not installed on this server. Its operator can add it with "
            f"the system's package manager (Debian: apt-get install {name}).",
            code="local_tool_missing",
        )
    return found
