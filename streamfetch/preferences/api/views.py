"""The caller's settings."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamfetch.errors import Invalid
from streamfetch.preferences.api.serializers import PreferencesSerializer
from streamfetch.preferences.services import preferences


class UserSettingsDetail(APIView):
    @extend_schema(operation_id="settings_retrieve", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        return Response(PreferencesSerializer(preferences.of(request.user)).data)

    @extend_schema(
        operation_id="settings_change",
        summary="Change some settings and keep the rest",
        request=PreferencesSerializer(partial=True),
        responses=PreferencesSerializer,
    )
    def patch(self, request: Request) -> Response:
        if not isinstance(request.data, dict):
            raise Invalid(_("Send an object with the settings to change."))
        changed = preferences.change(request.user, request.data)
        return Response(PreferencesSerializer(changed).data)
