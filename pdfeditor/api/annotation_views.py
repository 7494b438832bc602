"""Endpoints of annotations and their pictures."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pdfeditor.api.serializers import (
    AnnotationResultsSerializer,
    AnnotationSerializer,
    BulkAnnotationsSerializer,
    EditAnnotationSerializer,
    ImageSerializer,
    ImageUploadSerializer,
)
from pdfeditor.describing import describe_annotations
from pdfeditor.models import Annotation, PdfProject
from pdfeditor.services import annotations, images, projects
from pdfeditor.services.parsing import parse_id
from streamfetch.accounts.models import User
from streamfetch.api.pagination import NewestFirst
from streamfetch.errors import Invalid


class AnnotationPages(NewestFirst):
    """A page of a PDF may have hundreds: they come at once."""

    default_size = 500
    max_size = 1000


def _shown(project: PdfProject, annotation: Annotation) -> dict[str, Any]:
    return describe_annotations(project, [annotation])[0]


def author_of(request: Request) -> str:
    user = request.user
    return user.display_name if isinstance(user, User) else ""


class AnnotationList(APIView):
    pagination_class = AnnotationPages

    @extend_schema(
        operation_id="pdf_annotations_list",
        parameters=[OpenApiParameter("page", UUID, description="Of this page only.")],
        responses=AnnotationSerializer(many=True),
    )
    def get(self, request: Request, pdf_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        asked = request.query_params.get("page")
        page = parse_id(asked, field="page") if asked else None
        paginator = AnnotationPages()
        found = annotations.of_project(project, page)
        shown = paginator.paginate_queryset(found, request)
        return paginator.get_paginated_response(describe_annotations(project, shown))

    @extend_schema(
        operation_id="pdf_annotations_create",
        request=AnnotationSerializer,
        responses={200: AnnotationSerializer, 201: AnnotationSerializer},
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """Give it an `id` of your own: sent twice, there is still one (200)."""
        project = projects.find_ready(request.user, pdf_id)
        made, is_new = annotations.create(
            project, request.data, author=author_of(request)
        )
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(_shown(project, made), status=code)


class AnnotationDetail(APIView):
    @extend_schema(
        operation_id="pdf_annotations_retrieve", responses=AnnotationSerializer
    )
    def get(self, request: Request, pdf_id: UUID, annotation_id: UUID) -> Response:
        project = projects.find(request.user, pdf_id)
        return Response(_shown(project, annotations.find(project, annotation_id)))

    @extend_schema(
        operation_id="pdf_annotations_update",
        request=EditAnnotationSerializer,
        responses=AnnotationSerializer,
    )
    def patch(self, request: Request, pdf_id: UUID, annotation_id: UUID) -> Response:
        """409 `revision_conflict` carries the annotation as it is, in `current`."""
        project = projects.find(request.user, pdf_id)
        current = annotations.find(project, annotation_id)
        return Response(
            _shown(project, annotations.edit(project, current, request.data))
        )

    @extend_schema(
        operation_id="pdf_annotations_delete",
        parameters=[OpenApiParameter("revision", int)],
        responses={204: None},
    )
    def delete(self, request: Request, pdf_id: UUID, annotation_id: UUID) -> Response:
        """With `revision`, only what the caller has seen is deleted (409)."""
        project = projects.find(request.user, pdf_id)
        asked = request.query_params.get("revision", "")
        revision = int(asked) if asked.isascii() and asked[:10].isdigit() else None
        annotations.delete(project, annotation_id, revision)
        return Response(status=status.HTTP_204_NO_CONTENT)


MAX_EDITOR = 40


class BulkAnnotations(APIView):
    @extend_schema(
        operation_id="pdf_annotations_bulk",
        request=BulkAnnotationsSerializer,
        responses=AnnotationResultsSerializer,
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """Up to 1,000 changes; each is done or refused by itself."""
        project = projects.find_ready(request.user, pdf_id)
        results = annotations.bulk(
            project,
            request.data,
            author=author_of(request),
            editor=request.headers.get("X-Editor", "")[:MAX_EDITOR],
        )
        return Response({"results": results})


class PdfImages(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="pdf_images_create",
        request={"multipart/form-data": ImageUploadSerializer},
        responses={201: ImageSerializer},
    )
    def post(self, request: Request, pdf_id: UUID) -> Response:
        """Bring in a PNG or JPEG of up to 5 MB for image annotations."""
        project = projects.find(request.user, pdf_id)
        file = request.FILES.get("file")
        if file is None:
            raise Invalid(
                _("Send the picture as `file`."), code="required", field="file"
            )
        return Response(
            images.add(project, file.read()), status=status.HTTP_201_CREATED
        )
