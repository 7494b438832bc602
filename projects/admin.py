from typing import Any

from django.contrib import admin

from projects.models import Render, VideoProject
from streamfetch.jobs.admin import JobAdmin


@admin.register(VideoProject)
class VideoProjectAdmin(admin.ModelAdmin):
    list_display = ("name", "owner", "status", "revision", "updated_at")
    list_filter = ("status", "is_deleted")
    readonly_fields = ("timeline", "settings")
    show_full_result_count = False

    def has_add_permission(self, request: Any) -> bool:
        return False


admin.site.register(Render, JobAdmin)
