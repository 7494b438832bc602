"""Tokens for programs."""

from drf_spectacular.utils import OpenApiExample, extend_schema
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


@extend_schema(
    examples=[
        OpenApiExample(
            "Refresh token", value={"refresh": "eyJhbGciOi…"}, request_only=True
        )
    ]
)
class RefreshToken(TokenRefreshView):
    """A fresh access token for a refresh token."""

    throttle_classes = [SignInThrottle]
