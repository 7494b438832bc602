"""What users have chosen, to look at."""

from typing import Any

from django.contrib import admin

from streamfetch.mongo.admin import DocumentAdmin
from streamfetch.preferences.models import UserSettings


@admin.register(UserSettings)
class UserSettingsAdmin(DocumentAdmin):
    list_display = ("owner", "updated_at", "created_at")

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False
