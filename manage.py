#!/usr/bin/env python3
"""Django's command line for StreamFetch."""

import contextlib
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from streamfetch.embedded.attach import attached
from streamfetch.embedded.errors import EmbeddedError

# These need the database; with `script/server` running they use its services.
ATTACHED_COMMANDS = {
    "changepassword",
    "createsuperuser",
    "dbshell",
    "demo",
    "migrate",
    "shell",
    "showmigrations",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamfetch.settings")
    needs_services = len(sys.argv) > 1 and sys.argv[1] in ATTACHED_COMMANDS
    root = Path(__file__).resolve().parent
    with attached(root) if needs_services else contextlib.nullcontext():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except EmbeddedError as error:
        sys.exit(str(error))
