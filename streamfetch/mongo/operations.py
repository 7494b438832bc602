"""A migration step that puts a collection's validator in place."""

from typing import Any

from django.apps import apps
from django.db.migrations.operations.base import Operation

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
