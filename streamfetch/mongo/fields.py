"""A pydantic model kept as an embedded document."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from pydantic import BaseModel
from pydantic import ValidationError as SchemaError


class EmbeddedField(models.JSONField):
    """Holds an instance of `schema`; MongoDB holds its plain document.

    The one pydantic class validates what comes in, describes it in the OpenAPI
    schema and makes the collection's validator. Anything that is filtered or
    sorted on belongs in a field of its own.
    """

    def __init__(
        self, *args: Any, schema: type[BaseModel] | None = None, **kwargs: Any
    ) -> None:
        self.schema = schema
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        value = super().from_db_value(value, expression, connection)
        if value is None or self.schema is None or isinstance(value, BaseModel):
            return value
        return self.schema.model_validate(value)

    def to_python(self, value: Any) -> Any:
        if value is None or self.schema is None or isinstance(value, self.schema):
            return value
        try:
            return self.schema.model_validate(value)
        except SchemaError as error:
            raise ValidationError(str(error)) from error

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, BaseModel):
            value = value.model_dump(mode="json")
        return super().get_prep_value(value)

    def get_db_prep_value(
        self, value: Any, connection: Any, prepared: bool = False
    ) -> Any:
        if isinstance(value, BaseModel):
            value = value.model_dump(mode="json")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> Any:
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if isinstance(value, BaseModel):
            value = value.model_dump(mode="json")
        super().validate(value, model_instance)
