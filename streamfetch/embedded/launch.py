"""Becomes another program that the kernel stops when its parent dies.

Run as `python -I -S launch.py PARENT_PID PROGRAM ARGUMENT…`. A program of its own
because running Python between fork and exec can deadlock a threaded parent.
Must import nothing of the project.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for SIGTERM at the parent's death, then exec the program."""
    parent_pid, *argv = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have died before the request above took hold.
    if os.getppid() != int(parent_pid):
        sys.exit(1)
    try:
        os.execvp(argv[0], argv)  # noqa: S606
    except OSError as error:
        sys.exit(f"{argv[0]}: {error.strerror}")


main()
