"""The log for programs."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamfetch.activity.api.serializers import ActivityEntrySerializer
from streamfetch.activity.models import ActivityEntry
from streamfetch.activity.services.reading import entries
from streamfetch.api.pagination import NewestFirst


class ActivityList(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="activity_list",
        summary="What became of your jobs, newest first",
        parameters=[OpenApiParameter("status", enum=ActivityEntry.Status.values)],
        responses=ActivityEntrySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = entries(request.user, status=request.query_params.get("status", ""))
        page = paginator.paginate_queryset(found, request)
        data = ActivityEntrySerializer(page, many=True).data
        return paginator.get_paginated_response(data)
