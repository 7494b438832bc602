"""The database engine that settings name."""

from django_mongodb_backend import base
from django_mongodb_backend.operations import DatabaseOperations


class Operations(DatabaseOperations):
    compiler_module = "streamfetch.mongo.backend.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations
