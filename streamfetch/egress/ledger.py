"""What a running proxy counted and refused. Safe to read from any thread."""

import threading
from collections import deque
from dataclasses import dataclass

from streamfetch.egress.relay import too_large

_KEPT_PROBLEMS = 256


@dataclass(frozen=True)
class EgressLimits:
    """Bounds of one proxy. Bytes and seconds are per connection unless named total.

    Tunnels (https) may carry 2 % more than `max_bytes`, for what TLS adds.
    """

    max_bytes: int = 2 * 1024**3
    max_total_bytes: int | None = None
    max_seconds: float = 3600.0
    connect_seconds: float = 15.0
    head_seconds: float = 30.0
    idle_seconds: float = 60.0
    max_connections: int = 64
    max_head_bytes: int = 64 * 1024


@dataclass(frozen=True)
class Problem:
    """Something the proxy refused or gave up: `code` as in errors.PROXY_PROBLEMS.

    `request_id` is what the client named its request, or empty.
    """

    code: str
    detail: str
    host: str
    port: int
    request_id: str = ""


class Ledger:
    """Counters and the latest problems of one proxy."""

    def __init__(self, *, max_total_bytes: int | None) -> None:
        self._lock = threading.Lock()
        self._max_total_bytes = max_total_bytes
        self._received_bytes = 0
        self._problems: deque[Problem] = deque(maxlen=_KEPT_PROBLEMS)

    @property
    def received_bytes(self) -> int:
        """Bytes of bodies and tunnels that came from outside so far."""
        return self._received_bytes

    def spend(self, count: int) -> None:
        """Count received bytes. Raises TooLarge when the total is used up."""
        # Only the thread of the proxy writes, so no lock is needed on this hot path.
        self._received_bytes += count
        limit = self._max_total_bytes
        if limit is not None and self._received_bytes > limit:
            raise too_large(limit)

    def record(self, problem: Problem) -> None:
        """Remember a problem; the oldest is forgotten beyond 256."""
        with self._lock:
            self._problems.append(problem)

    def problems(self) -> tuple[Problem, ...]:
        """The latest problems, oldest first."""
        with self._lock:
            return tuple(self._problems)

    def problem_of(self, request_id: str) -> Problem | None:
        """The problem of one request, or None if the proxy had none with it."""
        with self._lock:
            for problem in reversed(self._problems):
                if problem.request_id == request_id:
                    return problem
        return None
