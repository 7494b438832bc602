"""Endpoints of dubbing jobs. Each asks a service; none decides anything."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation import setup
from automation.api.serializers import (
    BoundariesSerializer,
    CreateDubJobSerializer,
    DubChunkSerializer,
    DubEngineSerializer,
    DubJobSerializer,
    DubReportSerializer,
    EditDubChunkSerializer,
    EditDubJobSerializer,
    EngineKeySerializer,
    EstimateRequestSerializer,
    EstimateSerializer,
    LogLineSerializer,
    PreviewSerializer,
    StoreEngineKeySerializer,
)
from automation.describing import describe, describe_chunk, describe_line
from automation.engines.base import Capabilities
from automation.engines.languages import name_of
from automation.models import AutomationJob, LogLine
from automation.services import chunks, engine_keys, estimates, jobs
from streamfetch.accounts.models import person
from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.errors import Invalid
from uploads.services import assets

MAX_MS = 8 * 3600 * 1000
_LANGUAGE = OpenApiParameter("language", str, description="Only this language.")


class JobList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="automation_jobs_list", responses=DubJobSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = AutomationJob.objects.owned_by(request.user)
        page = paginator.paginate_queryset(found, request)
        return paginator.get_paginated_response([describe(each) for each in page])

    @extend_schema(
        operation_id="automation_jobs_create",
        parameters=[IDEMPOTENCY_KEY],
        request=CreateDubJobSerializer,
        responses={202: DubJobSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = CreateDubJobSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = jobs.create(request.user, **body.validated_data)
        return Response(describe(job), status=status.HTTP_202_ACCEPTED)


class JobDetail(APIView):
    @extend_schema(operation_id="automation_jobs_retrieve", responses=DubJobSerializer)
    def get(self, request: Request, dub_id: UUID) -> Response:
        return Response(describe(jobs.find(request.user, dub_id)))

    @extend_schema(
        operation_id="automation_jobs_update",
        request=EditDubJobSerializer,
        responses=DubJobSerializer,
    )
    def patch(self, request: Request, dub_id: UUID) -> Response:
        job = jobs.find(request.user, dub_id)
        body = EditDubJobSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(describe(jobs.change(job, **body.validated_data)))

    @extend_schema(operation_id="automation_jobs_delete", responses={204: None})
    def delete(self, request: Request, dub_id: UUID) -> Response:
        """Delete a job; what it put into the library stays there."""
        jobs.remove(jobs.find(request.user, dub_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class _Act(APIView):
    """One of the things that are done to a whole job."""

    throttle_classes = [UserThrottle, WorkThrottle]

    def _act(self, request: Request, dub_id: UUID, act: Any) -> Response:
        return Response(describe(act(jobs.find(request.user, dub_id))))


class CancelJob(_Act):
    @extend_schema(
        operation_id="automation_jobs_cancel", request=None, responses=DubJobSerializer
    )
    def post(self, request: Request, dub_id: UUID) -> Response:
        return self._act(request, dub_id, jobs.cancel)


class RetryJob(_Act):
    @extend_schema(
        operation_id="automation_jobs_retry", request=None, responses=DubJobSerializer
    )
    def post(self, request: Request, dub_id: UUID) -> Response:
        """Start a failed or cancelled job again; only what is missing is done."""
        return self._act(request, dub_id, jobs.retry)


class PauseJob(_Act):
    @extend_schema(
        operation_id="automation_jobs_pause", request=None, responses=DubJobSerializer
    )
    def post(self, request: Request, dub_id: UUID) -> Response:
        """Stop at the next chance; chunks that are paid for are still fetched."""
        return self._act(request, dub_id, jobs.pause)


class ResumeJob(_Act):
    @extend_schema(
        operation_id="automation_jobs_resume", request=None, responses=DubJobSerializer
    )
    def post(self, request: Request, dub_id: UUID) -> Response:
        """Go on after a pause, or with the chunks that were shown for review."""
        return self._act(request, dub_id, jobs.resume)


def _number(request: Request, name: str, *, default: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > most:
        raise Invalid(
            _("%(name)s is a whole number up to %(most)d.")
            % {"name": name, "most": most},
            field=name,
        )
    return int(text)


class JobPreview(APIView):
    @extend_schema(
        operation_id="automation_jobs_preview",
        parameters=[
            OpenApiParameter("start_ms", int),
            OpenApiParameter("end_ms", int),
            OpenApiParameter("points", int, description="How many peaks at most."),
        ],
        responses={
            200: PreviewSerializer,
            409: OpenApiResponse(description="`not_chunked`: ask again later."),
        },
    )
    def get(self, request: Request, dub_id: UUID) -> Response:
        """The proposed chunks over a waveform."""
        job = jobs.find(request.user, dub_id)
        return Response(
            chunks.preview(
                job,
                start_ms=_number(request, "start_ms", default=0, most=MAX_MS),
                end_ms=_number(request, "end_ms", default=0, most=MAX_MS),
                points=_number(
                    request, "points", default=1_000, most=chunks.MAX_POINTS
                ),
            )
        )


class JobBoundaries(APIView):
    @extend_schema(
        operation_id="automation_jobs_boundaries_update",
        request=BoundariesSerializer,
        responses={
            200: PreviewSerializer,
            409: OpenApiResponse(description="`not_in_review`."),
        },
    )
    def put(self, request: Request, dub_id: UUID) -> Response:
        """Move the cuts, while the job waits for the review."""
        job = jobs.find(request.user, dub_id)
        body = BoundariesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = jobs.move_boundaries(job, body.validated_data["boundaries"])
        return Response(chunks.preview(job))


class JobLogs(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="automation_jobs_logs",
        parameters=[OpenApiParameter("level", str, enum=list(LogLine.Level.values))],
        responses=LogLineSerializer(many=True),
    )
    def get(self, request: Request, dub_id: UUID) -> Response:
        """The last thousand lines, newest first."""
        job = jobs.find(request.user, dub_id)
        level = request.query_params.get("level", "")
        if level and level not in LogLine.Level.values:
            raise Invalid(_("There is no such level."), field="level")
        paginator = NewestFirst()
        page = paginator.paginate_queryset(chunks.log_of(job, level), request)
        return paginator.get_paginated_response([describe_line(each) for each in page])


class JobLogText(APIView):
    @extend_schema(
        operation_id="automation_jobs_log_text",
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request, dub_id: UUID) -> HttpResponse:
        """The same as a text file."""
        job = jobs.find(request.user, dub_id)
        response = HttpResponse(
            chunks.log_text(job), content_type="text/plain; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="dub-{job.pk}.log"'
        return response


class JobChunks(APIView):
    pagination_class = None

    @extend_schema(
        operation_id="automation_jobs_chunks_list",
        parameters=[_LANGUAGE],
        responses=DubChunkSerializer(many=True),
    )
    def get(self, request: Request, dub_id: UUID) -> Response:
        """Every chunk, in order."""
        job = jobs.find(request.user, dub_id)
        language = request.query_params.get("language", "")
        found = chunks.chunks_of(job, language)
        return Response([describe_chunk(each) for each in found])


class ChunkDetail(APIView):
    @extend_schema(
        operation_id="automation_jobs_chunks_retrieve", responses=DubChunkSerializer
    )
    def get(self, request: Request, dub_id: UUID, chunk_id: UUID) -> Response:
        job = jobs.find(request.user, dub_id)
        return Response(describe_chunk(chunks.find(job, chunk_id)))

    @extend_schema(
        operation_id="automation_jobs_chunks_update",
        request=EditDubChunkSerializer,
        responses=DubChunkSerializer,
    )
    def patch(self, request: Request, dub_id: UUID, chunk_id: UUID) -> Response:
        """What the chunk shall say; `redo/` then says it."""
        job = jobs.find(request.user, dub_id)
        chunk = chunks.find(job, chunk_id)
        body = EditDubChunkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = chunks.rewrite(job, chunk, body.validated_data["transcript"])
        return Response(describe_chunk(changed))


class RedoChunk(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="automation_jobs_chunks_redo",
        request=None,
        responses=DubJobSerializer,
    )
    def post(self, request: Request, dub_id: UUID, chunk_id: UUID) -> Response:
        """Dub one chunk once more, and put the result together again."""
        job = jobs.find(request.user, dub_id)
        return Response(describe(chunks.redo(job, chunks.find(job, chunk_id))))


class JobReport(APIView):
    pagination_class = None

    @extend_schema(
        operation_id="automation_jobs_report", responses=DubReportSerializer(many=True)
    )
    def get(self, request: Request, dub_id: UUID) -> Response:
        """What was measured in each result."""
        job = jobs.find(request.user, dub_id)
        return Response(
            [
                {
                    "language": each.language,
                    "is_complete": each.is_complete,
                    "report": each.report.model_dump(mode="json"),
                }
                for each in job.outputs.items
            ]
        )


class JobFile(APIView):
    @extend_schema(
        operation_id="automation_jobs_file",
        parameters=[_LANGUAGE],
        responses={302: OpenApiResponse(description="The file, as an attachment.")},
    )
    def get(self, request: Request, dub_id: UUID) -> HttpResponseRedirect:
        """The result in one language, the first one when none is named."""
        job = jobs.find(request.user, dub_id)
        language = request.query_params.get("language", job.config.target_language)
        return HttpResponseRedirect(jobs.file_url(job, language))


def _described(engine: Capabilities, owner_id: UUID) -> dict[str, Any]:
    known = asdict(engine)
    return {
        **known,
        "languages": [
            {"code": code, "name": name_of(code)} for code in engine.languages
        ],
        "sources": {source: list(targets) for source, targets in engine.pairs.items()},
        "has_key": not engine.needs_key or setup.has_key(owner_id, engine.name),
    }


class EngineList(APIView):
    pagination_class = None

    @extend_schema(
        operation_id="automation_engines_list",
        responses=DubEngineSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """What dubs, what each can do, and what it costs."""
        owner_id = person(request).pk
        found = [_described(each, owner_id) for each in estimates.engines()]
        return Response(DubEngineSerializer(found, many=True).data)


class Estimate(APIView):
    @extend_schema(
        operation_id="automation_estimate",
        request=EstimateRequestSerializer,
        responses=EstimateSerializer,
    )
    def post(self, request: Request) -> Response:
        """What a job will cost and how long it will take; starts nothing."""
        body = EstimateRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = dict(body.validated_data)
        duration_ms, video = wanted.get("duration_ms", 0), None
        if "asset" in wanted:
            asset = assets.find(request.user, wanted["asset"])
            jobs.check_asset(asset)
            duration_ms, video = asset.duration_ms or 0, jobs.info_of(asset)
        estimates.check_config(person(request).pk, wanted["config"])
        return Response(
            estimates.estimate(wanted["config"], duration_ms=duration_ms, video=video)
        )


class EngineKeyList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="automation_engine_keys_list",
        responses=EngineKeySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Your keys for paid engines: their last characters only."""
        paginator = NewestFirst()
        page = paginator.paginate_queryset(engine_keys.keys_of(request.user), request)
        found = [engine_keys.describe(each) for each in page]
        return paginator.get_paginated_response(found)

    @extend_schema(
        operation_id="automation_engine_keys_create",
        request=StoreEngineKeySerializer,
        responses={201: EngineKeySerializer},
    )
    def post(self, request: Request) -> Response:
        body = StoreEngineKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        key = engine_keys.store(request.user, **body.validated_data)
        return Response(engine_keys.describe(key), status=status.HTTP_201_CREATED)


class EngineKeyDetail(APIView):
    @extend_schema(operation_id="automation_engine_keys_delete", responses={204: None})
    def delete(self, request: Request, key_id: UUID) -> Response:
        engine_keys.remove(request.user, key_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
