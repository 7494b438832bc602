"""Endpoints of pages, exports and XFDF."""

from uuid import UUID

from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pdfeditor.api.annotation_views import author_of
from pdfeditor.api.serializers import (
    ArrangeSerializer,
    PdfExportSerializer,
    PdfProjectSerializer,
    SplitResultSerializer,
    SplitSerializer,
    StartExportSerializer,
    XfdfResultSerializer,
    XfdfUploadSerializer,
)
from pdfeditor.describing import describe, describe_export, summary
from pdfeditor.geometry.document import ExportOptions
from pdfeditor.services import exports, pages, projects, splitting, xfdf
from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.errors import Invalid


class ArrangePages(APIView):
    @extend_schema(
        operation_id="pdf_pages_arrange",
        request=ArrangeSerializer,
        responses=PdfProjectSerializer,
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """Turn, move, delete and insert pages: all operations, or none."""
        project = projects.find_ready(request.user, pdf_id)
        body = ArrangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = pages.arrange(request.user, project, **body.validated_data)
        return Response(describe(changed))


class SplitPdf(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="pdf_projects_split",
        request=SplitSerializer,
        responses={201: SplitResultSerializer},
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """New projects of some of the pages each; this one stays as it is."""
        project = projects.find_ready(request.user, pdf_id)
        body = SplitSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = splitting.split(project, body.validated_data["ranges"])
        return Response(
            {"results": [summary(each) for each in made]},
            status=status.HTTP_201_CREATED,
        )


class ExportList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="pdf_exports_list", responses=PdfExportSerializer(many=True)
    )
    def get(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        paginator = NewestFirst()
        page = paginator.paginate_queryset(exports.of_project(project), request)
        return paginator.get_paginated_response(list(map(describe_export, page)))

    @extend_schema(
        operation_id="pdf_exports_create",
        parameters=[IDEMPOTENCY_KEY],
        request=StartExportSerializer,
        responses={202: PdfExportSerializer},
    )
    @idempotent
    def post(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find_ready(request.user, pdf_id)
        body = StartExportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        export = exports.request(
            project,
            format=asked.pop("format"),
            password=asked.pop("password", ""),
            options=ExportOptions.model_validate(asked),
        )
        return Response(describe_export(export), status=status.HTTP_202_ACCEPTED)


class ExportDetail(APIView):
    @extend_schema(operation_id="pdf_exports_retrieve", responses=PdfExportSerializer)
    def get(self, request: Request, pdf_id: UUID, export_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        return Response(describe_export(exports.find(project, export_id)))


class ExportFile(APIView):
    @extend_schema(
        operation_id="pdf_exports_file",
        responses={302: OpenApiResponse(description="The file, as an attachment.")},
    )
    def get(
        self, request: Request, pdf_id: UUID, export_id: UUID
    ) -> HttpResponseRedirect:
        project = projects.find(request.user, pdf_id)
        return HttpResponseRedirect(exports.file_url(exports.find(project, export_id)))


class ImportXfdf(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="pdf_xfdf_import",
        request={"multipart/form-data": XfdfUploadSerializer},
        responses=XfdfResultSerializer,
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """Add the annotations of an XFDF file, all or nothing."""
        project = projects.find_ready(request.user, pdf_id)
        file = request.FILES.get("file")
        if file is None:
            raise Invalid(
                _("Send the XFDF file as `file`."), code="required", field="file"
            )
        return Response(xfdf.add(project, file.read(), author=author_of(request)))
