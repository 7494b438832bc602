"""Endpoints of projects and renders. Each asks a service; none decides anything."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects.api.serializers import (
    MAX_REVISION,
    CreateProjectSerializer,
    EditProjectSerializer,
    ProjectSerializer,
    RenderSerializer,
    StartRenderSerializer,
)
from projects.describing import describe, with_thumbnails
from projects.models import VideoProject
from projects.services import projects, renders
from projects.timeline.presets import Wish
from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.errors import Invalid


def document(project: VideoProject) -> dict[str, Any]:
    return with_thumbnails([describe(project)])[0]


class ProjectList(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="video_projects_list", responses=ProjectSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = VideoProject.objects.owned_by(request.user).alive()
        page = paginator.paginate_queryset(found, request)
        described = [describe(project) for project in page]
        return paginator.get_paginated_response(with_thumbnails(described))

    @extend_schema(
        operation_id="video_projects_create",
        parameters=[IDEMPOTENCY_KEY],
        request=CreateProjectSerializer,
        responses={201: ProjectSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = CreateProjectSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        project = projects.create(request.user, **body.validated_data)
        return Response(document(project), status=status.HTTP_201_CREATED)


def edited_revision(
    request: Request, body: dict[str, Any], *, default: int | None = None
) -> int:
    """The revision that the caller edited, from the body or from If-Match."""
    if "revision" in body:
        return int(body.pop("revision"))
    if default is not None and "If-Match" not in request.headers:
        return default
    header = request.headers.get("If-Match", "").strip().strip('"')
    if re.fullmatch(r"[0-9]{1,10}", header) and int(header) <= MAX_REVISION:
        return int(header)
    raise Invalid(
        _("Say which revision you edited, in `revision` or in If-Match."),
        code="revision_missing",
        field="revision",
    )


class ProjectDetail(APIView):
    @extend_schema(operation_id="video_projects_retrieve", responses=ProjectSerializer)
    def get(self, request: Request, project_id: UUID) -> Response:
        document = projects.read(request.user, project_id)
        response = Response(with_thumbnails([document])[0])
        response["ETag"] = f'"{document["revision"]}"'
        return response

    @extend_schema(
        operation_id="video_projects_update",
        parameters=[
            OpenApiParameter(
                "If-Match", str, OpenApiParameter.HEADER, description="The revision."
            )
        ],
        request=EditProjectSerializer,
        responses={
            200: ProjectSerializer,
            409: OpenApiResponse(
                description="`revision_conflict`; `current` is the document as it is."
            ),
        },
    )
    def patch(self, request: Request, project_id: UUID) -> Response:
        replaces = isinstance(request.data, dict) and "timeline" in request.data
        unread = ("timeline",) if replaces else ()
        project = projects.find(request.user, project_id, unread=unread)
        body = EditProjectSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        revision = edited_revision(request, changes)
        projects.edit(project, revision=revision, **changes)
        return Response(document(project))

    @extend_schema(operation_id="video_projects_delete", responses={204: None})
    def delete(self, request: Request, project_id: UUID) -> Response:
        """Into the bin; `restore/` brings it back."""
        projects.move_to_bin(projects.find(request.user, project_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RestoreProject(APIView):
    @extend_schema(
        operation_id="video_projects_restore", request=None, responses=ProjectSerializer
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        return Response(document(projects.restore(request.user, project_id)))


class DuplicateProject(APIView):
    @extend_schema(
        operation_id="video_projects_duplicate",
        request=None,
        responses={201: ProjectSerializer},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        copy = projects.duplicate(projects.find(request.user, project_id))
        return Response(document(copy), status=status.HTTP_201_CREATED)


class ProjectRenders(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="video_projects_renders_list",
        responses=RenderSerializer(many=True),
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        project = projects.find(request.user, project_id)
        paginator = NewestFirst()
        page = paginator.paginate_queryset(renders.renders_of(project), request)
        return paginator.get_paginated_response(
            [renders.describe(render) for render in page]
        )

    @extend_schema(
        operation_id="video_projects_renders_create",
        parameters=[IDEMPOTENCY_KEY],
        request=StartRenderSerializer,
        responses={202: RenderSerializer},
    )
    @idempotent
    def post(self, request: Request, project_id: UUID) -> Response:
        project = projects.find(request.user, project_id)
        body = StartRenderSerializer(data=request.data or {})
        body.is_valid(raise_exception=True)
        render = renders.request(project, Wish(**body.validated_data))
        return Response(renders.describe(render), status=status.HTTP_202_ACCEPTED)


class RenderDetail(APIView):
    @extend_schema(operation_id="renders_retrieve", responses=RenderSerializer)
    def get(self, request: Request, render_id: UUID) -> Response:
        return Response(renders.describe(renders.find(request.user, render_id)))


class CancelRender(APIView):
    @extend_schema(
        operation_id="renders_cancel", request=None, responses=RenderSerializer
    )
    def post(self, request: Request, render_id: UUID) -> Response:
        render = renders.cancel(renders.find(request.user, render_id))
        return Response(renders.describe(render))


class RenderFile(APIView):
    @extend_schema(
        operation_id="renders_file",
        responses={302: OpenApiResponse(description="The file, as an attachment.")},
    )
    def get(self, request: Request, render_id: UUID) -> HttpResponseRedirect:
        render = renders.find(request.user, render_id)
        return HttpResponseRedirect(renders.file_url(render))
