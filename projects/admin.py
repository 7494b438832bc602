from typing import Any

from django.contrib import admin

from projects.models import Render, VideoProject
from streamfetch.jobs.admin import JobAdmin
from streamfetch.mongo.admin import DocumentAdmin


@admin.register(VideoProject)
class VideoProjectAdmin(DocumentAdmin):
    list_display = ("name", "owner", "status", "revision", "updated_at")
    list_filter = ("status", "is_deleted")
    readonly_fields = ("timeline", "settings")

    def has_add_permission(self, request: Any) -> bool:
        return False


admin.site.register(Render, JobAdmin)
