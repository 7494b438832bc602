"""Remembers in the database what was sent to an engine for a chunk, before it is."""

from collections.abc import Callable

from django.utils import timezone

from automation.documents import Attempt
from automation.models import DubChunk

KEY_CHARACTERS = 32


def reference_of(chunk: DubChunk) -> str:
    """The name under which the engine knows this very piece of work."""
    return f"{chunk.job_id}:{chunk.index}:{chunk.key[:KEY_CHARACTERS]}"


class ChunkLedger:
    """The `engines.base.Ledger` of one chunk. `on_change` is told of each step."""

    def __init__(
        self,
        chunk: DubChunk,
        *,
        cost_usd: float,
        on_change: Callable[[], None],
    ) -> None:
        self._chunk = chunk
        self._cost_usd = cost_usd
        self._on_change = on_change
        self._seen_at = timezone.now()
        self.reference = reference_of(chunk)
        attempt = chunk.attempt
        if attempt is None or attempt.reference != self.reference:
            self._attempt = Attempt(reference=self.reference)
        else:
            self._attempt = attempt

    @property
    def remote_id(self) -> str:
        return self._attempt.remote_id

    @property
    def was_posted(self) -> bool:
        return self._attempt.posted_at is not None

    def posting(self) -> None:
        self._attempt = Attempt(reference=self.reference, posted_at=timezone.now())
        self._chunk.change(
            state=DubChunk.State.UPLOADING,
            attempt=self._attempt,
            remote_id="",
            engine_calls=self._chunk.engine_calls + 1,
        )
        self._on_change()

    def accepted(self, remote_id: str) -> None:
        if self._attempt.remote_id == remote_id:
            return
        self._attempt = self._attempt.model_copy(
            update={"remote_id": remote_id, "charged_usd": self._cost_usd}
        )
        self._chunk.change(
            state=DubChunk.State.PROCESSING,
            attempt=self._attempt,
            remote_id=remote_id[:100],
            cost_usd=self._chunk.cost_usd + self._cost_usd,
        )
        self._on_change()

    def abandoned(self) -> None:
        self._attempt = Attempt(reference=self.reference)
        self._chunk.change(attempt=None, remote_id="")

    def was_notified(self) -> bool:
        found = DubChunk.objects.filter(
            pk=self._chunk.pk, notified_at__gt=self._seen_at
        ).exists()
        if found:
            self._seen_at = timezone.now()
        return found
