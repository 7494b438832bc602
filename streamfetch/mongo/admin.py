"""The admin's lists, made so that they read an index and not a collection."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import ForeignKey
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

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With what the columns refer to: a query for each column, not each row.

        Not by `prefetch_related`, whose query reads the whole collection.
        """
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        for field in self.model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.name in self.list_display:
                _attach(field, rows)
        return changes


def _attach(field: ForeignKey[Any, Any], rows: list[Any]) -> None:
    ids = list({getattr(row, field.attname) for row in rows})
    related: Any = field.related_model
    found = {each.pk: each for each in related._default_manager.filter(pk__in=ids)}
    for row in rows:
        if getattr(row, field.attname) in found:
            setattr(row, field.name, found[getattr(row, field.attname)])
