"""The page of webhooks."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from streamfetch.webhooks.api.serializers import WebhookSerializer
from streamfetch.webhooks.events import EVENT_TYPES
from streamfetch.webhooks.models import WebhookEndpoint
from streamfetch.webhooks.services.endpoints import MAX_ENDPOINTS


@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    found = WebhookEndpoint.objects.owned_by(request.user).newest_first(MAX_ENDPOINTS)
    context = {
        "event_types": EVENT_TYPES.values(),
        "page_data": {"webhooks": WebhookSerializer(found, many=True).data},
    }
    return render(request, "webhooks/webhooks.html", context)
