"""Tokens for programs."""

from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from streamfetch.api.throttling import SignInThrottle


class ObtainToken(TokenObtainPairView):
    """A pair of tokens for a name and a password."""

    throttle_classes = [SignInThrottle]


class RefreshToken(TokenRefreshView):
    """A fresh access token for a refresh token."""

    throttle_classes = [SignInThrottle]
