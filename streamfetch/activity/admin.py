"""The log as an operator reads it; nobody edits it."""

from typing import Any

from django.contrib import admin

from streamfetch.activity.models import ActivityEntry
from streamfetch.mongo.admin import DocumentAdmin


@admin.register(ActivityEntry)
class ActivityEntryAdmin(DocumentAdmin):
    list_display = ("created_at", "owner", "type", "action", "status", "message")
    list_filter = ("status",)

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False
