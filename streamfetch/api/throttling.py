"""Request limits. Counters live in the cache; while Redis is away each process
counts for itself, which is looser but never blocks anybody."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import (
    AnonRateThrottle,
    SimpleRateThrottle,
    UserRateThrottle,
)

from streamfetch.accounts.throttling import count


class WindowThrottle(SimpleRateThrottle):
    """Counts in fixed windows, so that a caller costs one number.

    The framework itself keeps the time of every request, which is read and written
    again by each of them: tens of kilobytes at our limits.
    """

    duration: int
    num_requests: int
    _wait_s = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        now = self.timer()
        window = int(now // self.duration)
        self._wait_s = (window + 1) * self.duration - now
        return count(f"{key}:{window}", self.duration) <= self.num_requests

    def wait(self) -> float:
        return self._wait_s


class UserThrottle(WindowThrottle, UserRateThrottle):
    scope = "user"


class VisitorThrottle(WindowThrottle, AnonRateThrottle):
    scope = "visitor"


class SignInThrottle(WindowThrottle, AnonRateThrottle):
    scope = "sign_in"


class WorkThrottle(WindowThrottle, UserRateThrottle):
    """For requests that start background work."""

    scope = "work"

    def allow_request(self, request: Request, view: Any) -> bool:
        return request.method != "POST" or super().allow_request(request, view)
