"""Endpoints of webhooks. Each asks a service; none decides anything.

Answers with a secret are not kept for `Idempotency-Key`: nothing but the encrypted
secret is ever stored.
"""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamfetch.api.idempotency import idempotent
from streamfetch.api.pagination import NewestFirst
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle
from streamfetch.webhooks.api.serializers import (
    CreateWebhookSerializer,
    DeliverySerializer,
    EditWebhookSerializer,
    EventTypesSerializer,
    RotateSecretSerializer,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from streamfetch.webhooks.events import EVENT_TYPES
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint
from streamfetch.webhooks.services import endpoints


def _with_secret(endpoint: WebhookEndpoint, secret: str) -> dict[str, Any]:
    return {**WebhookSerializer(endpoint).data, "secret": secret}


class WebhookList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="webhooks_list",
        summary="Your webhooks, newest first",
        responses=WebhookSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        paginator = NewestFirst()
        found = WebhookEndpoint.objects.owned_by(request.user)
        page = paginator.paginate_queryset(found, request)
        return paginator.get_paginated_response(WebhookSerializer(page, many=True).data)

    @extend_schema(
        operation_id="webhooks_create",
        summary="Be told about events at an address of yours",
        description="The answer has the secret that signs what is sent. Keep it: it "
        "is not shown again.",
        request=CreateWebhookSerializer,
        responses={201: WebhookWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        body = CreateWebhookSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        endpoint, secret = endpoints.create(request.user, **body.validated_data)
        data = _with_secret(endpoint, secret)
        return Response(data, status=status.HTTP_201_CREATED)


class WebhookEvents(APIView):
    @extend_schema(
        operation_id="webhooks_events",
        summary="Every event that a webhook can be told",
        responses=EventTypesSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(EventTypesSerializer({"events": EVENT_TYPES.values()}).data)


class WebhookDetail(APIView):
    @extend_schema(operation_id="webhooks_retrieve", responses=WebhookSerializer)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return Response(
            WebhookSerializer(endpoints.find(request.user, webhook_id)).data
        )

    @extend_schema(
        operation_id="webhooks_update",
        request=EditWebhookSerializer,
        responses=WebhookSerializer,
    )
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        endpoint = endpoints.find(request.user, webhook_id)
        body = EditWebhookSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        endpoint = endpoints.edit(endpoint, **body.validated_data)
        return Response(WebhookSerializer(endpoint).data)

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """The webhook and the log of its deliveries."""
        endpoints.remove(endpoints.find(request.user, webhook_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RotateSecret(APIView):
    @extend_schema(
        operation_id="webhooks_rotate_secret",
        summary="Make a new secret; the previous one signs as well for a while",
        request=RotateSecretSerializer,
        responses=WebhookWithSecretSerializer,
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        endpoint = endpoints.find(request.user, webhook_id)
        body = RotateSecretSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        secret = endpoints.rotate_secret(endpoint, **body.validated_data)
        return Response(_with_secret(endpoint, secret))


class PingWebhook(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="webhooks_ping",
        summary="Send a test event",
        description="Also to a webhook that is switched off.",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: DeliverySerializer},
    )
    @idempotent
    def post(self, request: Request, webhook_id: UUID) -> Response:
        delivery = endpoints.ping(endpoints.find(request.user, webhook_id))
        data = DeliverySerializer(delivery).data
        return Response(data, status=status.HTTP_202_ACCEPTED)


class DeliveryList(APIView):
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="webhooks_deliveries_list",
        summary="What was sent to a webhook, newest first",
        description="Deliveries are kept for 30 days.",
        responses=DeliverySerializer(many=True),
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        endpoint = endpoints.find(request.user, webhook_id)
        paginator = NewestFirst()
        found = WebhookDelivery.objects.filter(endpoint_id=endpoint.pk)
        page = paginator.paginate_queryset(found, request)
        data = DeliverySerializer(page, many=True).data
        return paginator.get_paginated_response(data)


class Redeliver(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="webhooks_redeliver",
        summary="Send an event once more, under the same event id",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: DeliverySerializer},
    )
    @idempotent
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        endpoint = endpoints.find(request.user, webhook_id)
        delivery = endpoints.find_delivery(endpoint, delivery_id)
        data = DeliverySerializer(endpoints.redeliver(delivery)).data
        return Response(data, status=status.HTTP_202_ACCEPTED)
