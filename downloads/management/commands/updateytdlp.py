"""manage.py updateytdlp: a newer reader of sites, without a new release of ours."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from downloads.services import reader, updates
from streamfetch.errors import DomainError

PIP_TIMEOUT_S = 600


class Command(BaseCommand):
    help = (
        "Installs a newer yt-dlp into the data directory, tries it on a page on this "
        "machine, and takes it into use only if that works."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--version-wanted", default="", help="such as 2026.8.19")
        parser.add_argument(
            "--wheels",
            type=Path,
            help="a folder of wheels to install from, on a server without network",
        )
        parser.add_argument(
            "--roll-back",
            action="store_true",
            help="use the yt-dlp that came with this release again",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        before = reader.version()
        if options["roll_back"]:
            updates.roll_back()
            self.stdout.write(f"In use: yt-dlp {reader.version()} (was {before})")
            return

        def install(folder: Path) -> None:
            _pip(folder, version=options["version_wanted"], wheels=options["wheels"])

        try:
            version = updates.update(install)
        except DomainError as error:
            raise CommandError(
                f"{error.detail} Still in use: yt-dlp {before}."
            ) from error
        self.stdout.write(f"In use: yt-dlp {version} (was {before})")


def _pip(folder: Path, *, version: str, wheels: Path | None) -> None:
    wanted = f"yt-dlp[default]=={version}" if version else "yt-dlp[default]"
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
    argv += ["--disable-pip-version-check", "--only-binary", ":all:"]
    argv += ["--target", str(folder)]
    if wheels is not None:
        argv += ["--no-index", "--find-links", str(wheels)]
    try:
        done = subprocess.run(
            [*argv, wanted],
            capture_output=True,
            text=True,
            timeout=PIP_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError("pip did not end within ten minutes.") from error
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise CommandError(f"pip could not install yt-dlp: {reason[0]}")
