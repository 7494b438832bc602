"""What an operator sees of webhooks: everything but the secrets."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from streamfetch.jobs.admin import JobAdmin
from streamfetch.mongo.admin import DocumentAdmin
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(DocumentAdmin):
    list_display = ("url", "owner", "is_active", "failing_since", "created_at")
    list_filter = ("is_active",)
    fields = (
        "url",
        "owner",
        "description",
        "events",
        "is_active",
        "failing_since",
        "disabled_at",
        "created_at",
    )
    # Switching off is all that an operator needs to do to somebody's endpoint.
    readonly_fields = tuple(name for name in fields if name != "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        # Nothing else: the owner may be making a new secret at this moment.
        obj.save(update_fields=["is_active"])


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(JobAdmin):
    def get_list_display(self, request: HttpRequest) -> Any:
        return [
            "title",
            "endpoint",
            "owner",
            "state",
            "attempts",
            "response_status",
            "duration_ms",
            "created_at",
        ]
