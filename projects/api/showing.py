"""Endpoints that show a project before, and while, it is rendered."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects.api.serializers import PlanSerializer, StartRenderSerializer
from projects.services import projects, renders, showing, watching
from projects.timeline.document import MAX_TIMELINE_S
from projects.timeline.presets import PRESETS, Wish
from streamfetch.api.throttling import UserThrottle, WorkThrottle


class _FrameQuery(serializers.Serializer):
    time_ms = serializers.IntegerField(
        min_value=0, max_value=int(MAX_TIMELINE_S * 1000), default=0
    )
    image = serializers.ChoiceField(choices=["jpeg", "png"], default="jpeg")


class ProjectFrame(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="video_projects_frame_retrieve",
        parameters=[
            OpenApiParameter("time_ms", int, default=0),
            OpenApiParameter("image", str, enum=["jpeg", "png"], default="jpeg"),
        ],
        responses={200: OpenApiResponse(description="The frame, as a picture.")},
    )
    def get(self, request: Request, project_id: UUID) -> HttpResponse:
        """The frame that is on at a moment, exactly as a render shows it."""
        project = projects.find(request.user, project_id)
        query = _FrameQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        picture = showing.frame(
            project, wanted["time_ms"], image_format=wanted["image"]
        )
        response = HttpResponse(picture, content_type=f"image/{wanted['image']}")
        response["Cache-Control"] = "private, no-cache"
        return response


class ProjectPlan(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="video_projects_plan_retrieve",
        parameters=[
            OpenApiParameter("preset", str, enum=list(PRESETS), default="project"),
            OpenApiParameter("start_time", float),
            OpenApiParameter("end_time", float),
            OpenApiParameter("loudness_lufs", float),
        ],
        responses=PlanSerializer,
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """What a render would copy, take from the cache and encode."""
        project = projects.find(request.user, project_id)
        query = StartRenderSerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return Response(showing.plan(project, Wish(**query.validated_data)))


class ProjectScript(APIView):
    @extend_schema(
        operation_id="video_projects_text_retrieve",
        responses={200: OpenApiResponse(description="The words as an ASS script.")},
    )
    def get(self, request: Request, project_id: UUID) -> HttpResponse:
        """The ASS script of the texts (and captions, when they are burnt in)."""
        project = projects.find(request.user, project_id)
        return HttpResponse(
            showing.words(project), content_type="text/x-ssa; charset=utf-8"
        )


class WatchRender(APIView):
    @extend_schema(
        operation_id="renders_watch",
        parameters=[
            OpenApiParameter(
                "playlist", str, OpenApiParameter.PATH, enum=list(watching.NAMES)
            )
        ],
        responses={200: OpenApiResponse(description="An HLS playlist.")},
    )
    def get(self, request: Request, render_id: UUID, playlist: str) -> HttpResponse:
        """What is finished of a render, playable; the playlist grows with it."""
        render = renders.find(request.user, render_id)
        response = HttpResponse(
            watching.playlist(render, playlist),
            content_type="application/vnd.apple.mpegurl",
        )
        response["Cache-Control"] = "no-store"
        return response
