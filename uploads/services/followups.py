"""What can be started with an asset that has just come in.

Apps above the library register what they offer, so that those who bring assets in
can start it without knowing them.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from streamfetch.errors import Invalid
from uploads.models import Asset

# Given the owner's id and the asset: starts the work, safe to repeat, and gives the
# address of the page where it goes on.
Start = Callable[[Any, Asset], str]

_starts: dict[str, Start] = {}


def register(name: str, start: Start) -> None:
    """Offer `name`, such as "project", as a way to go on with an asset."""
    _starts[name] = start


def known() -> list[str]:
    """The names that `run` accepts, in order."""
    return sorted(_starts)


def check(name: str) -> None:
    """Raises `Invalid` naming `then` when nothing of this name is offered."""
    if name not in _starts:
        raise Invalid(
            _("“%(name)s” is not something to go on with. Choose one of: %(known)s.")
            % {"name": name, "known": ", ".join(known())},
            code="unknown_followup",
            field="then",
        )


def run(name: str, owner_id: Any, asset: Asset) -> str:
    """Start `name` with `asset`. Raises `Invalid` for an unknown name."""
    check(name)
    return _starts[name](owner_id, asset)
