"""Endpoints of versions and of the fields of forms."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pdfeditor.api.serializers import (
    FillFieldsSerializer,
    KeepPdfVersionSerializer,
    PdfFieldsSerializer,
    PdfProjectSerializer,
    PdfVersionSerializer,
)
from pdfeditor.describing import describe, describe_version
from pdfeditor.services import fields, projects, versions
from streamfetch.api.pagination import NewestFirst


class VersionList(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="pdf_versions_list", responses=PdfVersionSerializer(many=True)
    )
    def get(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        paginator = NewestFirst()
        page = paginator.paginate_queryset(versions.of_project(project), request)
        return paginator.get_paginated_response(list(map(describe_version, page)))

    @extend_schema(
        operation_id="pdf_versions_create",
        request=KeepPdfVersionSerializer,
        responses={201: PdfVersionSerializer},
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find_ready(request.user, pdf_id)
        body = KeepPdfVersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = versions.keep(project, **body.validated_data)
        return Response(describe_version(version), status=status.HTTP_201_CREATED)


class RestoreVersion(APIView):
    @extend_schema(
        operation_id="pdf_versions_restore",
        request=None,
        responses=PdfProjectSerializer,
    )
    def post(self, request: Request, pdf_id: UUID, version_id: UUID) -> Response:
        """Go back; the present state is kept as a version of its own first."""
        project = projects.find_ready(request.user, pdf_id)
        version = versions.find(project, version_id)
        return Response(describe(versions.restore(project, version)))


class PdfFields(APIView):
    @extend_schema(operation_id="pdf_fields_list", responses=PdfFieldsSerializer)
    def get(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        listed = fields.listing(project)
        return Response({"fields": listed, "revision": project.revision})

    @extend_schema(
        operation_id="pdf_fields_fill",
        request=FillFieldsSerializer,
        responses=PdfFieldsSerializer,
    )
    def patch(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find_ready(request.user, pdf_id)
        body = FillFieldsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        filled = fields.fill(project, **body.validated_data)
        return Response({"fields": filled, "revision": project.revision})
