"""Makes endpoint secrets, and keeps them unreadable in the database.

They must be readable to sign, so they are encrypted (Fernet) under a key made from
SECRET_KEY; what SECRET_KEY_FALLBACKS encrypted can still be read.
"""

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from streamfetch.errors import DomainError

PREFIX = "whsec_"
_SECRET_BYTES = 32
_PURPOSE = "streamfetch.webhooks.secrets.1"


class SecretUnreadable(DomainError):
    """The secret was encrypted under a SECRET_KEY that the server has no more."""

    code = "secret_unreadable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The signing secret of this endpoint cannot be read any more, because "
                "the server's SECRET_KEY was changed. Make a new secret."
            )
        )


def new_secret() -> str:
    """A fresh signing secret in plain text, to be shown once."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def _cipher(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, purpose=purpose)) for key in keys])


def _derived(secret: str | bytes, *, purpose: str) -> bytes:
    digest = salted_hmac(purpose, "", secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)


def encrypt(secret: str, *, purpose: str = _PURPOSE) -> str:
    """What is encrypted for one purpose cannot be read for another."""
    return _cipher(purpose).encrypt(secret.encode()).decode()


def decrypt(encrypted: str, *, purpose: str = _PURPOSE) -> str:
    """Raises `SecretUnreadable`."""
    try:
        return _cipher(purpose).decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None
