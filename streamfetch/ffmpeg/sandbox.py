"""Builds the prefix that confines a media program: limits, isolation, its death.

With a working bubblewrap the program sees system libraries, the files it was
given and its workspace, no network and no other process, and dies with us.
Without it `setpriv --pdeathsig` keeps the last promise. Both are plain
executables in front of the program: code between fork and exec is unsafe in a
threaded worker, and a Python launcher would cost more than the sandbox.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Isolation = Literal["bwrap", "pdeathsig", "none"]

_CPU_GRACE_S = 5
_TOOL_PATH = "/usr/local/bin:/usr/bin:/bin"
_SYSTEM_READS = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix/store",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/var/cache/fontconfig",
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Resource limits of one process; each is enforced by the kernel."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    nice: int = 5


def isolation(program: Path, *, reads: Sequence[Path] = ()) -> Isolation:
    """Return how `program` is confined on this machine (tested once)."""
    if _runs_in_bwrap(program, tuple(reads)):
        return "bwrap"
    return "pdeathsig" if _tool("setpriv") else "none"


def confined(
    argv: Sequence[str],
    *,
    limits: Limits,
    reads: Iterable[Path] = (),
    program_reads: Sequence[Path] = (),
    workspace: Path | None = None,
) -> list[str]:
    """Return `argv` behind limits and the best isolation this machine has.

    `argv[0]` is an absolute path. `reads` are shown read-only, `program_reads`
    are what the program itself needs beside the system's libraries, and
    `workspace` is the one writable directory and the working directory.
    """
    program = Path(argv[0])
    prefix = _limits_prefix(limits)
    match isolation(program, reads=program_reads):
        case "bwrap":
            shown = [program, *program_reads, *reads]
            prefix += _bwrap_prefix(shown, workspace=workspace)
        case "pdeathsig":
            prefix += [_tool("setpriv") or "setpriv", "--pdeathsig", "KILL", "--"]
        case "none":
            pass
    return [*prefix, *argv]


def leashed(argv: Sequence[str], *, file_bytes: int) -> list[str]:
    """Return `argv` so that it ends with us and writes no file beyond a size.

    For programs that need the network: they are not isolated.
    """
    prefix = []
    if prlimit := _tool("prlimit"):
        prefix += [prlimit, f"--fsize={file_bytes}", "--core=0", "--"]
    if setpriv := _tool("setpriv"):
        prefix += [setpriv, "--pdeathsig", "KILL", "--"]
    return [*prefix, *argv]


@cache
def _tool(name: str) -> str | None:
    return shutil.which(name, path=_TOOL_PATH)


def environment(*, home: Path | None = None) -> dict[str, str]:
    """Return the whole environment of a confined program: no secret is in it."""
    home_dir = str(home or "/nonexistent")
    return {
        "PATH": _TOOL_PATH,
        "LC_ALL": "C.UTF-8",
        "HOME": home_dir,
        "TMPDIR": home_dir,
    }


def _limits_prefix(limits: Limits) -> list[str]:
    prefix = []
    if limits.nice and (nice := _tool("nice")):
        prefix += [nice, "-n", str(limits.nice)]
    if prlimit := _tool("prlimit"):
        prefix += [
            prlimit,
            f"--as={limits.memory_bytes}",
            # At the soft limit FFmpeg is told and says so; at the hard one killed.
            f"--cpu={limits.cpu_s}:{limits.cpu_s + _CPU_GRACE_S}",
            f"--fsize={limits.file_bytes}",
            "--core=0",
            "--",
        ]
    return prefix


def _bwrap_prefix(reads: Iterable[Path], *, workspace: Path | None) -> list[str]:
    prefix = [_tool("bwrap") or "bwrap"]
    prefix += ["--unshare-net", "--unshare-pid", "--unshare-ipc"]
    prefix += ["--die-with-parent", "--cap-drop", "ALL", "--dev", "/dev"]
    for directory in _SYSTEM_READS:
        prefix += ["--ro-bind-try", directory, directory]
    for path in dict.fromkeys(reads):
        prefix += ["--ro-bind", str(path), str(path)]
    if workspace is not None:
        prefix += ["--bind", str(workspace), str(workspace)]
        prefix += ["--chdir", str(workspace)]
    return [*prefix, "--remount-ro", "/", "--"]


@cache
def _runs_in_bwrap(program: Path, reads: tuple[Path, ...]) -> bool:
    """Say whether `program -h` runs confined: containers often forbid namespaces."""
    if _tool("bwrap") is None:
        return False
    argv = [*_bwrap_prefix([program, *reads], workspace=None), str(program), "-h"]
    try:
        tried = subprocess.run(
            argv,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == os.EX_OK
