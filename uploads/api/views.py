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
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from uploads.api.pagination import AssetPages
from uploads.api.serializers import (
    AssetSerializer,
    BulkResultSerializer,
    BulkSerializer,
    ClipRequestSerializer,
    EditAssetSerializer,
    ListedAssetSerializer,
    OpenUploadSerializer,
    OpenUploadsSerializer,
    PartsSerializer,
    PlaybackSerializer,
    SignPartsSerializer,
    StartedAssetSerializer,
    StartedUploadSerializer,
    StartUploadSerializer,
    TargetsSerializer,
    UploadSerializer,
    UsageSerializer,
    target_rows,
)
from uploads.describing import playback
from uploads.models import Asset
from uploads.services import assets, bulk, clips, sessions, usage
from uploads.services.listing import ORDERS, filtered_assets


class Uploads(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="uploads_start",
        summary="Announce a file; get the addresses to send its parts to",
        parameters=[IDEMPOTENCY_KEY],
        request=StartUploadSerializer,
        responses={200: StartedUploadSerializer, 201: StartedUploadSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """200 instead of 201: the same file was begun before and goes on."""
        body = StartUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        started = sessions.start(request.user, **body.validated_data)
        data: dict[str, Any] = dict(UploadSerializer(started.session).data)
        data["urls"] = target_rows(started.targets)
        code = status.HTTP_200_OK if started.is_resumed else status.HTTP_201_CREATED
        return Response(data, status=code)

    @extend_schema(operation_id="uploads_list", responses=OpenUploadsSerializer)
    def get(self, request: Request) -> Response:
        """Your unfinished uploads, on whatever device they were begun."""
        found = sessions.open_sessions(request.user)
        return Response({"results": OpenUploadSerializer(found, many=True).data})


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
    OpenApiParameter("search", str, description="Words of the title, or a tag."),
    OpenApiParameter("tag", str),
    OpenApiParameter("sort", str, enum=list(ORDERS)),
    OpenApiParameter("created_after", str, description="A date, such as 2026-11-21."),
    OpenApiParameter("created_before", str, description="A date, that day included."),
    OpenApiParameter("deleted", bool, description="true: what is in the bin."),
    OpenApiParameter("kind", str, enum=["video", "audio", "image", "pdf"]),
    OpenApiParameter("status", str, enum=[value for value, _ in Asset.Status.choices]),
]


class AssetList(APIView):
    pagination_class = AssetPages

    @extend_schema(
        operation_id="assets_list",
        parameters=_FILTERS,
        responses=ListedAssetSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        paginator = AssetPages()
        found = filtered_assets(request.user, request.query_params)
        page = paginator.paginate_queryset(found, request)
        return paginator.get_paginated_response(
            ListedAssetSerializer(page, many=True).data
        )


class AssetDetail(APIView):
    @extend_schema(operation_id="assets_retrieve", responses=AssetSerializer)
    def get(self, request: Request, asset_id: UUID) -> Response:
        return Response(AssetSerializer(assets.find(request.user, asset_id)).data)

    @extend_schema(
        operation_id="assets_update",
        request=EditAssetSerializer,
        responses=AssetSerializer,
    )
    def patch(self, request: Request, asset_id: UUID) -> Response:
        asset = assets.find(request.user, asset_id)
        body = EditAssetSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        revision = changes.pop("revision", asset.revision)
        assets.edit(asset, revision=revision, **changes)
        return Response(AssetSerializer(asset).data)

    @extend_schema(
        operation_id="assets_delete",
        parameters=[
            OpenApiParameter("force", bool, description="Even if projects use it.")
        ],
        responses={
            204: None,
            409: OpenApiResponse(description="`in_use`; `used_by` names the places."),
        },
    )
    def delete(self, request: Request, asset_id: UUID) -> Response:
        """Into the bin; `restore/` brings it back."""
        force = request.query_params.get("force") in {"true", "1"}
        assets.move_to_bin(assets.find(request.user, asset_id), force=force)
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


class AssetUsage(APIView):
    @extend_schema(operation_id="assets_usage", responses=UsageSerializer)
    def get(self, request: Request) -> Response:
        """How much room your library takes."""
        return Response(usage.usage_of(request.user))


class BulkAssets(APIView):
    @extend_schema(
        operation_id="assets_bulk",
        request=BulkSerializer,
        responses=BulkResultSerializer,
    )
    def post(self, request: Request) -> Response:
        """Delete, restore or purge many; each is done or refused on its own."""
        body = BulkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(bulk.apply(request.user, **body.validated_data))


class MakeClip(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="assets_clips_create",
        parameters=[IDEMPOTENCY_KEY],
        request=ClipRequestSerializer,
        responses={202: StartedAssetSerializer},
    )
    @idempotent
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Cut a piece out as an asset of its own."""
        source = assets.find(request.user, asset_id)
        body = ClipRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        clip = clips.make(request.user, source, **body.validated_data)
        data = {"asset": AssetSerializer(clip).data}
        return Response(data, status=status.HTTP_202_ACCEPTED)
