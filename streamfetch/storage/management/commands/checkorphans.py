"""Finds files that no document owns, and documents whose file is not there."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from streamfetch.errors import DomainError
from streamfetch.storage import orphans
from streamfetch.storage.owners import collections


class Command(BaseCommand):
    help = (
        "Compare storage with the database, both ways: files without a document, "
        "and documents without their file. Fails when something is left to do."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--delete",
            action="store_true",
            help="Delete files without a document that are older than a day.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            left, freed_bytes = self._files(delete=options["delete"])
            lost = self._documents()
        except DomainError as error:
            raise CommandError(error.detail) from error
        if options["delete"]:
            self.stdout.write(f"Freed {freed_bytes:,} bytes.")
        if left or lost:
            raise CommandError(
                f"{left} files without a document (--delete removes them), {lost} "
                "documents without their file (restore it from a backup, "
                "process the asset again, or delete the document)."
            )
        self.stdout.write(self.style.SUCCESS("Storage and database agree."))

    def _files(self, *, delete: bool) -> tuple[int, int]:
        """How many could be deleted and were not, and how many bytes were freed."""
        left = freed_bytes = 0
        for collection in collections():
            for orphan in orphans.ownerless(collection):
                if orphan.modified_at is None:
                    continue
                if not orphan.is_deletable:
                    fate = "younger than a day, its document may be on its way"
                elif delete:
                    orphans.delete(orphan)
                    freed_bytes += orphan.stored.size_bytes
                    fate = "deleted"
                else:
                    left += 1
                    fate = "deletable"
                self.stdout.write(
                    f"file without a document: {orphan.stored.key} "
                    f"({orphan.stored.size_bytes:,} bytes, "
                    f"{orphan.modified_at:%Y-%m-%d %H:%M}; {fate})"
                )
        return left, freed_bytes

    def _documents(self) -> int:
        count = 0
        for collection in collections():
            for wanted in orphans.missing(collection):
                count += 1
                self.stdout.write(
                    f"document without its file: {wanted.document} ({wanted.key})"
                )
        return count
