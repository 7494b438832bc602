"""Serializer fields and base classes of every endpoint."""

from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic import ValidationError as SchemaError
from rest_framework import serializers

# Enough to work with; a wrong document may have tens of thousands.
MAX_PROBLEMS = 100
MAX_NAME_SHOWN = 100


def path_of(location: tuple[int | str, ...]) -> str:
    """pydantic's location as people write it: `clips[3].end_time`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


class EmbeddedDocumentField(serializers.Field):
    """A pydantic model in and out; every wrong value is named by its path."""

    def __init__(self, schema: type[BaseModel], **kwargs: Any) -> None:
        self.schema = schema
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> BaseModel:
        try:
            return self.schema.model_validate(data)
        except SchemaError as error:
            problems: dict[str, list[Any]] = {}
            found = error.errors(include_url=False, include_input=False)
            for each in found[:MAX_PROBLEMS]:
                text = each["msg"].removeprefix("Value error, ")
                problems.setdefault(path_of(each["loc"]), []).append(
                    serializers.ErrorDetail(text, code=each["type"])
                )
            raise serializers.ValidationError(problems) from error

    def to_representation(self, value: BaseModel) -> Any:
        return value.model_dump(mode="json")


class StrictSerializer(serializers.Serializer):
    """Refuses fields nobody knows.

    A misspelt field that is silently dropped looks like a change that was saved.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {
                        name[:MAX_NAME_SHOWN]: [_("There is no such field.")]
                        for name in unknown[:MAX_PROBLEMS]
                    },
                    code="unknown_field",
                )
        return super().to_internal_value(data)
