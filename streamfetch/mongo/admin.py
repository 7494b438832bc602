"""The admin's lists, made so that they read an index and not a collection."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from streamfetch.mongo.database import database


class DocumentPaginator(Paginator):
    """Asks MongoDB's own books how many there are, unless they are filtered."""

    @cached_property
    def count(self) -> int:
        documents: Any = self.object_list
        if documents.query.where.children:
            return int(documents.count())
        table = documents.model._meta.db_table
        return database()[table].estimated_document_count()


class IndexedAdmin(admin.ModelAdmin):
    """Base of every page about a collection that grows."""

    paginator = DocumentPaginator
    show_full_result_count = False
    list_per_page = 50
    # Empty, not False: a join comes before the filter and keeps it from the index.
    list_select_related = ()


class DocumentAdmin(IndexedAdmin):
    """Base of the page of a `Document`, newest first."""

    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the columns refer to: a query for each column, not each row."""
        columns = {str(name) for name in self.list_display}
        referred = [
            field.name
            for field in self.model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.name in columns
        ]
        return super().get_queryset(request).prefetch_related(*referred)
