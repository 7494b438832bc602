"""Endpoints of the library. Each asks a service; none decides anything."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from uploads.api.serializers import (
    AssetSerializer,
    PartsSerializer,
    PlaybackSerializer,
    RenameAssetSerializer,
    SignPartsSerializer,
    StartedAssetSerializer,
    StartedUploadSerializer,
    StartUploadSerializer,
    TargetsSerializer,
    UploadSerializer,
    target_rows,
)
from uploads.describing import playback
from uploads.models import Asset
from uploads.services import assets, sessions
from uploads.services.listing import filtered_assets


class StartUpload(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="uploads_start",
        summary="Announce a file; get the addresses to send its parts to",
        parameters=[IDEMPOTENCY_KEY],
        request=StartUploadSerializer,
        responses={201: StartedUploadSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = StartUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        started = sessions.start(request.user, **body.validated_data)
        data: dict[str, Any] = dict(UploadSerializer(started.session).data)
        data["urls"] = target_rows(started.targets)
        return Response(data, status=status.HTTP_201_CREATED)


class UploadParts(APIView):
    @extend_schema(operation_id="uploads_parts_list", responses=PartsSerializer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """The parts that storage has received."""
        session = sessions.find(request.user, upload_id)
        parts = [
            {"number": part.number, "size_bytes": part.size_bytes}
            for part in sessions.arrived_parts(session)
        ]
        return Response({"parts": parts})

    @extend_schema(
        operation_id="uploads_parts_sign",
        request=SignPartsSerializer,
        responses=TargetsSerializer,
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Fresh addresses for parts that are still missing."""
        session = sessions.find(request.user, upload_id)
        body = SignPartsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        targets = sessions.sign_parts(session, body.validated_data["numbers"])
        return Response({"urls": target_rows(targets)})


class CompleteUpload(APIView):
    @extend_schema(
        operation_id="uploads_complete",
        request=None,
        responses={202: StartedAssetSerializer},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Check what arrived and start processing."""
        session = sessions.find(request.user, upload_id)
        asset = sessions.complete(session)
        data = {"asset": AssetSerializer(asset).data}
        return Response(data, status=status.HTTP_202_ACCEPTED)


class UploadStatus(APIView):
    @extend_schema(operation_id="uploads_status", responses=UploadSerializer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        session = sessions.find(request.user, upload_id)
        return Response(UploadSerializer(session).data)


class AbortUpload(APIView):
    @extend_schema(operation_id="uploads_abort", responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Give the upload up; what arrived is removed."""
        sessions.abort(sessions.find(request.user, upload_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


_FILTERS = [
    OpenApiParameter("search", str, description="Words in the title."),
    OpenApiParameter("kind", str, enum=["video", "audio", "image", "pdf"]),
    OpenApiParameter("status", str, enum=[value for value, _ in Asset.Status.choices]),
]


class AssetList(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="assets_list",
        parameters=_FILTERS,
        responses=AssetSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = filtered_assets(request.user, request.query_params)
        page = paginator.paginate_queryset(found, request)
        return paginator.get_paginated_response(AssetSerializer(page, many=True).data)


class AssetDetail(APIView):
    @extend_schema(operation_id="assets_retrieve", responses=AssetSerializer)
    def get(self, request: Request, asset_id: UUID) -> Response:
        return Response(AssetSerializer(assets.find(request.user, asset_id)).data)

    @extend_schema(
        operation_id="assets_update",
        request=RenameAssetSerializer,
        responses=AssetSerializer,
    )
    def patch(self, request: Request, asset_id: UUID) -> Response:
        asset = assets.find(request.user, asset_id)
        body = RenameAssetSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        revision = body.validated_data.get("revision", asset.revision)
        assets.rename(asset, title=body.validated_data["title"], revision=revision)
        return Response(AssetSerializer(asset).data)

    @extend_schema(operation_id="assets_delete", responses={204: None})
    def delete(self, request: Request, asset_id: UUID) -> Response:
        """Into the bin; `restore/` brings it back."""
        assets.move_to_bin(assets.find(request.user, asset_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RestoreAsset(APIView):
    @extend_schema(
        operation_id="assets_restore", request=None, responses=AssetSerializer
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        return Response(AssetSerializer(assets.restore(request.user, asset_id)).data)


class ReprocessAsset(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="assets_reprocess", request=None, responses={202: AssetSerializer}
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        asset = assets.find(request.user, asset_id)
        assets.reprocess(asset)
        asset.refresh_from_db()
        return Response(AssetSerializer(asset).data, status=status.HTTP_202_ACCEPTED)


class AssetPlayback(APIView):
    @extend_schema(operation_id="assets_playback", responses=PlaybackSerializer)
    def get(self, request: Request, asset_id: UUID) -> Response:
        asset = assets.find(request.user, asset_id)
        return Response(playback(asset))


class AssetFile(APIView):
    @extend_schema(
        operation_id="assets_file",
        responses={302: OpenApiResponse(description="The original, as an attachment.")},
    )
    def get(self, request: Request, asset_id: UUID) -> HttpResponseRedirect:
        asset = assets.find(request.user, asset_id)
        return HttpResponseRedirect(assets.original_url(asset))
