"""The abstract Job: its states, and the conditional updates between them.

    queued ──claim──▶ running ──finish──▶ succeeded
      ▲ ▲               │ │ │
      │ └─retry/release─┘ │ └──fail────▶ failed ──┐
      │                   │                       ├─ restart ─▶ queued
      └──lease ran out────┘   cancel ─▶ cancelled ┘

Every arrow is one update whose filter names the state (and for a running job the
lease) that it starts from, so two processes cannot both take it.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F
from django.utils import timezone
from pydantic import BaseModel

from streamfetch.mongo.documents import OwnedDocument
from streamfetch.mongo.fields import EmbeddedField

LEASE_S = 30
RETRY_DELAYS_S: tuple[int, ...] = (5, 10, 20)
MAX_CRASHES = 3
SUCCEEDED_SHOWN_FOR = timedelta(hours=24)
FAILED_SHOWN_FOR = timedelta(days=7)


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (State.QUEUED, State.RUNNING)
ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)


class Priority(models.TextChoices):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class JobError(BaseModel):
    """Why a job failed: a stable code, and words that say what to do next."""

    code: str
    message: str
    recoverable: bool = False


class LeaseLost(Exception):
    """The job is not ours any more: cancelled, or taken over by another worker."""


class Job(OwnedDocument):
    """One piece of background work on behalf of its owner.

    Concrete jobs name their kind and actor, and say what to call themselves.
    """

    KIND: ClassVar[str]
    # What people call it, where the model's name is not that.
    NOUN: ClassVar[str] = ""
    ACTOR: ClassVar[str]
    QUEUE: ClassVar[str]
    PRIORITY: ClassVar[Priority] = Priority.NORMAL
    # Where it waits once it has let others go first; "" when it never does.
    LATER_QUEUE: ClassVar[str] = ""
    # Seconds before each try after a passing error.
    RETRY_DELAYS_S: ClassVar[tuple[int, ...]] = RETRY_DELAYS_S
    # False: it has a list of its own, and pages do not hear of each of them.
    LISTED: ClassVar[bool] = True

    state = models.CharField(
        max_length=10, choices=State, default=State.QUEUED, editable=False
    )
    stage = models.CharField(max_length=40, default="", blank=True, editable=False)
    percent = models.FloatField(default=0.0, editable=False)
    eta_s = models.FloatField(null=True, editable=False)
    priority = models.CharField(
        max_length=6, choices=Priority, default=Priority.NORMAL, editable=False
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    crashes = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    not_before = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    shown_until = models.DateTimeField(null=True, editable=False)
    error = EmbeddedField(schema=JobError, null=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def indexes(prefix: str) -> list[models.Index]:
        """The indexes of every kind of job: the owner's list, the sweeper, admin."""
        return [
            models.Index(
                fields=["owner", "-created_at", "-id"], name=f"{prefix}_owner_new"
            ),
            models.Index(
                fields=["state", "-created_at", "-id"], name=f"{prefix}_state_new"
            ),
            models.Index(fields=["-created_at", "-id"], name=f"{prefix}_new"),
        ]

    # What a concrete job says about itself.

    def title(self) -> str:
        raise NotImplementedError

    def target_url(self) -> str:
        """The page on which the owner watches this job."""
        raise NotImplementedError

    @classmethod
    def actors(cls) -> dict[str, tuple[str, Priority]]:
        """Queue and priority of each actor that takes such jobs, by its name."""
        found = {cls.ACTOR: (cls.QUEUE, cls.PRIORITY)}
        if cls.LATER_QUEUE:
            found[f"{cls.ACTOR}_later"] = (cls.LATER_QUEUE, Priority.NORMAL)
        return found

    @property
    def actor(self) -> str:
        """The name of the actor that is to take this job now."""
        stepped_aside = self.LATER_QUEUE and self.priority == Priority.NORMAL
        return f"{self.ACTOR}_later" if stepped_aside else self.ACTOR

    # What its subject (the asset, the project) is told. Each may be called twice;
    # the endings come just before the job's own, so that none is ever missed.

    def on_queued(self) -> None:
        """The job waits: it is new, or was started again."""

    def on_success(self) -> None:
        """The work is done; its results are stored next."""

    def on_failure(self, error: JobError) -> None:
        """The job fails for good, unless its worker shows signs of life."""

    def on_cancel(self) -> None:
        """The owner or an operator ended the job."""

    # Transitions.

    @classmethod
    def claim(
        cls, job_id: str | uuid.UUID, *, token: uuid.UUID | None = None
    ) -> Self | None:
        """Take a queued job that is due. None when there is nothing to take.

        Safe to repeat with the same `token`, when an answer was lost.
        """
        now = timezone.now()
        token = token or uuid.uuid4()
        cls.objects.filter(pk=job_id, state=State.QUEUED, not_before__lte=now).update(
            state=State.RUNNING,
            lease_token=token,
            lease_expires_at=now + timedelta(seconds=LEASE_S),
            attempts=F("attempts") + 1,
            started_at=now,
            updated_at=now,
            error=None,
            stage="",
            percent=0.0,
            eta_s=None,
        )
        return cls.objects.filter(pk=job_id, lease_token=token).first()

    @classmethod
    def take(
        cls, job_id: str | uuid.UUID, *, token: uuid.UUID | None = None
    ) -> Self | None:
        """Claim what a message about `job_id` leads to: that job, unless its kind
        has a line of its own. Safe to repeat with the same `token`.
        """
        return cls.claim(job_id, token=token)

    def _held(self) -> Any:
        return type(self).objects.filter(
            pk=self.pk, state=State.RUNNING, lease_token=self.lease_token
        )

    def _change_held(self, **changes: Any) -> None:
        changed = self._held().update_idempotently(**changes, updated_at=timezone.now())
        if not changed and not self._has_changed(changes):
            raise LeaseLost
        for name, value in changes.items():
            setattr(self, name, value)

    def _has_changed(self, changes: dict[str, Any]) -> bool:
        """Whether a retried change had been made, and only its answer was lost."""
        return (
            "state" in changes
            and type(self)
            .objects.filter(
                pk=self.pk, state=changes["state"], lease_token=self.lease_token
            )
            .exists()
        )

    def report(self, **changes: Any) -> None:
        """Store progress and renew the lease. Raises `LeaseLost`."""
        self._change_held(
            **changes,
            lease_expires_at=timezone.now() + timedelta(seconds=LEASE_S),
        )

    def finish(self, **results: Any) -> None:
        """End well, with the job's results in the same write."""
        now = timezone.now()
        self._change_held(
            **results,
            state=State.SUCCEEDED,
            percent=100.0,
            eta_s=None,
            stage="",
            finished_at=now,
            shown_until=now + SUCCEEDED_SHOWN_FOR,
            lease_expires_at=None,
        )

    def fail(self, error: JobError) -> None:
        """End badly; the owner may restart the job."""
        now = timezone.now()
        self._change_held(
            state=State.FAILED,
            error=error,
            eta_s=None,
            finished_at=now,
            shown_until=now + FAILED_SHOWN_FOR,
            lease_expires_at=None,
        )

    def retry_later(self, error: JobError) -> float:
        """Back to the queue after a passing error. Returns the delay in seconds."""
        delay_s = self.retry_delay_s()
        self._change_held(
            state=State.QUEUED,
            error=error,
            not_before=timezone.now() + timedelta(seconds=delay_s),
            lease_expires_at=None,
            sent_at=None,
        )
        return delay_s

    def retry_delay_s(self) -> float:
        """How long to wait before the next try, by the number of failed ones."""
        failures = max(1, self.attempts - self.crashes)
        delays_s = self.RETRY_DELAYS_S
        return delays_s[min(failures, len(delays_s)) - 1]

    @property
    def has_retries_left(self) -> bool:
        return self.attempts - self.crashes <= len(self.RETRY_DELAYS_S)

    def release(self) -> None:
        """Back to the queue because the worker stops; it does not count."""
        self._change_held(
            state=State.QUEUED,
            attempts=max(0, self.attempts - 1),
            lease_expires_at=None,
            sent_at=None,
        )

    def expire(self) -> State | None:
        """The worker died: queue again, or give up after `MAX_CRASHES`.

        Returns the new state, or None when the lease was renewed or taken
        meanwhile.
        """
        now = timezone.now()
        expired = self._held().filter(lease_expires_at__lt=now)
        if not expired.exists():
            return None
        changes: dict[str, Any] = {
            "crashes": self.crashes + 1,
            "lease_token": None,
            "lease_expires_at": None,
            "sent_at": None,
            "updated_at": now,
        }
        if self.crashes + 1 >= MAX_CRASHES:
            error = JobError(
                code="worker_died",
                message=(
                    f"The worker died {MAX_CRASHES} times on this job. The source "
                    "may be too large for this server's memory."
                ),
            )
            self.on_failure(error)
            changes |= {
                "state": State.FAILED,
                "finished_at": now,
                "shown_until": now + FAILED_SHOWN_FOR,
                "error": error,
            }
        else:
            changes |= {"state": State.QUEUED, "not_before": now}
        return State(changes["state"]) if expired.update(**changes) else None

    def cancel(self) -> bool:
        """End an active job. The worker notices that its lease is gone."""
        now = timezone.now()
        count = (
            type(self)
            .objects.filter(pk=self.pk, state__in=ACTIVE)
            .update_idempotently(
                state=State.CANCELLED,
                lease_token=None,
                lease_expires_at=None,
                eta_s=None,
                finished_at=now,
                shown_until=now + SUCCEEDED_SHOWN_FOR,
                updated_at=now,
            )
        )
        return bool(count)

    def restart(self) -> bool:
        """Queue a failed or cancelled job again, with all its attempts."""
        now = timezone.now()
        count = (
            type(self)
            .objects.filter(pk=self.pk, state__in=(State.FAILED, State.CANCELLED))
            .update_idempotently(
                state=State.QUEUED,
                attempts=0,
                crashes=0,
                error=None,
                percent=0.0,
                stage="",
                not_before=now,
                sent_at=None,
                started_at=None,
                finished_at=None,
                shown_until=None,
                updated_at=now,
            )
        )
        return bool(count)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    def is_shown_at(self, moment: datetime) -> bool:
        return self.shown_until is None or self.shown_until > moment
