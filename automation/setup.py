"""What engines need to know, from the settings and from people's own keys."""

from uuid import UUID

from django.conf import settings

from automation.engines.catalog import KEY_OF, Setup
from automation.models import EngineKey
from streamfetch.webhooks import secrecy

_PURPOSE = "automation.engine_keys.1"


def encrypted(key: str) -> str:
    return secrecy.encrypt(key, purpose=_PURPOSE)


def has_key(owner_id: UUID, engine: str) -> bool:
    """Whether the owner, or else the server, has a key for the engine."""
    if settings.ELEVENLABS_API_KEY:
        return True
    return EngineKey.objects.filter(
        owner_id=owner_id, engine=KEY_OF.get(engine, engine)
    ).exists()


def general() -> Setup:
    """The server's part: enough to say what engines can do."""
    return Setup(
        elevenlabs_url=settings.ELEVENLABS_BASE_URL,
        elevenlabs_usd_per_minute=settings.ELEVENLABS_USD_PER_MINUTE,
        poll_s=settings.ELEVENLABS_POLL_S,
        webhook_ids=tuple(settings.ELEVENLABS_WEBHOOK_IDS),
        translation_url=settings.TRANSLATION_URL,
        translation_key=settings.TRANSLATION_KEY,
        translation_model=settings.TRANSLATION_MODEL,
    )


def key_of(owner_id: UUID, engine: str) -> str:
    """The owner's key in plain text, else the server's, else "".

    Raises `SecretUnreadable` after the server's SECRET_KEY was changed.
    """
    own = EngineKey.objects.filter(
        owner_id=owner_id, engine=KEY_OF.get(engine, engine)
    ).first()
    if own is not None:
        return secrecy.decrypt(own.encrypted, purpose=_PURPOSE)
    return str(settings.ELEVENLABS_API_KEY)
