"""Times every database operation. Must not import Django: settings load it first."""

import logging

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from streamfetch.metrics import QUERY_SECONDS

logger = logging.getLogger(__name__)

_QUIET = {"hello", "ping", "endSessions", "getMore"}


class CommandTimer(CommandListener):
    """Logs each operation at debug level and the slow ones as warnings."""

    def __init__(self, *, slow_query_ms: int) -> None:
        self._slow_query_ms = slow_query_ms
        self._collections: dict[int, str] = {}

    def started(self, event: CommandStartedEvent) -> None:
        # The collection's name stands in the started event only.
        target = event.command.get(event.command_name)
        if isinstance(target, str):
            self._collections[event.request_id] = target

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._report(event, outcome="ok")

    def failed(self, event: CommandFailedEvent) -> None:
        self._report(event, outcome="failed")

    def _report(
        self, event: CommandSucceededEvent | CommandFailedEvent, *, outcome: str
    ) -> None:
        collection = self._collections.pop(event.request_id, "")
        if event.command_name in _QUIET:
            return
        duration_ms = event.duration_micros / 1000
        QUERY_SECONDS.labels(command=event.command_name).observe(duration_ms / 1000)
        slow = duration_ms >= self._slow_query_ms
        logger.log(
            logging.WARNING if slow else logging.DEBUG,
            "%s%s %s %s in %.1f ms",
            "slow: " if slow else "",
            event.command_name,
            collection,
            outcome,
            duration_ms,
        )
