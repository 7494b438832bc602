"""Tokens for programs."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.tokens import AccessToken
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from streamfetch.api.throttling import SignInThrottle


@extend_schema(
    examples=[
        OpenApiExample(
            "Name and password",
            value={"username": "alice", "password": "correct horse battery"},
            request_only=True,
        )
    ]
)
class ObtainToken(TokenObtainPairView):
    """A pair of tokens for a name and a password."""

    throttle_classes = [SignInThrottle]


class RefreshSerializer(TokenRefreshSerializer):
    """Refuses a token that was issued for an earlier password.

    The framework hands out an access token that nobody accepts.
    """

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        data: dict[str, str] = super().validate(attrs)
        token: Any = data["access"]
        JWTAuthentication().get_user(AccessToken(token))
        return data


@extend_schema(
    examples=[
        OpenApiExample(
            "Refresh token", value={"refresh": "eyJhbGciOi…"}, request_only=True
        )
    ]
)
class RefreshToken(TokenRefreshView):
    """A fresh access token for a refresh token."""

    serializer_class = RefreshSerializer
    throttle_classes = [SignInThrottle]
