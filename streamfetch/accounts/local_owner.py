"""The account that the first run works with, so that nobody has to make one."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from streamfetch.accounts.models import User

USERNAME = "owner"


def local_owner() -> User:
    """The local owner, made when missing. Safe when two requests come first."""
    user = User.objects.filter(is_local_owner=True).first()
    if user is not None:
        return user
    user, _ = User.objects.get_or_create(
        username=USERNAME,
        defaults={"is_local_owner": True, "is_staff": True, "is_superuser": True},
    )
    return user


def comes_from_this_machine(request: HttpRequest) -> bool:
    """Whether the connection is loopback and nothing forwarded it."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def may_sign_in(request: HttpRequest) -> bool:
    return bool(settings.SIGNS_IN_OWNER) and comes_from_this_machine(request)
