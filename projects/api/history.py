"""Endpoints of a project's versions and captions."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects.api.serializers import (
    ImportCaptionsSerializer,
    KeepVersionSerializer,
    ProjectSerializer,
    VersionSerializer,
)
from projects.api.views import document, edited_revision
from projects.services import captions, projects, versions
from streamfetch.api.pagination import NewestFirst
from streamfetch.errors import Invalid


class Versions(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="video_projects_revisions_list",
        responses=VersionSerializer(many=True),
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """Kept versions, the newest first; those without a name were kept by
        themselves."""
        project = projects.find(request.user, project_id)
        paginator = NewestFirst()
        page = paginator.paginate_queryset(versions.versions_of(project), request)
        return paginator.get_paginated_response(
            [versions.describe(version) for version in page]
        )

    @extend_schema(
        operation_id="video_projects_revisions_create",
        request=KeepVersionSerializer,
        responses={201: VersionSerializer},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        """Keep the project as it is now, by name."""
        project = projects.find(request.user, project_id)
        body = KeepVersionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        version = versions.keep(project, **body.validated_data)
        return Response(versions.describe(version), status=status.HTTP_201_CREATED)


class RestoreVersion(APIView):
    @extend_schema(
        operation_id="video_projects_revisions_restore",
        request=None,
        responses=ProjectSerializer,
    )
    def post(self, request: Request, project_id: UUID, revision_id: UUID) -> Response:
        """Make the project what the version was; what it is now is kept, too."""
        project = projects.find(request.user, project_id)
        projects.take_back(project, versions.find(project, revision_id))
        return Response(document(project))


class ProjectCaptions(APIView):
    @extend_schema(
        operation_id="video_projects_captions_retrieve",
        parameters=[
            OpenApiParameter("format", str, enum=list(captions.WRITERS), default="srt")
        ],
        responses={
            200: OpenApiResponse(description="The captions as an SRT or WebVTT file.")
        },
    )
    def get(self, request: Request, project_id: UUID) -> HttpResponse:
        file_format = request.query_params.get("format", "srt")
        if file_format not in captions.WRITERS:
            raise Invalid(
                _("Captions come as srt or vtt."), code="unknown_format", field="format"
            )
        project = projects.find(request.user, project_id)
        response = HttpResponse(
            captions.exported(project, file_format),
            content_type=f"{captions.CONTENT_TYPES[file_format]}; charset=utf-8",
        )
        name = f"captions.{project.timeline.captions.language}.{file_format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @extend_schema(
        operation_id="video_projects_captions_replace",
        request=ImportCaptionsSerializer,
        responses=ProjectSerializer,
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        """Put the cues of an SRT or WebVTT file in the place of the captions."""
        project = projects.find(request.user, project_id)
        body = ImportCaptionsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        revision = edited_revision(request, changes, default=project.revision)
        captions.replace(
            project,
            changes["text"],
            language=changes.get("language"),
            revision=revision,
        )
        return Response(document(project))
