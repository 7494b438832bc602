"""Migration steps that bring a collection to the shape that its model has now."""

from typing import Any

from django.apps import apps
from django.db.migrations.operations.base import Operation

from streamfetch.mongo.database import database
from streamfetch.mongo.fields import EmbeddedField
from streamfetch.mongo.validators import apply_validator


class ApplyValidator(Operation):
    """Make the collection refuse documents that do not fit the model.

    `digest` names the schema that the model had when the migration was written.
    When a model's shape changes, a test asks for a new migration with the new
    digest; the step itself always applies the current shape, which is what
    databases that run all migrations at once need.
    """

    reversible = True

    def __init__(self, model_name: str, digest: str) -> None:
        self.model_name = model_name
        self.digest = digest

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        apply_validator(apps.get_model(app_label, self.model_name))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Validate documents of {self.model_name}"


class RewriteEmbedded(Operation):
    """Store the embedded documents of some fields again, with what is new in them.

    The validator wants every field, also of documents that were written before it
    was there. Comes after `ApplyValidator`; safe to repeat.
    """

    reversible = True

    def __init__(self, model_name: str, *fields: str) -> None:
        self.model_name = model_name
        self.fields = fields

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = apps.get_model(app_label, self.model_name)
        collection = database()[model._meta.db_table]
        schemas = {}
        for name in self.fields:
            field = model._meta.get_field(name)
            if isinstance(field, EmbeddedField) and field.schema is not None:
                schemas[str(field.column)] = field.schema
        for row in collection.find({}, list(schemas)):
            changes = {
                name: schema.model_validate(row[name]).model_dump(mode="json")
                for name, schema in schemas.items()
                if row.get(name) is not None
            }
            if changes:
                collection.update_one({"_id": row["_id"]}, {"$set": changes})

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Rewrite {', '.join(self.fields)} of {self.model_name}"
