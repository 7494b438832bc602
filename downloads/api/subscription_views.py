"""Endpoints of subscriptions, cookies and statistics."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from downloads.api.serializers import (
    ChangeSubscriptionSerializer,
    DownloadStatisticsSerializer,
    KeepCookiesSerializer,
    SiteCookiesSerializer,
    SubscribeSerializer,
    SubscriptionSerializer,
)
from downloads.services import cookies, statistics, subscriptions
from streamfetch.api.idempotency import idempotent
from streamfetch.api.schema import IDEMPOTENCY_KEY
from streamfetch.api.throttling import UserThrottle, WorkThrottle


class Statistics(APIView):
    @extend_schema(
        operation_id="downloads_stats", responses=DownloadStatisticsSerializer
    )
    def get(self, request: Request) -> Response:
        """Your downloads of the last 30 days; at most an hour old."""
        return Response(statistics.of(request.user))


class SubscriptionList(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]
    pagination_class = None

    @extend_schema(
        operation_id="subscriptions_list", responses=SubscriptionSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """All of them, newest first: there are 200 at most."""
        found = subscriptions.of(request.user)
        return Response([subscriptions.describe(each) for each in found])

    @extend_schema(
        operation_id="subscriptions_create",
        parameters=[IDEMPOTENCY_KEY],
        request=SubscribeSerializer,
        responses={201: SubscriptionSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = SubscribeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked, options = body.split()
        made = subscriptions.subscribe(request.user, options=options, **asked)
        return Response(subscriptions.describe(made), status=status.HTTP_201_CREATED)


class SubscriptionDetail(APIView):
    @extend_schema(
        operation_id="subscriptions_retrieve", responses=SubscriptionSerializer
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        found = subscriptions.find(request.user, subscription_id)
        return Response(subscriptions.describe(found))

    @extend_schema(
        operation_id="subscriptions_change",
        request=ChangeSubscriptionSerializer,
        responses=SubscriptionSerializer,
    )
    def patch(self, request: Request, subscription_id: UUID) -> Response:
        found = subscriptions.find(request.user, subscription_id)
        body = ChangeSubscriptionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        subscriptions.change(found, **body.validated_data)
        return Response(subscriptions.describe(found))

    @extend_schema(operation_id="subscriptions_end", responses={204: None})
    def delete(self, request: Request, subscription_id: UUID) -> Response:
        """End it. What it fetched stays."""
        subscriptions.find(request.user, subscription_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class CheckSubscription(APIView):
    throttle_classes = [UserThrottle, WorkThrottle]

    @extend_schema(
        operation_id="subscriptions_check",
        request=None,
        responses={202: SubscriptionSerializer},
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Look for new videos within the minute."""
        found = subscriptions.find(request.user, subscription_id)
        subscriptions.check_now(found)
        return Response(subscriptions.describe(found), status=status.HTTP_202_ACCEPTED)


class CookieList(APIView):
    pagination_class = None

    @extend_schema(
        operation_id="download_cookies_list",
        responses=SiteCookiesSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """For which sites there are cookies. The cookies themselves stay here."""
        return Response([cookies.describe(each) for each in cookies.of(request.user)])

    @extend_schema(
        operation_id="download_cookies_keep",
        request=KeepCookiesSerializer,
        responses={201: SiteCookiesSerializer},
    )
    def post(self, request: Request) -> Response:
        """Keep the cookies of one site, encrypted, in place of earlier ones."""
        body = KeepCookiesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        kept = cookies.keep(request.user, **body.validated_data)
        return Response(cookies.describe(kept), status=status.HTTP_201_CREATED)


class CookieDetail(APIView):
    @extend_schema(operation_id="download_cookies_remove", responses={204: None})
    def delete(self, request: Request, cookies_id: UUID) -> Response:
        cookies.remove(request.user, cookies_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
