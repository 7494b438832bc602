"""Endpoints of PDF projects. Each asks a service; none decides anything."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pdfeditor.api.serializers import (
    CreatePdfSerializer,
    EditPdfSerializer,
    PdfProjectSerializer,
    PdfSummarySerializer,
    UnlockSerializer,
)
from pdfeditor.describing import describe, summary
from pdfeditor.models import PdfProject
from pdfeditor.services import projects
from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle


class PdfList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="pdf_projects_list", responses=PdfSummarySerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = PdfProject.objects.owned_by(request.user).alive()
        page = paginator.paginate_queryset(found, request)
        return paginator.get_paginated_response([summary(project) for project in page])

    @extend_schema(
        operation_id="pdf_projects_create",
        parameters=[IDEMPOTENCY_KEY],
        request=CreatePdfSerializer,
        responses={201: PdfProjectSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Start editing a PDF of the library. Reading it is a background job."""
        body = CreatePdfSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        project = projects.create(request.user, **body.validated_data)
        return Response(describe(project), status=status.HTTP_201_CREATED)


class PdfDetail(APIView):
    @extend_schema(operation_id="pdf_projects_retrieve", responses=PdfProjectSerializer)
    def get(self, request: Request, pdf_id: UUID) -> Response:
        return Response(describe(projects.find(request.user, pdf_id)))

    @extend_schema(
        operation_id="pdf_projects_update",
        request=EditPdfSerializer,
        responses=PdfProjectSerializer,
    )
    def patch(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        body = EditPdfSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(describe(projects.edit(project, **body.validated_data)))

    @extend_schema(operation_id="pdf_projects_delete", responses={204: None})
    def delete(self, request: Request, pdf_id: UUID) -> Response:
        """Into the bin; `restore/` brings it back."""
        projects.move_to_bin(projects.find(request.user, pdf_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RestorePdf(APIView):
    @extend_schema(
        operation_id="pdf_projects_restore",
        request=None,
        responses=PdfProjectSerializer,
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        return Response(describe(projects.restore(request.user, pdf_id)))


class UnlockPdf(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="pdf_projects_unlock",
        request=UnlockSerializer,
        responses=PdfProjectSerializer,
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """Open a locked PDF. The password is used once and kept nowhere."""
        project = projects.find(request.user, pdf_id)
        body = UnlockSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(describe(projects.unlock(project, **body.validated_data)))
