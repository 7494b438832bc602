"""Endpoints of captions."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from uploads.api.serializers import (
    AddCaptionSerializer,
    CaptionSerializer,
    CaptionsSerializer,
)
from uploads.describing import captions_of, describe_captions
from uploads.models import Asset
from uploads.services import assets, captions


def _described(asset: Asset) -> list[dict[str, object]]:
    return describe_captions(captions_of([asset.pk]).get(asset.pk, []))


class Captions(APIView):
    @extend_schema(operation_id="assets_captions_list", responses=CaptionsSerializer)
    def get(self, request: Request, asset_id: UUID) -> Response:
        """The captions of a file; those people made come first."""
        asset = assets.find(request.user, asset_id)
        return Response({"results": _described(asset)})

    @extend_schema(
        operation_id="assets_captions_create",
        request=AddCaptionSerializer,
        responses={201: CaptionSerializer},
    )
    def post(self, request: Request, asset_id: UUID) -> Response:
        """Add SRT or WebVTT, in place of what has the same language and label."""
        asset = assets.find(request.user, asset_id)
        body = AddCaptionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        added = captions.add_file(asset, **body.validated_data)
        (row,) = describe_captions([captions.find(asset, added.id)])
        return Response(row, status=status.HTTP_201_CREATED)


class OneCaption(APIView):
    @extend_schema(operation_id="assets_captions_delete", responses={204: None})
    def delete(self, request: Request, asset_id: UUID, caption_id: UUID) -> Response:
        captions.remove(assets.find(request.user, asset_id), caption_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
