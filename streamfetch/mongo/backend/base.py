"""The database engine that settings name."""

from typing import Any

from django_mongodb_backend import base
from django_mongodb_backend.operations import DatabaseOperations


class Operations(DatabaseOperations):
    compiler_module = "streamfetch.mongo.backend.compiler"

    def execute_sql_flush(self, tables: list[str]) -> None:
        """Empty the tables that are not empty, which one question tells."""
        if not tables:
            return

        def first_of(table: str) -> list[dict[str, Any]]:
            name = {"$project": {"_id": 0, "name": {"$literal": table}}}
            return [{"$limit": 1}, name]

        pipeline = first_of(tables[0])
        for table in tables[1:]:
            pipeline.append(
                {"$unionWith": {"coll": table, "pipeline": first_of(table)}}
            )
        database = self.connection.database
        for row in database[tables[0]].aggregate(pipeline):
            database[row["name"]].delete_many({})


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations
