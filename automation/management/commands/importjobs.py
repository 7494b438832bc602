"""Takes job files of the previous system into the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.services.importing import Unreadable, take_over
from streamfetch.accounts.models import User


class Command(BaseCommand):
    help = (
        "Import dubbing jobs from *.json files of the previous system. Safe to "
        "repeat; ends with an error when a file could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument(
            "--owner", default="", help="user name; the local owner by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a directory.")
        owner = self._owner(options["owner"])
        imported = known = 0
        refused = []
        for path in sorted(directory.glob("*.json")):
            try:
                if take_over(owner.pk, path):
                    imported += 1
                else:
                    known += 1
            except Unreadable as error:
                refused.append(f"{path.name}: {error}")
        self.stdout.write(
            f"{imported} imported, {known} were here before, {len(refused)} refused"
        )
        for line in refused:
            self.stderr.write(line)
        if refused:
            raise CommandError(f"{len(refused)} files could not be read.")

    @staticmethod
    def _owner(name: str) -> User:
        if name:
            owner = User.objects.filter(username=name).first()
        else:
            owner = User.objects.filter(is_local_owner=True).first()
        if owner is None:
            raise CommandError("There is no such user; name one with --owner.")
        return owner
