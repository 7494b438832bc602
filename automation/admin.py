from typing import Any

from django.contrib import admin

from automation.models import AutomationJob, EngineKey
from streamfetch.jobs.admin import JobAdmin
from streamfetch.mongo.admin import DocumentAdmin

admin.site.register(AutomationJob, JobAdmin)


@admin.register(EngineKey)
class EngineKeyAdmin(DocumentAdmin):
    """Who has a key, never which: an operator can only remove it."""

    list_display = ("owner", "engine", "hint", "created_at")
    exclude = ("encrypted",)

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False
