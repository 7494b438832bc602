"""Signs visitors on this machine in as the local owner, where that is allowed."""

from collections.abc import Callable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from streamfetch.accounts.local_owner import local_owner, may_sign_in


class LocalOwnerMiddleware:
    """Sets `request.user` without a session, so no store is needed for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if may_sign_in(request):
            session_user = request.user
            request.user = SimpleLazyObject(  # type: ignore[assignment]
                lambda: _signed_in(session_user)
            )
        return self.get_response(request)


def _signed_in(session_user: AbstractBaseUser | AnonymousUser) -> object:
    if session_user.is_authenticated:
        return session_user
    owner = local_owner()
    return owner if owner.is_active else session_user
