"""Reading and changing what a user has chosen."""

from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from streamfetch.errors import Conflict, FieldProblem, Invalid
from streamfetch.preferences.models import Preferences, UserSettings

TRIES = 5


def of(user: Any) -> Preferences:
    """What `user` has chosen, with the usual for everything else."""
    found = UserSettings.objects.filter(pk=user.pk).first()
    preferences: Preferences = found.preferences if found else Preferences()
    return preferences


def change(user: Any, changes: dict[str, Any]) -> Preferences:
    """Apply `changes`, given as far down as they go, and keep the rest.

    Two devices may change different things at the same moment. Raises `Invalid` with
    the path of each wrong value.
    """
    for _try in range(TRIES):
        stored = UserSettings.objects.filter(pk=user.pk).first()
        before = stored.preferences if stored else Preferences()
        after = _merged(before, changes)
        if stored is None:
            if _made(user, after):
                return after
        elif UserSettings.objects.filter(pk=user.pk, revision=stored.revision).update(
            preferences=after,
            revision=stored.revision + 1,
            updated_at=timezone.now(),
        ):
            return after
    raise Conflict(_("Your settings are being changed elsewhere. Try again."))


def _made(user: Any, preferences: Preferences) -> bool:
    try:
        UserSettings(id=user.pk, owner_id=user.pk, preferences=preferences).save(
            force_insert=True
        )
    except IntegrityError:
        return False
    return True


def _merged(before: Preferences, changes: dict[str, Any]) -> Preferences:
    values = before.model_dump(mode="json")
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(values.get(name), dict):
            values[name] |= value
        else:
            values[name] = value
    try:
        return Preferences.model_validate(values)
    except ValidationError as error:
        problems = [
            FieldProblem(".".join(map(str, each["loc"])), each["type"], each["msg"])
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise Invalid(
            _("These settings cannot be kept."),
            code="invalid_settings",
            errors=problems,
        ) from error
