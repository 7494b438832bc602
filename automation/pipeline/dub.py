"""The stage `dub`: has every chunk dubbed, several at a time, each as often as needed.

A chunk that is done is never sent again: its result is kept under a digest of sound,
language, engine and options. One that finally fails says so, and keeps the original.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from automation.describing import announce_chunk
from automation.documents import (
    SAMPLE_RATE,
    ChunkError,
    ChunkPlan,
    DubbingProgress,
)
from automation.engines.base import Engine, EngineError, EngineFull, EngineStopped
from automation.models import AutomationJob, DubChunk
from automation.pipeline.chunk_work import ChunkWorker
from automation.pipeline.journal import note
from automation.pipeline.sound import Line
from streamfetch.errors import DomainError
from streamfetch.ffmpeg.errors import Stopped
from streamfetch.jobs.models import LeaseLost
from streamfetch.jobs.running import Run
from streamfetch.subtitles import Cue

STARTED_AT, DONE_AT = 20.0, 80.0
RETRY_DELAYS_S = (5.0, 10.0, 20.0)
MAX_WAIT_S = 300.0
# How often, and how long, a chunk asks for a slot that others hold.
SLOT_LOOK_S = 10.0
MAX_QUEUED_S = 3600.0
LOOK_EVERY_S = 0.5
MS_PER_MINUTE = 60_000


class Resting(Exception):
    """Somebody paused the job."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one minute costs."""

    usd_per_minute: float

    def of(self, chunk: DubChunk) -> float:
        samples = chunk.end_sample - chunk.start_sample
        return self.usd_per_minute * samples / 48 / MS_PER_MINUTE


class _Budget:
    """Money that is spent, or promised to chunks under way.

    What was sent and never answered stays promised: it may have been charged.
    """

    def __init__(self, price: Price, chunks: Sequence[DubChunk]) -> None:
        self._price = price
        self._lock = threading.Lock()
        self._spent_usd = sum(each.cost_usd for each in chunks)
        self._promised = {
            each.pk: price.of(each) for each in chunks if _may_be_charged(each)
        }

    def promise(self, chunk: DubChunk, *, limit: float | None) -> float:
        """Set a chunk's price aside. Raises `BudgetReached` beyond `limit` dollars."""
        cost = self._price.of(chunk)
        with self._lock:
            if chunk.pk not in self._promised:
                committed = self._spent_usd + sum(self._promised.values())
                if limit is not None and committed + cost > limit + 1e-9:
                    raise BudgetReached(committed, limit)
                self._promised[chunk.pk] = cost
        return cost

    def settle(self, chunk: DubChunk, *, before_usd: float) -> None:
        """After a try: count what was charged, free what certainly was not."""
        with self._lock:
            self._spent_usd += chunk.cost_usd - before_usd
            if not _may_be_charged(chunk):
                self._promised.pop(chunk.pk, None)


def _may_be_charged(chunk: DubChunk) -> bool:
    attempt = chunk.attempt
    return bool(attempt and attempt.posted_at and not attempt.remote_id)


class BudgetReached(EngineError):
    """The next chunk would cost more than is left."""

    code = "budget_reached"
    is_fatal = True

    def __init__(self, spent_usd: float, budget_usd: float) -> None:
        super().__init__(
            f"The budget of ${budget_usd:.2f} is used up (${spent_usd:.2f} spent or "
            "under way). "
            "Raise it and retry: what is dubbed already is not paid again."
        )


