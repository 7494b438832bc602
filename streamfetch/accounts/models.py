"""Users and their sessions."""

import uuid
from typing import Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import PermissionDenied
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

    class Meta(AbstractUser.Meta):
        db_table = "users"
        indexes = [
            # A unique index is partial on this backend and never used to look up.
            models.Index(fields=["username"], name="user_username"),
            models.Index(fields=["is_local_owner"], name="user_local_owner"),
        ]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class _Asked(Protocol):
    """A request, be it Django's or the REST framework's."""

    @property
    def user(self) -> AbstractBaseUser | AnonymousUser: ...


def person(request: _Asked) -> User:
    """Who is signed in; for views that nobody else reaches.

    Raises `PermissionDenied` should a view have forgotten to require it.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class Session(AbstractBaseSession):
    """A signed-in browser, found by its key in `_id`; read through the cache."""

    session_key = models.CharField(primary_key=True, db_column="_id", max_length=40)

    class Meta:
        db_table = "sessions"
