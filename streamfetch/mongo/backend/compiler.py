"""Compiles queries so that `order_by` on a plain field sorts from the index.

The backend writes `$addFields: {created_at: "$created_at"}` before `$sort`. To
MongoDB that is a computed field, so it reads and sorts the whole collection. All
else is the backend's own.
"""

from typing import Any

from django_mongodb_backend import compiler
from django_mongodb_backend.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


class SQLCompiler(compiler.SQLCompiler):
    def build_query(self, columns: Any = None) -> Any:
        query = super().build_query(columns)
        query.extra_fields = {
            name: value
            for name, value in (query.extra_fields or {}).items()
            if value != f"${name}"
        }
        return query
