"""One list of every background job of the caller."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamfetch.accounts.models import person
from streamfetch.api.pagination import Cursor, NewestFirst
from streamfetch.jobs import listing, queue, registry
from streamfetch.jobs.api.serializers import JobSerializer


class JobsNewestFirst(NewestFirst):
    """A page over several collections, of the owner whose id is handed in."""

    def fetch(self, queryset: Any, limit: int, before: Cursor | None) -> list[Any]:
        return listing.newest(queryset, limit, before=before)


class JobList(APIView):
    pagination_class = JobsNewestFirst

    @extend_schema(
        operation_id="jobs_list",
        responses=JobSerializer(many=True),
        summary="Every background job of yours, newest first",
        description="Finished jobs are listed for a day, failed ones for a week.",
    )
    def get(self, request: Request) -> Response:
        paginator = JobsNewestFirst()
        page = paginator.paginate_queryset(person(request).pk, request)
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
