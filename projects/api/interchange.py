"""Endpoints that take projects out and in as files."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects.api.serializers import ImportProjectSerializer, ProjectSerializer
from projects.api.views import document
from projects.services import interchange, projects
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.errors import Invalid


class ExportProject(APIView):
    @extend_schema(
        operation_id="video_projects_exports_retrieve",
        parameters=[
            OpenApiParameter(
                "format", str, enum=list(interchange.CONTENT_TYPES), default="otio"
            )
        ],
        responses={200: OpenApiResponse(description="The project as a file.")},
    )
    def get(self, request: Request, project_id: UUID) -> HttpResponse:
        """OpenTimelineIO, or a zip of the project without its media."""
        project = projects.find(request.user, project_id)
        file_format = request.query_params.get("format", "otio")
        if file_format not in interchange.CONTENT_TYPES:
            raise Invalid(
                _("Projects come as otio or zip."), code="unknown_format",
                field="format",
            )  # fmt: skip
        response = HttpResponse(
            interchange.exported(project, file_format),
            content_type=interchange.CONTENT_TYPES[file_format],
        )
        name = f"{slugify(project.name) or 'project'}.{file_format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class ImportProject(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="video_projects_imports_create",
        request=ImportProjectSerializer,
        responses={201: ProjectSerializer},
    )
    def post(self, request: Request) -> Response:
        """A new project from an OpenTimelineIO file or a zipped project."""
        body = ImportProjectSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        project = interchange.imported(
            request.user,
            wanted["content"],
            file_format=wanted["format"],
            name=wanted.get("name", ""),
        )
        return Response(document(project), status=status.HTTP_201_CREATED)
