"""Every address of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from streamfetch import health
from streamfetch.api.auth import ObtainToken, RefreshToken
from streamfetch.api.docs import SchemaView, docs
from streamfetch.events.views import events

api_v1: list[URLPattern | URLResolver] = [
    path("auth/token/", ObtainToken.as_view(), name="token"),
    path("auth/token/refresh/", RefreshToken.as_view(), name="token-refresh"),
    path("events/", events, name="events"),
    path("", include("streamfetch.jobs.api.urls")),
    path("", include("streamfetch.activity.api.urls")),
    path("", include("streamfetch.preferences.api.urls")),
    path("", include("streamfetch.webhooks.api.urls")),
    path("", include("uploads.api.urls")),
    path("", include("downloads.api.urls")),
    path("", include("projects.api.urls")),
    path("", include("pdfeditor.api.urls")),
    path("", include("automation.api.urls")),
]

urlpatterns = [
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", docs, name="docs"),
    path("api/v1/", include(api_v1)),
    path("", include("streamfetch.accounts.urls")),
    path("activity/", include("streamfetch.activity.urls")),
    path("settings/webhooks/", include("streamfetch.webhooks.urls")),
    path("", include("downloads.urls")),
    path("projects/", include("projects.urls")),
    path("pdf/", include("pdfeditor.urls")),
    path("automation/", include("automation.urls")),
    path("", include("uploads.urls")),
]

handler400 = "streamfetch.api.error_views.bad_request"
handler403 = "streamfetch.api.error_views.permission_denied"
handler404 = "streamfetch.api.error_views.not_found"
handler500 = "streamfetch.api.error_views.server_error"
