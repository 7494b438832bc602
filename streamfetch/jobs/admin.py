"""What an operator sees of jobs: read them, retry them, cancel them."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_dramatiq.models import Task

from streamfetch.errors import Conflict
from streamfetch.jobs import queue
from streamfetch.jobs.models import Job
from streamfetch.mongo.admin import DocumentAdmin


class JobAdmin(DocumentAdmin):
    """Base of the admin page of every kind of job. Nothing is edited by hand."""

    list_display = (
        "title",
        "owner",
        "state",
        "stage",
        "progress",
        "attempts",
        "priority",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "priority")
    actions = ("retry_jobs", "cancel_jobs")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.model._meta.fields]

    @admin.display(description=_("title"))
    def title(self, job: Job) -> str:
        return job.title()

    @admin.display(description=_("progress"))
    def progress(self, job: Job) -> str:
        return f"{job.percent:.0f} %"

    def _apply(self, request: HttpRequest, jobs: Any, act: Any, done: Any) -> None:
        count = 0
        for job in jobs:
            try:
                act(job)
                count += 1
            except Conflict as error:
                self.message_user(request, f"{job.title()}: {error}", messages.WARNING)
        if count:
            self.message_user(request, done(count))

    @admin.action(description=_("Retry"), permissions=["view"])
    def retry_jobs(self, request: HttpRequest, queryset: Any) -> None:
        self._apply(
            request,
            queryset,
            queue.retry,
            lambda n: ngettext("%d job queued again.", "%d jobs queued again.", n) % n,
        )

    @admin.action(description=_("Cancel"), permissions=["view"])
    def cancel_jobs(self, request: HttpRequest, queryset: Any) -> None:
        self._apply(
            request,
            queryset,
            queue.cancel,
            lambda n: ngettext("%d job cancelled.", "%d jobs cancelled.", n) % n,
        )


# The queue's own records: ours say more, and are what workers go by.
admin.site.unregister(Task)
