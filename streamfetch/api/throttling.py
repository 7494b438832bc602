"""Request limits. Counters live in the cache; while Redis is away each process
counts for itself, which is looser but never blocks anybody."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class UserThrottle(UserRateThrottle):
    scope = "user"


class VisitorThrottle(AnonRateThrottle):
    scope = "visitor"


class SignInThrottle(AnonRateThrottle):
    scope = "sign_in"


class WorkThrottle(UserRateThrottle):
    """For requests that start background work."""

    scope = "work"

    def allow_request(self, request: Request, view: Any) -> bool:
        return request.method != "POST" or super().allow_request(request, view)
