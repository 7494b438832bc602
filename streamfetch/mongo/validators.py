"""Makes a collection's `$jsonSchema` from its Django model.

MongoDB understands draft 4 of JSON Schema with `bsonType` and without `$ref`,
`format`, `default` or `const`:
https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/
"""

import hashlib
import json
from typing import Any

from django.db import connection, models
from django_mongodb_backend.fields import ArrayField

from streamfetch.mongo.database import database
from streamfetch.mongo.fields import EmbeddedField

_KEPT = {
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "required",
    "uniqueItems",
}
_BSON_TYPES: dict[str, str | list[str]] = {
    "integer": ["int", "long", "double"],
    "number": "number",
    "string": "string",
    "boolean": "bool",
    "array": "array",
    "object": "object",
    "null": "null",
}


def bson_schema(
    schema: dict[str, Any], definitions: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Translate the JSON schema that pydantic makes into MongoDB's dialect.

    Raises `KeyError` for a `$ref` without a definition.
    """
    definitions = definitions or schema.get("$defs", {})
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return bson_schema(definitions[name], definitions)
    result: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
    if "type" in schema:
        result["bsonType"] = _BSON_TYPES[schema["type"]]
    if "const" in schema:
        result["enum"] = [schema["const"]]
    for bound in ("minimum", "maximum"):
        exclusive = "exclusive" + bound.capitalize()
        if exclusive in schema:
            result[bound] = schema[exclusive]
            result[exclusive] = True
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            result[union] = [bson_schema(part, definitions) for part in schema[union]]
    if isinstance(schema.get("items"), dict):
        result["items"] = bson_schema(schema["items"], definitions)
    if "properties" in schema:
        result["properties"] = {
            name: bson_schema(part, definitions)
            for name, part in schema["properties"].items()
        }
    if isinstance(extra := schema.get("additionalProperties"), bool):
        result["additionalProperties"] = extra
    elif isinstance(extra, dict):
        result["additionalProperties"] = bson_schema(extra, definitions)
    return result


def _field_schema(field: models.Field) -> dict[str, Any]:
    if isinstance(field, EmbeddedField) and field.schema is not None:
        return bson_schema(field.schema.model_json_schema(mode="serialization"))
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, ArrayField):
        return {"bsonType": "array"}
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    bson_type = connection.data_types[target.get_internal_type()]
    # Python's int is stored as int or long, whichever it fits.
    types = ["int", "long"] if bson_type in {"int", "long"} else [bson_type]
    if bson_type == "double":
        types = ["double", "int", "long"]
    schema: dict[str, Any] = {"bsonType": types}
    if field.choices:
        schema["enum"] = [value for value, _ in field.flatchoices]
    if isinstance(field, models.CharField) and field.max_length:
        schema["maxLength"] = field.max_length
    return schema


def collection_schema(model: type[models.Model]) -> dict[str, Any]:
    """The `$jsonSchema` of `model`'s collection."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for field in model._meta.concrete_fields:
        schema = _field_schema(field)
        if field.null:
            schema = {"anyOf": [schema, {"bsonType": "null"}]} if schema else {}
        else:
            required.append(str(field.column))
        properties[str(field.column)] = schema
    return {"bsonType": "object", "required": required, "properties": properties}


def schema_digest(model: type[models.Model]) -> str:
    """A short name of the schema: migrations carry it, and a test compares it."""
    text = json.dumps(collection_schema(model), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def apply_validator(model: type[models.Model]) -> None:
    """Make MongoDB itself refuse documents that do not fit. Safe to repeat."""
    database().command(
        "collMod",
        model._meta.db_table,
        validator={"$jsonSchema": collection_schema(model)},
        validationLevel="strict",
        validationAction="error",
    )
