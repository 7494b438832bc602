"""The account that the first run works with, so that nobody has to make one."""

import ipaddress

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.http.request import split_domain_port

from streamfetch.accounts.models import User

USERNAME = "owner"

_FORWARDING = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def local_owner() -> User:
    """The local owner, made when missing. Safe when two requests come first."""
    user = User.objects.filter(is_local_owner=True).first()
    if user is not None:
        return user
    user, _ = User.objects.get_or_create(
        username=USERNAME,
        defaults={
            "is_local_owner": True,
            "is_staff": True,
            "is_superuser": True,
            "password": make_password(None),
        },
    )
    return user


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def comes_from_this_machine(request: HttpRequest) -> bool:
    """Whether the connection is loopback and nothing forwarded it.

    The address that was asked for must be loopback too: otherwise any site could
    point its own name at this machine and act as its owner (DNS rebinding).
    """
    if any(name.startswith(_FORWARDING) for name in request.META):
        return False
    host = split_domain_port(request.get_host())[0].strip("[]")
    asked_for_loopback = host == "localhost" or _is_loopback(host)
    return asked_for_loopback and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def may_sign_in(request: HttpRequest) -> bool:
    return bool(settings.SIGNS_IN_OWNER) and comes_from_this_machine(request)
