from typing import Any

from django.contrib import admin

from pdfeditor.models import PdfExport, PdfProcessing, PdfProject
from streamfetch.jobs.admin import JobAdmin
from streamfetch.mongo.admin import DocumentAdmin


@admin.register(PdfProject)
class PdfProjectAdmin(DocumentAdmin):
    list_display = ("name", "owner", "status", "revision", "updated_at")
    list_filter = ("status", "is_deleted")
    fields = ("name", "owner", "status", "metadata", "notices", "error")
    readonly_fields = ("owner", "status", "metadata", "notices", "error")

    def has_add_permission(self, request: Any) -> bool:
        return False


admin.site.register(PdfProcessing, JobAdmin)
admin.site.register(PdfExport, JobAdmin)
