"""Endpoints of downloads. Each asks a service; none decides anything."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from downloads.api.serializers import DownloadSerializer, StartDownloadSerializer
from downloads.models import Download
from downloads.services import downloads
from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.jobs import queue


class DownloadList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="downloads_list", responses=DownloadSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = Download.objects.owned_by(request.user)
        page = paginator.paginate_queryset(found, request)
        data = [downloads.describe(each) for each in page]
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
        download = downloads.request(request.user, **body.validated_data)
        return Response(downloads.describe(download), status=status.HTTP_202_ACCEPTED)


class DownloadDetail(APIView):
    @extend_schema(operation_id="downloads_retrieve", responses=DownloadSerializer)
    def get(self, request: Request, download_id: UUID) -> Response:
        found = downloads.find(request.user, download_id)
        return Response(downloads.describe(found))


class CancelDownload(APIView):
    @extend_schema(
        operation_id="downloads_cancel", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        found = downloads.find(request.user, download_id)
        queue.cancel(found)
        return Response(downloads.describe(found))


class RetryDownload(APIView):
    @extend_schema(
        operation_id="downloads_retry", request=None, responses=DownloadSerializer
    )
    def post(self, request: Request, download_id: UUID) -> Response:
        found = downloads.find(request.user, download_id)
        queue.retry(found)
        return Response(downloads.describe(found))
