"""Finds processes by what stands in their command line."""

import time
from pathlib import Path


def mentioning(text: str) -> list[int]:
    """Return the ids of running processes whose arguments contain `text`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in arguments:
            found.append(int(entry.name))
    return found


def gone_within(text: str, seconds: float) -> bool:
    """Wait until no process mentions `text`; False when some still do."""
    give_up = time.monotonic() + seconds
    while mentioning(text):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True
