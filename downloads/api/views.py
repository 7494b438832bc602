"""Endpoints of downloads. Each asks a service; none decides anything."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from downloads.api.serializers import (
    DownloadSerializer,
    FoundSerializer,
    HistoryQuerySerializer,
    InspectSerializer,
    StartDownloadSerializer,
    StartedManySerializer,
    StartManySerializer,
)
from downloads.models import Download
from downloads.services import downloads, history, inspections
from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.jobs import queue


class Inspect(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="downloads_inspect",
        request=InspectSerializer,
        responses=FoundSerializer,
    )
    def post(self, request: Request) -> Response:
        """What is at an address. Nothing is kept of it; ask as often as you like."""
        body = InspectSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        found = inspections.inspect(request.user, **body.validated_data)
        return Response(found, headers={"X-Cache": found["cache"]})


class DownloadList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="downloads_list",
        parameters=[HistoryQuerySerializer],
        responses=DownloadSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The history: searched in title, channel and address, newest first."""
        paginator = NewestFirst()
        found = history.search(
            request.user,
            query=request.query_params.get("q", ""),
            state=request.query_params.get("state", ""),
        )
        page = paginator.paginate_queryset(found, request)
        data = downloads.describe_all(list(page))
        return paginator.get_paginated_response(data)

    @extend_schema(
        operation_id="downloads_create",
        parameters=[IDEMPOTENCY_KEY],
        request=StartDownloadSerializer,
        responses={202: DownloadSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = StartDownloadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked, options = body.split()
        download = downloads.request(request.user, options=options, **asked)
        return Response(downloads.describe(download), status=status.HTTP_202_ACCEPTED)


class DownloadMany(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="downloads_create_many",
        parameters=[IDEMPOTENCY_KEY],
        request=StartManySerializer,
        responses={202: StartedManySerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """What was chosen of a list, all in the same way.

        Addresses that cannot be fetched are told in `refused`; the others are queued.
        """
        body = StartManySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked, options = body.split()
        made, refused = downloads.request_all(request.user, options=options, **asked)
        answer = {"downloads": downloads.describe_all(made), "refused": refused}
        return Response(answer, status=status.HTTP_202_ACCEPTED)


class DownloadDetail(APIView):
    @extend_schema(operation_id="downloads_retrieve", responses=DownloadSerializer)
    def get(self, request: Request, download_id: UUID) -> Response:
        found = downloads.find(request.user, download_id)
        return Response(downloads.describe(found))

    @extend_schema(operation_id="downloads_forget", responses={204: None})
    def delete(self, request: Request, download_id: UUID) -> Response:
        """Remove the line from the history. The file stays in the library."""
        downloads.forget(downloads.find(request.user, download_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class _Steer(APIView):
    """Does one thing to a download and shows how it is then."""

    act: Callable[[Download], Any]

    def steer(self, request: Request, download_id: UUID) -> Response:
        found = downloads.find(request.user, download_id)
        type(self).act(found)
        return Response(downloads.describe(found))


class CancelDownload(_Steer):
    act = staticmethod(downloads.cancel)

    @extend_schema(
        operation_id="downloads_cancel", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        return self.steer(request, download_id)


class RetryDownload(_Steer):
    act = staticmethod(queue.retry)

    @extend_schema(
        operation_id="downloads_retry", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        return self.steer(request, download_id)


class PauseDownload(_Steer):
    act = staticmethod(downloads.pause)

    @extend_schema(
        operation_id="downloads_pause", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        """Stop for now. What was received stays, and `resume/` goes on with it."""
        return self.steer(request, download_id)


class ResumeDownload(_Steer):
    act = staticmethod(downloads.resume)

    @extend_schema(
        operation_id="downloads_resume", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        return self.steer(request, download_id)


class PrioritiseDownload(_Steer):
    act = staticmethod(downloads.prioritise)

    @extend_schema(
        operation_id="downloads_prioritise", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        """To the front of the line."""
        return self.steer(request, download_id)


class FetchAgain(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="downloads_again",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: DownloadSerializer},
    )
    @idempotent
    def post(self, request: Request, download_id: UUID) -> Response:
        """The same once more, as a new download."""
        fresh = downloads.again(downloads.find(request.user, download_id))
        return Response(downloads.describe(fresh), status=status.HTTP_202_ACCEPTED)


class DeleteFile(APIView):
    @extend_schema(
        operation_id="downloads_delete_file", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        """Move the file to the bin; the line in the history stays."""
        found = downloads.find(request.user, download_id)
        downloads.delete_file(found)
        return Response(downloads.describe(found))
