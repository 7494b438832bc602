"""People's own keys for paid engines: written, never shown again."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from automation import setup
from automation.models import EngineKey
from streamfetch.errors import NotFound

HINT_CHARACTERS = 4


def keys_of(owner: Any) -> Any:
    return EngineKey.objects.owned_by(owner)


def store(owner: Any, *, engine: str, key: str) -> EngineKey:
    """Keep a key, in place of an earlier one for the same engine."""
    found = EngineKey(
        owner_id=owner.pk,
        engine=engine,
        encrypted=setup.encrypted(key),
        hint=key[-HINT_CHARACTERS:],
    )
    found.save(force_insert=True)
    EngineKey.objects.filter(owner_id=owner.pk, engine=engine).exclude(
        pk=found.pk
    ).delete()
    return found


def remove(owner: Any, key_id: UUID) -> None:
    """Raises `NotFound`."""
    if not EngineKey.objects.filter(pk=key_id, owner_id=owner.pk).delete()[0]:
        raise NotFound(_("There is no such key."))


def describe(key: EngineKey) -> dict[str, Any]:
    return {
        "id": str(key.pk),
        "engine": key.engine,
        "hint": key.hint,
        "created_at": key.created_at,
    }
