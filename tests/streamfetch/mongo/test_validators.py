"""MongoDB itself refuses documents of another shape."""

from typing import Any, Literal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from pydantic import BaseModel, Field
from pymongo.errors import WriteError

from streamfetch.accounts.models import User
from streamfetch.mongo.database import database
from streamfetch.mongo.operations import ApplyValidator
from streamfetch.mongo.validators import bson_schema, schema_digest
from tests.streamfetch.belongings import belongings_of

OURS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0]
    in {"streamfetch", "uploads", "downloads", "projects", "automation", "pdfeditor"}
]
WRONG: list[tuple[str, str, Any]] = [
    ("assets", "title", 12),
    ("assets", "title", "x" * 201),
    ("assets", "status", "lost"),
    ("assets", "created_at", "2026-11-21"),
    ("assets", "size_bytes", "1000"),
    ("assets", "facts", {"rotation": "ninety"}),
    ("assets", "last_error", {"code": "no message"}),
    ("assets", "owner_id", None),
    ("assets", "is_deleted", "no"),
    ("video_projects", "timeline", {"clips": "none"}),
    ("video_projects", "timeline", {"clips": [{"end_time": 1}]}),
    ("video_projects", "timeline", None),
    ("video_projects", "settings", {"resolution": {"width": 1, "height": 2}}),
    ("renders", "state", "sleeping"),
    ("renders", "timeline", {}),
    ("download_history", "error", {"code": 1, "message": "m", "recoverable": True}),
    ("download_history", "percent", "50"),
    ("upload_sessions", "mode", "carrier pigeon"),
    ("users", "is_staff", 1),
    ("users", "username", None),
]


@pytest.mark.django_db
def test_wrong_documents_are_refused_by_mongodb(alice: User) -> None:
    belongings_of(alice)
    accepted = []
    for collection, field, value in WRONG:
        documents = database()[collection]
        document = documents.find_one()
        assert document is not None, collection
        try:
            documents.update_one({"_id": document["_id"]}, {"$set": {field: value}})
        except WriteError as error:
            assert error.code == 121, error  # noqa: PT017
        else:
            accepted.append((collection, field, value))
    assert accepted == []


@pytest.mark.django_db
def test_documents_without_a_needed_field_are_refused(alice: User) -> None:
    belongings_of(alice)
    for model in OURS:
        documents = database()[model._meta.db_table]
        with pytest.raises(WriteError):
            documents.insert_one({"_id": uuid4().hex})
        document = documents.find_one()
        if document is not None:
            # What Django writes, MongoDB takes.
            document["_id"] = uuid4().hex
            if "username" in document:
                document["username"] = "another"
            if "spec" in document:
                document["spec"] = "preview-360p"
            if "language" in document:
                document["language"] = "de"
            documents.insert_one(document)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_the_newest_migration_has_the_models_shape(model: type[models.Model]) -> None:
    digests = [
        operation.digest
        for (app, _name), migration in sorted(
            MigrationLoader(None).disk_migrations.items()
        )
        for operation in migration.operations
        if isinstance(operation, ApplyValidator)
        and app == model._meta.app_label
        and operation.model_name == model._meta.model_name
    ]
    now = schema_digest(model)
    assert digests[-1:] == [now], (
        f"The shape of {model._meta.label} changed: add a migration with "
        f'ApplyValidator("{model._meta.model_name}", "{now}").'
    )


class Inner(BaseModel):
    kind: Literal["a"] = "a"
    size: int = Field(gt=0, le=10)


class Outer(BaseModel):
    inner: Inner
    maybe: Inner | None = None
    several: list[Inner] = Field(max_length=3)
    named: dict[str, float] = {}


def test_translates_references_bounds_and_unions() -> None:
    schema = bson_schema(Outer.model_json_schema(mode="serialization"))
    inner = schema["properties"]["inner"]
    assert inner["properties"]["size"] == {
        "bsonType": ["int", "long", "double"],
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 10,
    }
    assert inner["properties"]["kind"]["enum"] == ["a"]
    assert schema["properties"]["maybe"]["anyOf"][1] == {"bsonType": "null"}
    assert schema["properties"]["several"]["maxItems"] == 3
    assert schema["properties"]["named"]["additionalProperties"] == {
        "bsonType": "number"
    }
