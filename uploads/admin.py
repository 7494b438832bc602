from typing import Any

from django.contrib import admin

from streamfetch.jobs.admin import JobAdmin
from streamfetch.mongo.admin import DocumentAdmin
from uploads.models import Asset, AssetProcessing, ClipMaking, UploadSession


@admin.register(Asset)
class AssetAdmin(DocumentAdmin):
    list_display = ("title", "owner", "kind", "status", "size_bytes", "created_at")
    list_filter = ("status", "kind", "is_deleted")
    readonly_fields = ("source_key", "sha256", "facts", "last_error", "size_bytes")

    def has_add_permission(self, request: Any) -> bool:
        return False


@admin.register(UploadSession)
class UploadSessionAdmin(DocumentAdmin):
    list_display = ("asset", "owner", "status", "mode", "size_bytes", "expires_at")
    list_filter = ("status", "mode")

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


admin.site.register(AssetProcessing, JobAdmin)
admin.site.register(ClipMaking, JobAdmin)
