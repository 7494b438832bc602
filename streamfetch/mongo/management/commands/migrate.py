"""Django's `migrate`, with all the time that an index on a large collection takes."""

from typing import Any

import pymongo
from django.core.management.commands import migrate


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # Zero: without the few seconds that an operation has elsewhere.
        with pymongo.timeout(0):
            super().handle(*args, **options)
