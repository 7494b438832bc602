"""One list of every background job of the caller."""

import heapq
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamfetch.accounts.models import person
from streamfetch.api.pagination import Cursor, NewestFirst
from streamfetch.jobs import queue, registry
from streamfetch.jobs.api.serializers import JobSerializer


def visible_jobs(owner_id: UUID) -> list[Any]:
    """Per kind, the jobs that the queue's view still shows."""
    shown = Q(shown_until=None) | Q(shown_until__gt=timezone.now())
    return [
        model.objects.filter(shown, owner_id=owner_id)
        for model in registry.job_models()
        if model.LISTED
    ]


class MergedNewestFirst(NewestFirst):
    """A page over several collections: each gives its newest, merged by time."""

    def fetch(self, queryset: Any, limit: int, before: Cursor | None) -> list[Any]:
        lists = [each.newest_first(limit, before=before) for each in queryset]
        merged = heapq.merge(
            *lists, key=lambda job: (job.created_at, job.pk), reverse=True
        )
        return [job for job, _ in zip(merged, range(limit), strict=False)]


class JobList(APIView):
    pagination_class = MergedNewestFirst

    @extend_schema(
        operation_id="jobs_list",
        responses=JobSerializer(many=True),
        summary="Every background job of yours, newest first",
        description="Finished jobs are listed for a day, failed ones for a week.",
    )
    def get(self, request: Request) -> Response:
        paginator = MergedNewestFirst()
        page = paginator.paginate_queryset(visible_jobs(person(request).pk), request)
        return paginator.get_paginated_response(JobSerializer(page, many=True).data)


class CancelJob(APIView):
    @extend_schema(request=None, responses=JobSerializer, operation_id="jobs_cancel")
    def post(self, request: Request, job_id: UUID) -> Response:
        """End a job that waits or runs."""
        job = registry.find(job_id, owner_id=request.user.pk)
        return Response(JobSerializer(queue.cancel(job)).data)


class RetryJob(APIView):
    @extend_schema(request=None, responses=JobSerializer, operation_id="jobs_retry")
    def post(self, request: Request, job_id: UUID) -> Response:
        """Start a failed or cancelled job again."""
        job = registry.find(job_id, owner_id=request.user.pk)
        return Response(JobSerializer(queue.retry(job)).data)
