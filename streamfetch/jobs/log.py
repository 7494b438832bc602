"""The line that a job leaves in the activity log when it ends."""

from typing import NamedTuple
from uuid import uuid5

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from streamfetch.activity.models import ActivityEntry, Particulars
from streamfetch.activity.services.recording import record
from streamfetch.jobs.models import Job, State

Status = ActivityEntry.Status


class _End(NamedTuple):
    action: str
    status: ActivityEntry.Status


_ENDS = {
    State.SUCCEEDED: _End("finished", Status.SUCCESS),
    State.FAILED: _End("failed", Status.ERROR),
    State.CANCELLED: _End("cancelled", Status.INFO),
}


def record_end(job: Job) -> None:
    """Log how `job` ended; nothing while it goes on. Safe to repeat."""
    end = _ENDS.get(State(job.state))
    if end is None or job.finished_at is None:
        return
    duration_ms = None
    if job.started_at:
        duration_ms = round((job.finished_at - job.started_at).total_seconds() * 1000)
    record(
        # The same for every telling of this end, another after a restart.
        uuid5(job.pk, f"{end.action} {job.finished_at.isoformat()}"),
        owner_id=job.owner_id,
        type=job.KIND,
        action=end.action,
        status=end.status,
        message=_message(job),
        particulars=Particulars(
            title=job.title(),
            target_url=job.target_url(),
            code=job.error.code if job.error else "",
            attempts=job.attempts,
            duration_ms=duration_ms,
        ),
    )


def _message(job: Job) -> str:
    kind = capfirst(str(job.NOUN or job._meta.verbose_name))
    if job.state == State.FAILED:
        return (
            job.error.message if job.error else _("%(kind)s failed.") % {"kind": kind}
        )
    if job.state == State.CANCELLED:
        return _("%(kind)s was cancelled.") % {"kind": kind}
    return _("%(kind)s finished.") % {"kind": kind}
