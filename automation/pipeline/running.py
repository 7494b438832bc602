"""The stages of a dubbing job, one after the other; each is safe to run twice."""

from typing import Any

from automation.models import AutomationJob
from streamfetch.errors import DomainError
from streamfetch.jobs.running import Run


def dub(run: Run[AutomationJob]) -> dict[str, Any]:
    """The work of an `AutomationJob`."""
    raise DomainError("Dubbing is not switched on yet.", code="not_available")
