"""Signs visitors on this machine in as the local owner, where that is allowed."""

from collections.abc import Callable

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
                lambda: session_user if session_user.is_authenticated else local_owner()
            )
        return self.get_response(request)
