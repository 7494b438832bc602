"""The scheduler, with this project's actors."""

from typing import Any

from django.utils.module_loading import autodiscover_modules
from dramatiq_crontab.management.commands import crontab


class Command(crontab.Command):
    help = "Run the scheduler of recurring work; one runs at a time."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **{**options, "no_heartbeat": True})

    def load_tasks(self, options: dict[str, Any]) -> None:
        autodiscover_modules("actors")