class Dubbing:
    """One run over all chunks of a job."""

    def __init__(
        self,
        run: Run[AutomationJob],
        line: Line,
        *,
        engine: Engine,
        price: Price,
        captions: Sequence[Cue],
    ) -> None:
        self._run = run
        self._job = run.job
        self._engine = engine
        self._fatal: DomainError | None = None
        self._rests = threading.Event()
        self._changed = threading.Event()
        self._budget = _Budget(price, self._chunks())
        self._waited_s: defaultdict[UUID, float] = defaultdict(float)
        self._parallel = min(
            self._job.config.max_parallel_jobs, engine.capabilities.max_parallel
        )
        # When this run began, and how many chunks had ended before.
        self._begun: tuple[float, int] | None = None
        self._worker = ChunkWorker(
            run, line, engine=engine, captions=captions, should_stop=self._should_stop
        )

    def finish(self) -> None:
        """Work until each chunk is complete or failed.

        Raises `Resting`, `LeaseLost`, and the error that stops every chunk.
        """
        chunks = self._chunks()
        todo = [each for each in chunks if not self._worker.is_done(each)]
        self._report()
        if todo:
            self._engine.check()
            note(self._job, f"{len(todo)} of {len(chunks)} chunks are to be dubbed")
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="dub") as pool:
            futures = [pool.submit(self._in_thread, each) for each in todo]
            try:
                self._follow(futures)
            finally:
                for future in futures:
                    future.cancel()
        for future in futures:
            if not future.cancelled():
                future.result()
        self._report()
        if self._run.should_stop():
            raise LeaseLost
        if self._fatal is not None:
            raise self._fatal
        if self._rests.is_set():
            raise Resting

    def _follow(self, futures: Iterable[Future[None]]) -> None:
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=LOOK_EVERY_S)
            if self._run.should_stop():
                return
            if _is_paused(self._job):
                self._rests.set()
            if done or self._changed.is_set():
                self._changed.clear()
                self._report()
            if self._should_stop():
                return

    def _should_stop(self) -> bool:
        return (
            self._fatal is not None or self._rests.is_set() or self._run.should_stop()
        )

    def _in_thread(self, chunk: DubChunk) -> None:
        try:
            if not self._should_stop():
                self._dub(chunk)
        finally:
            connection.close()

    def _dub(self, chunk: DubChunk) -> None:
        while True:
            try:
                self._once(chunk)
            except (EngineStopped, Stopped):
                if not self._run.should_stop():
                    self._set(chunk, state=DubChunk.State.PENDING)
                return
            except EngineError as error:
                if error.is_fatal:
                    self._fatal = error
                    self._set(chunk, state=DubChunk.State.PENDING)
                    return
                if not self._tries_again(chunk, error):
                    return
            except DomainError as error:
                if not error.recoverable or not self._tries_again(chunk, error):
                    self._fail(chunk, error)
                    return
            else:
                return

    def _once(self, chunk: DubChunk) -> None:
        if self._worker.adopt(chunk):
            self._tell(chunk)
            return
        cost = 0.0
        if not self._worker.is_charged(chunk):
            cost = self._budget.promise(chunk, limit=_budget_of(self._job))
        before = chunk.cost_usd
        try:
            self._worker.dub(chunk, cost_usd=cost, on_change=self._on_change(chunk))
        finally:
            self._budget.settle(chunk, before_usd=before)
        self._tell(chunk)

    def _tries_again(self, chunk: DubChunk, error: DomainError) -> bool:
        """Wait, and say whether to try once more; else the chunk has failed."""
        if isinstance(error, EngineFull) and self._waited_s[chunk.pk] < MAX_QUEUED_S:
            self._wait_for_slot(chunk, error)
            return True
        number = chunk.retry_count
        if not error.recoverable or number >= len(RETRY_DELAYS_S):
            self._fail(chunk, error)
            return False
        asked_s = getattr(error, "retry_after_s", None)
        delay_s = min(
            MAX_WAIT_S, RETRY_DELAYS_S[number] if asked_s is None else asked_s
        )
        self._set(
            chunk,
            state=DubChunk.State.RETRYING,
            retry_count=number + 1,
            error=ChunkError(code=error.code, message=error.detail),
        )
        note(
            self._job,
            f"Chunk {chunk.index + 1} ({chunk.language}): {error.detail} Trying again "
            f"in {delay_s:.0f} s",
            level="warning",
            code=error.code,
        )
        self._wait(delay_s)
        return True

    def _wait_for_slot(self, chunk: DubChunk, error: EngineFull) -> None:
        """Others use the account: nothing failed, so it counts as no try."""
        if not self._waited_s[chunk.pk]:
            note(
                self._job,
                f"Chunk {chunk.index + 1} ({chunk.language}) waits: {error.detail}",
                code=error.code,
            )
        self._set(chunk, state=DubChunk.State.PENDING)
        delay_s = min(MAX_WAIT_S, max(SLOT_LOOK_S, error.retry_after_s or 0.0))
        self._waited_s[chunk.pk] += delay_s
        self._wait(delay_s)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._should_stop():
            time.sleep(0.1)

    def _fail(self, chunk: DubChunk, error: DomainError) -> None:
        self._set(
            chunk,
            state=DubChunk.State.FAILED,
            error=ChunkError(code=error.code, message=error.detail),
            completed_at=timezone.now(),
        )
        note(
            self._job,
            f"Chunk {chunk.index + 1} ({chunk.language}) failed: {error.detail}",
            level="error",
            code=error.code,
        )

    def _set(self, chunk: DubChunk, **changes: object) -> None:
        chunk.change(**changes)
        self._tell(chunk)

    def _tell(self, chunk: DubChunk) -> None:
        announce_chunk(chunk)
        self._changed.set()

    def _on_change(self, chunk: DubChunk) -> Callable[[], None]:
        return lambda: self._tell(chunk)

    def _chunks(self) -> list[DubChunk]:
        found = DubChunk.objects.filter(job_id=self._job.pk)
        order = list(self._job.config.target_languages)
        return sorted(found, key=lambda each: (order.index(each.language), each.index))

    def _report(self) -> None:
        """Count the chunks, and tell how far they are."""
        states = list(
            DubChunk.objects.filter(job_id=self._job.pk).values_list(
                "state", "cost_usd"
            )
        )
        counts = Counter(state for state, _cost in states)
        progress = _progress_of(counts)
        share = (progress.completed + progress.failed) / max(1, progress.total)
        self._run.store(
            dubbing=progress,
            spent_usd=sum(cost for _state, cost in states),
            percent=STARTED_AT + (DONE_AT - STARTED_AT) * share,
            eta_s=self._eta_s(progress),
        )

    def _eta_s(self, progress: DubbingProgress) -> float:
        """By what this run has done; before that, by what the engine says of itself."""
        done = progress.completed + progress.failed
        if self._begun is None:
            self._begun = (time.monotonic(), done)
        began, before = self._begun
        left = progress.total - done
        if done > before:
            return (time.monotonic() - began) / (done - before) * left
        plan: ChunkPlan = self._job.plan
        chunk_s = plan.sample_count / SAMPLE_RATE / (len(plan.boundaries) + 1)
        factor = self._engine.capabilities.realtime_factor
        return float(left * chunk_s * factor / self._parallel)


def _progress_of(counts: Counter[str]) -> DubbingProgress:
    completed, failed = counts["complete"], counts["failed"]
    waiting = counts["pending"]
    return DubbingProgress(
        total=counts.total(),
        completed=completed,
        failed=failed,
        pending=waiting,
        active_jobs=counts.total() - completed - failed - waiting,
    )


def _budget_of(job: AutomationJob) -> float | None:
    """As it is now: people change it while the job runs."""
    config = AutomationJob.objects.values_list("config", flat=True).get(pk=job.pk)
    limit: float | None = config.budget_usd
    return limit


def _is_paused(job: AutomationJob) -> bool:
    return AutomationJob.objects.filter(pk=job.pk).exclude(paused_at=None).exists()
