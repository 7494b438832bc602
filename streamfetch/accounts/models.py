"""Users and their sessions."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class User(AbstractUser):
    """A person, an operator or a program's account."""

    id = models.UUIDField(
        primary_key=True, db_column="_id", default=uuid.uuid4, editable=False
    )
    is_local_owner = models.BooleanField(
        default=False,
        editable=False,
        help_text="Made at the first run on a loopback address; has no password.",
    )

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined,misc]
        db_table = "users"
        indexes = [
            # A unique index is partial on this backend and never used to look up.
            models.Index(fields=["username"], name="user_username"),
            models.Index(fields=["is_local_owner"], name="user_local_owner"),
        ]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Session(AbstractBaseSession):
    """A signed-in browser, found by its key in `_id`; read through the cache."""

    session_key = models.CharField(primary_key=True, db_column="_id", max_length=40)

    class Meta:
        db_table = "sessions"
